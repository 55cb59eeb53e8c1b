"""The one door of the report's forms: show the draft, save it, or show again what could not be saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.errors import DomainError
from reporting.fields import Page, text_fields
from reporting.forms import Sent
from reporting.models import DraftValue, Membership, Submission
from reporting.prospect import Prospect
from reporting.views.access import editable_report, page_context, user_of
from reporting.views.filling import filling_context, save_page, unsaved_texts


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a form, and what came of what was sent.

    Attributes:
        sent: what the page sent and is shown again; None where the page is only opened.
        failure: why nothing was saved.
        values: field -> what stands in the draft; None until it has been read.
        conflicts: field -> the text that could not be saved over somebody else's.
    """

    request: HttpRequest
    submission: Submission
    membership: Membership
    at: datetime
    sent: Sent | None = None
    failure: DomainError | None = None
    values: Mapping[str, DraftValue] | None = None
    conflicts: Mapping[str, str] | None = None

    @property
    def status(self) -> int:
        """The answer's HTTP status: 409 where somebody else's text stands in the way."""
        return 409 if self.conflicts else 200

    def context(self, page: Page, *, has_asked: bool = False) -> dict[str, Any]:
        """What the form's page shows.

        Args:
            has_asked: whether the region has asked to submit, so that missing figures are errors.
        """
        values = selectors.draft_values(self.submission) if self.values is None else self.values
        context = page_context(self.submission, self.membership, at=self.at) | filling_context(
            self.submission,
            page,
            values=values,
            at=self.at,
            conflicts=self.conflicts,
            sent=self.sent,
            has_asked=has_asked,
        )
        unsaved = unsaved_texts(context["form"], self.sent if self.failure else None)
        return context | {"values": values, "failure": self.failure, "unsaved": unsaved}


def form_page(
    request: HttpRequest,
    slug: str,
    code: str,
    *,
    page: Page,
    show: Callable[[Visit], HttpResponse],
    saved: Callable[[HttpRequest, Submission, Prospect], HttpResponse],
    typed: Callable[..., dict[str, str]] | None = None,
) -> HttpResponse:
    """Answer one of the report's forms; 404 for everybody who may not fill the report in.

    Args:
        show: draws the page.
        saved: where to go on when everything has been saved.
        typed: what was typed, from what the page sent, where that differs; takes the round's `years`.
    """
    submission, membership = editable_report(request, slug, code)
    visit = Visit(request, submission, membership, at=timezone.now())
    if request.method != "POST":
        return show(visit)
    years = submission.reporting_round.years
    data = request.POST.dict()
    sent = Sent(typed(data, years=years) if typed else data, fields=text_fields(years, page=page))
    try:
        merge, prospect = save_page(submission, sent, by=user_of(request), at=visit.at)
    except DomainError as error:
        return show(replace(visit, failure=error, sent=sent))
    if merge.conflicts:
        return show(
            replace(
                visit,
                submission=merge.submission,
                sent=sent,
                values=merge.values,
                conflicts=merge.conflicts,
            )
        )
    if sent.reused:
        messages.success(request, _("The draft is saved."))
        return redirect(f"{request.path}{sent.anchor}")
    return saved(request, submission, prospect)

"""Saving a draft in place, field by field, and telling what others have saved meanwhile."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.errors import DomainError
from reporting.fields import Page, text_fields
from reporting.forms import Sent
from reporting.models import DraftValue, Submission, User
from reporting.services.checks import note_raised
from reporting.services.drafts import Merge, merge_draft
from reporting.views.access import user_of
from reporting.views.filling import PARTS, filling_context, stamp_of


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Save changed fields of one page, or (GET) tell whether anything has changed."""
    user, at = user_of(request), timezone.now()
    reports = selectors.submissions_editable_by(user)
    submission = get_object_or_404(reports, reporting_round__slug=slug, region_id=code)
    if request.method != "POST":
        return _state(request, submission, user)
    if request.POST.get("as", str(user.pk)) != str(user.pk):
        return JsonResponse({"user": user.pk, "message": _not_yours(user)}, status=403)
    try:
        page = Page(request.POST.get("page", ""))
        sent = Sent(request.POST.dict(), fields=text_fields(submission.reporting_round.years, page=page))
        merge = merge_draft(
            submission_id=submission.pk,
            texts=sent.changed_texts(),
            versions=sent.versions(),
            by=user,
            at=at,
        )
    except ValueError:
        return JsonResponse({"message": _("The request could not be read.")}, status=400)
    except DomainError as error:
        return JsonResponse({"message": str(error)}, status=409)
    return JsonResponse(_answer(request, merge, sent, page, at=at))


def _state(request: HttpRequest, submission: Submission, user: User) -> HttpResponse:
    """Nothing, where nothing has changed; else who asks, with a token for the next request."""
    stamp = stamp_of(submission)
    if request.GET.get("stamp") == stamp:
        return HttpResponse(status=204)
    return JsonResponse({"stamp": stamp, "user": user.pk, "name": user.name, "csrf": get_token(request)})


def _not_yours(user: User) -> str:
    return _("%(name)s is signed in now. What was typed before is not saved in that name.") % {
        "name": user.name
    }


def _answer(request: HttpRequest, merge: Merge, sent: Sent, page: Page, *, at: datetime) -> dict[str, Any]:
    """What the page must know: values that it did not have, fields in conflict, and its changed parts."""
    context = filling_context(
        merge.submission,
        page,
        values=merge.values,
        at=at,
        conflicts=merge.conflicts,
        sent=sent,
        has_asked="asked" in request.POST,
        is_in_place=True,
    )
    context["membership"] = merge.membership
    old = {
        (found.field, found.code)
        for found in context["checks"].check_with_shadows(merge.before, submitting=True)
    }
    new = [found for found in context["prospect"].found if (found.field, found.code) not in old]
    if new:
        note_raised(submission_id=merge.submission.pk, findings=new, at=at)
    versions = sent.versions()
    return {
        "stamp": stamp_of(merge.submission),
        "time": _clock(at),
        "values": {
            field: _told(value, request)
            for field, value in merge.values.items()
            if field in context["form"].fields and versions.get(field, 0) != value.version
        },
        "conflicts": list(merge.conflicts),
        "html": render_to_string(PARTS[page], context, request),
    }


def _told(value: DraftValue, request: HttpRequest) -> dict[str, Any]:
    return {
        "text": value.text,
        "version": value.version,
        "by": value.saved_by,
        "mine": value.updated_by_id == user_of(request).pk,
        "time": _clock(value.updated_at),
    }


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")

"""The page that searches the history of everything, and the same as a file."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reporting.admin.exports import hand_out
from reporting.audit import PAGE_SIZE, Place, Question, changes, concrete, tracked_kinds
from reporting.audittable import table_of
from reporting.auditwords import Entry, entries_of
from reporting.models import STOCKHOLM, ExportFormat, Region, User
from reporting.services.exports import EXPORT, MAX_ROWS

MOST_PEOPLE = 50


class HistoryForm(forms.Form):
    """What is looked for in the history."""

    person = forms.CharField(
        label=gettext_lazy("Person"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Part of the name or the address of whoever made the change."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    row = forms.CharField(
        label=gettext_lazy("What was changed"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Its number, or part of its name, title, address or case number."),
    )
    region = forms.ModelChoiceField(Region.objects.all(), label=gettext_lazy("Region"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To and including"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        kinds = sorted((str(kind.plural).capitalize(), kind.label) for kind in tracked_kinds())
        self.fields["kind"].choices = [("", "---------"), *((label, name) for name, label in kinds)]  # type: ignore[attr-defined]  # a field of choices

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        return cleaned

    def question(self, *, after: Place | None = None) -> Question:
        """What the form asks for; ask only when it is valid."""
        asked = self.cleaned_data
        since, until = asked["since"], asked["until"]
        return Question(
            kinds=[kind for kind in tracked_kinds() if asked["kind"] in ("", kind.label)],
            people=_people(asked["person"]) if asked["person"] else None,
            row=asked["row"],
            region=asked["region"].code if asked["region"] else "",
            since=datetime.combine(since, time.min, STOCKHOLM) if since else None,
            until=datetime.combine(until + timedelta(days=1), time.min, STOCKHOLM) if until else None,
            after=after,
        )


def _people(text: str) -> list[int]:
    found = User.objects.filter(Q(name__icontains=text) | Q(email__icontains=text))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest) -> HttpResponse:
    """Search the history, newest first, a page at a time; posted, what is found leaves as a file."""
    _demand_permission(request)
    form = HistoryForm(request.GET)
    if request.method == "POST":
        file = _file(request, form)
        return file or redirect(f"{reverse('audit')}?{urlencode(_asked(request, form))}")
    found = []
    if form.is_valid():
        found = changes(form.question(after=_place(request.GET.get("after", ""))), limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    asked = _asked(request, form)
    following = urlencode({**asked, "after": _written(shown[-1].place)}) if len(found) > PAGE_SIZE else ""
    context = {
        **admin.site.each_context(request),
        "title": _("History"),
        "form": form,
        "rows": [(entry, _address(request, entry)) for entry in entries_of(shown)],
        "following": following,
        "is_later_page": bool(request.GET.get("after")),
        "asked": urlencode(asked),
        "may_take_out": request.user.has_perm(EXPORT),
        "most_rows": MAX_ROWS,
    }
    return TemplateResponse(request, "admin/history/search.html", context)


def _asked(request: HttpRequest, form: HistoryForm) -> dict[str, str]:
    return {name: request.GET[name] for name in form.fields if request.GET.get(name)}


def _file(request: HttpRequest, form: HistoryForm) -> HttpResponse | None:
    """What the search finds as a file; None where a message says why there is none."""
    kind = request.POST.get("format", "")
    if not form.is_valid() or kind not in ExportFormat.values:
        return HttpResponseBadRequest()
    # one more than a file may hold, so that a longer list is refused and never cut
    table = table_of(changes(form.question(), limit=MAX_ROWS + 1), most=MAX_ROWS + 1)
    return hand_out(request, table, kind=ExportFormat(kind))


def _demand_permission(request: HttpRequest) -> None:
    if not request.user.has_perm("reporting.read_history"):
        raise PermissionDenied


def _written(place: Place) -> str:
    return f"{place.at.isoformat()}~{place.kind}~{place.event}"


def _place(text: str) -> Place | None:
    """Where a page of the history ended; None where the text does not tell."""
    moment, _tilde, rest = text.partition("~")
    kind, _tilde, event = rest.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if at is None or at.tzinfo is None or not (event.isascii() and event.isdecimal() and len(event) < 19):
        return None
    return Place(at, kind, int(event))


def _address(request: HttpRequest, entry: Entry) -> str:
    """Where the row's own history stands; empty where the asker may not see it."""
    kind = entry.change.kind
    model = concrete(kind.model)
    if not admin.site.is_registered(model):
        return ""
    if not admin.site.get_model_admin(model).has_view_or_change_permission(request):
        return ""
    return reverse(kind.page, args=[entry.change.object_id])

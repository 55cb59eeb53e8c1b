"""The round's page with what the agency computes from it: grants, recomputation, status report."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from allocation.admin.nextround import ADD as ADD_ROUND
from allocation.admin.nextround import next_round_view
from allocation.admin.roundexports import RoundExportMixin
from allocation.engine import available_rules, load_rules
from allocation.models import RoundGrant
from allocation.services.grants import add_grant, remove_grant, word_grant
from allocation.services.runs import ASKED, may_ask_for_recomputation, request_recomputation
from allocation.services.status_reports import send_status_report
from reporting.admin.forms import LabelledInlineFormSet
from reporting.admin.readonly import signed_in
from reporting.admin.rounds import ReportingRoundAdmin
from reporting.errors import DomainError
from reporting.models import ReportingRound, User


class RoundGrantForm(forms.ModelForm):
    """Which rule set; the year and the title come with it, so they cannot contradict it."""

    rules_name = forms.ChoiceField(label=gettext_lazy("rule set"), choices=list)

    class Meta:
        model = RoundGrant
        fields = ["rules_name", "case_number", "appeal_text"]
        widgets: ClassVar = {"appeal_text": forms.Textarea(attrs={"rows": 3, "cols": 40})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {*available_rules(), *filter(None, [self.instance.rules_name])}
        field = self.fields["rules_name"]
        field.choices = [("", "---------"), *((name, name) for name in sorted(names))]  # type: ignore[attr-defined]  # the form gives it choices
        # Runs have been made with it. Another rule set is another grant.
        field.disabled = self.instance.pk is not None

    def clean_rules_name(self) -> str:
        """Take year and title from the rule set."""
        name: str = self.cleaned_data["rules_name"]
        if self.instance.pk is None:
            rules = load_rules(name)
            self.instance.year, self.instance.title = rules.year, rules.title
        return name


class RoundGrantFormSet(LabelledInlineFormSet):
    """The grants of one round."""

    def clean(self) -> None:
        """A grant's year must be one that the round asks for."""
        super().clean()
        reporting_round: ReportingRound = self.instance
        if not reporting_round.first_year or not reporting_round.last_year:
            return  # the round's own form says so
        for form in self.forms:
            year = form.instance.year
            if form.cleaned_data.get("rules_name") and not form.errors and year not in reporting_round.years:
                form.add_error(
                    "rules_name",
                    _("%(rules)s is for %(year)d, which the round does not ask for.")
                    % {"rules": form.cleaned_data["rules_name"], "year": year},
                )


class RoundGrantInline(admin.TabularInline):
    """The grants that are computed from the round."""

    model = RoundGrant
    form = RoundGrantForm
    formset = RoundGrantFormSet
    fields = ["rules_name", "year", "title", "run", "case_number", "appeal_text"]
    readonly_fields = ["year", "title", "run"]
    extra = 0
    min_num = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoundGrant]:
        """With the run that holds."""
        return super().get_queryset(request).select_related("current_run", "reporting_round")

    def get_extra(self, request: HttpRequest, obj: ReportingRound | None = None, **kwargs: Any) -> int:
        """A new round shows an empty row for its first grant."""
        return 1 if obj is None else 0

    @admin.display(description=gettext_lazy("current run"))
    def run(self, obj: RoundGrant) -> str:
        """The number of the run that holds."""
        return str(obj.current_run.number) if obj.current_run else "–"


admin.site.unregister(ReportingRound)


@admin.register(ReportingRound)
class RoundAdmin(RoundExportMixin, ReportingRoundAdmin):
    """The round with its grants, and buttons for what is computed and sent."""

    inlines = [RoundGrantInline]
    actions = ["send_status_report", "figures_xlsx", "figures_csv", "findings_xlsx", "findings_csv"]

    def get_urls(self) -> list[URLPattern]:
        """The buttons' own addresses, before the page that catches everything."""
        view = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/status-report/",
                view(self.status_report_view),
                name="reporting_reportinground_status_report",
            ),
            path(
                "<path:object_id>/next/",
                view(self.next_round_view),
                name="reporting_reportinground_next",
            ),
            path(
                "<path:object_id>/recompute/",
                view(self.recompute_view),
                name="reporting_reportinground_recompute",
            ),
            *super().get_urls(),
        ]

    def has_status_report_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may send the status report."""
        return signed_in(request).has_perm("reporting.send_status_report")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Add and remove grants by the services, and say what they refuse."""
        if formset.model is not RoundGrant:
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        by = signed_in(request)
        for row in formset.forms:
            try:
                if row in formset.deleted_forms:
                    if row.instance.pk is not None:
                        remove_grant(grant_id=row.instance.pk, by=by)
                        formset.deleted_objects.append(row.instance)
                elif row.instance.pk is None and row.has_changed():
                    name = row.cleaned_data["rules_name"]
                    added = add_grant(round_id=form.instance.pk, rules_name=name, by=by)
                    formset.new_objects.append(added)
                    self._word(row, added.pk, by=by)
                elif row.has_changed():
                    self._word(row, row.instance.pk, by=by)
                    formset.changed_objects.append((row.instance, row.changed_data))
            except DomainError as error:
                self.message_user(request, str(error), messages.ERROR)

    def _word(self, row: Any, grant_id: int, *, by: User) -> None:
        """What the letters about the grant say."""
        word_grant(
            grant_id=grant_id,
            case_number=row.cleaned_data["case_number"],
            appeal_text=row.cleaned_data["appeal_text"],
            by=by,
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The round's page, with the buttons that the asker's role includes."""
        buttons = {
            "show_save_and_add_another": False,
            "may_send": self.has_status_report_permission(request),
            "may_recompute": may_recompute(request),
            "may_make_next": signed_in(request).has_perm(ADD_ROUND),
        }
        return super().change_view(request, object_id, form_url, {**buttons, **(extra_context or {})})

    def next_round_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the next round from this one."""
        return next_round_view(self, request, self.get_object(request, unquote(object_id)))

    def status_report_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the status report on one round."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        reporting_round = self.get_object(request, unquote(object_id))
        if not self.has_status_report_permission(request) or not self.has_view_permission(
            request, reporting_round
        ):
            raise PermissionDenied
        if reporting_round is None:
            raise Http404
        self._send(request, reporting_round)
        return redirect("admin:reporting_reportinground_change", reporting_round.pk)

    def recompute_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the round's grants to be computed again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        reporting_round = self.get_object(request, unquote(object_id))
        if not may_recompute(request) or not self.has_view_permission(request, reporting_round):
            raise PermissionDenied
        if reporting_round is None:
            raise Http404
        ask_for_recomputation(request, reporting_round)
        return redirect("admin:reporting_reportinground_change", reporting_round.pk)

    @admin.action(description=gettext_lazy("Send the status report now"), permissions=["status_report"])
    def send_status_report(self, request: HttpRequest, queryset: QuerySet[ReportingRound]) -> None:
        """Send a status report on each selected round."""
        for reporting_round in queryset:
            self._send(request, reporting_round)

    def _send(self, request: HttpRequest, reporting_round: ReportingRound) -> None:
        try:
            mails = send_status_report(
                reporting_round=reporting_round, by=signed_in(request), at=timezone.now()
            )
        except DomainError as error:
            self.message_user(request, f"{reporting_round}: {error}", messages.ERROR)
        else:
            text = ngettext(
                "%(round)s: the status report goes to %(count)d person.",
                "%(round)s: the status report goes to %(count)d people.",
                len(mails),
            )
            self.message_user(
                request, text % {"round": reporting_round, "count": len(mails)}, messages.SUCCESS
            )


def may_recompute(request: HttpRequest) -> bool:
    """Whether the asker may ask for a recomputation."""
    return may_ask_for_recomputation(signed_in(request))


def ask_for_recomputation(request: HttpRequest, reporting_round: ReportingRound) -> None:
    """Ask, and say what happens next."""
    request_recomputation(reporting_round=reporting_round, reason=ASKED, requested_by=signed_in(request))
    text = _("A recomputation has been asked for. The result appears here when the worker has done it.")
    messages.success(request, text)

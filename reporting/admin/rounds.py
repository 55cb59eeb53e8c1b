"""Rounds: when regions report. Grants are added to this page by the allocation app."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reporting.admin.readonly import NeverDeletedMixin
from reporting.models import STOCKHOLM, Region, ReportingRound, State, Submission
from reporting.services.submissions import open_reports


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a day and a time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


# Beyond these the database, or a sum with it, has no such moment.
PLAUSIBLE = (
    MinValueValidator(datetime(2000, 1, 1, tzinfo=STOCKHOLM)),
    MaxValueValidator(datetime(2100, 1, 1, tzinfo=STOCKHOLM)),
)


class RoundForm(forms.ModelForm):
    """A round's name, years and dates; times are entered and shown in Sweden's time."""

    opens_at = forms.DateTimeField(
        label=_("Opens"),
        widget=MomentInput,
        validators=PLAUSIBLE,
        help_text=_("Swedish time (Europe/Stockholm)."),
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        widget=MomentInput,
        validators=PLAUSIBLE,
        help_text=_("Swedish time (Europe/Stockholm). The closing moment itself is too late."),
    )

    class Meta:
        model = ReportingRound
        fields = ["name", "slug", "first_year", "last_year", "follow_up_from", "opens_at", "closes_at"]


@admin.register(ReportingRound)
class ReportingRoundAdmin(NeverDeletedMixin, admin.ModelAdmin):
    """Administrators add rounds and move their dates; everybody else reads."""

    form = RoundForm
    list_display = ["name", "years_text", "opens_at", "closes_at", "place", "submitted", "approved"]
    ordering = ["-opens_at"]
    show_full_result_count = False
    fields = ["name", "slug", ("first_year", "last_year", "follow_up_from"), ("opens_at", "closes_at")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportingRound]:
        """With the number of reports, and how far they have come."""
        rounds: QuerySet[ReportingRound] = super().get_queryset(request)
        return rounds.annotate(
            report_count=Count("submissions"),
            submitted_count=Count("submissions", filter=Q(submissions__revision_count__gt=0)),
            approved_count=Count(
                "submissions", filter=Q(submissions__state__in=[State.APPROVED, State.DECIDED])
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: ReportingRound | None = None) -> list[str]:
        """Address and years are fixed once somebody has begun: case numbers and drafts rest on them."""
        if obj is None or not _has_begun(obj):
            return []
        return ["slug", "first_year", "last_year", "follow_up_from"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Give every region a report in the round."""
        super().save_related(request, form, formsets, change)
        codes = list(Region.objects.values_list("code", flat=True))
        open_reports(reporting_round=form.instance, region_codes=codes)

    @admin.display(description=_("years"), ordering="first_year")
    def years_text(self, obj: ReportingRound) -> str:
        """The first and the last year."""
        return obj.years_label

    @admin.display(description=_("state"))
    def place(self, obj: ReportingRound) -> str:
        """Whether the round is to come, open or closed, and whether its figures are made up."""
        at = timezone.now()
        return render_to_string(
            "admin/_round_place.html",
            {"reporting_round": obj, "is_open": obj.is_open(at=at), "is_later": at < obj.opens_at},
        )

    @admin.display(description=_("submitted"), ordering="submitted_count")
    def submitted(self, obj: ReportingRound) -> str:
        """Reports submitted at least once, of all."""
        return _of(obj.submitted_count, obj.report_count)  # type: ignore[attr-defined]  # annotated

    @admin.display(description=_("approved"), ordering="approved_count")
    def approved(self, obj: ReportingRound) -> str:
        """Reports approved, of all."""
        return _of(obj.approved_count, obj.report_count)  # type: ignore[attr-defined]  # annotated


def _has_begun(reporting_round: ReportingRound) -> bool:
    reports = Submission.objects.filter(reporting_round=reporting_round)
    return reports.exclude(state=State.NOT_STARTED).exists()


def _of(part: int, whole: int) -> str:
    return str(_("{part} of {whole}")).format(part=part, whole=whole)

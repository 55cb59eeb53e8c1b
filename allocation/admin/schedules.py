"""When each recipient gets the status report: rows that the agency sets, with their history."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.models import ReportSchedule, RoundGrant, Weekday
from allocation.schedules import DEFAULT_TIME, default_schedule, is_paused
from allocation.services.schedules import ScheduleChoice, check_schedule, remove_schedule, save_schedule
from reporting import selectors
from reporting.admin.forms import DayInput
from reporting.admin.readonly import signed_in
from reporting.errors import FieldProblem
from reporting.models import STOCKHOLM, User
from reporting.templatetags.platsplan import day


class TimeInput(forms.TimeInput):
    """The browser's own field for a time of day."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class ScheduleForm(forms.ModelForm):
    """Days, time, what about, and a pause."""

    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days"),
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=list(range(1, 6)),
    )
    time_of_day = forms.TimeField(
        label=gettext_lazy("Time"),
        initial=DEFAULT_TIME,
        widget=TimeInput,
        help_text=gettext_lazy("Swedish time (Europe/Stockholm)."),
    )

    class Meta:
        model = ReportSchedule
        fields = ["person", "weekdays", "time_of_day", "reporting_round", "round_grant", "paused_until"]
        widgets = {"paused_until": DayInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "person" in self.fields:
            if self.instance.pk is not None and self.instance.person_id is None:
                self.fields["person"].disabled = True  # it stays everybody else's
                self.fields["person"].queryset = User.objects.none()  # type: ignore[attr-defined]  # a choice of rows
                self.fields["person"].empty_label = _("Everybody else")  # type: ignore[attr-defined]  # the same
            else:
                ids = [person.pk for person in selectors.status_report_recipients()]
                self.fields["person"].queryset = User.objects.filter(pk__in=ids)  # type: ignore[attr-defined]  # a choice of rows
                self.fields["person"].required = True
                text = _("Who has no schedule of their own shares the one of all others.")
                self.fields["person"].help_text = text
        if "round_grant" in self.fields:
            grants = RoundGrant.objects.select_related("reporting_round")
            self.fields["round_grant"].queryset = grants  # type: ignore[attr-defined]  # a choice of rows
            self.fields["round_grant"].empty_label = _("every grant")  # type: ignore[attr-defined]  # the same
        if "reporting_round" in self.fields:
            every = _("every round with something left")
            self.fields["reporting_round"].empty_label = every  # type: ignore[attr-defined]  # the same
        for name in ("person", "reporting_round", "round_grant"):
            if isinstance(field := self.fields.get(name), forms.ModelChoiceField):
                # Nobody is made or changed from here.
                for way in (
                    "can_add_related",
                    "can_change_related",
                    "can_delete_related",
                    "can_view_related",
                ):
                    setattr(field.widget, way, False)

    def clean(self) -> dict[str, Any]:
        """Nobody gets a schedule that no report would come by."""
        typed = super().clean() or {}
        if not self.errors:
            try:
                check_schedule(self.chosen(typed))
            except FieldProblem as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return typed

    def chosen(self, typed: dict[str, Any]) -> ScheduleChoice:
        """What was typed, as the service takes it."""
        person, chosen_round, grant = (typed.get(key) for key in ("person", "reporting_round", "round_grant"))
        return ScheduleChoice(
            person_id=person.pk if person else None,
            weekdays=typed["weekdays"],
            time_of_day=typed["time_of_day"],
            round_id=chosen_round.pk if chosen_round else None,
            grant_id=grant.pk if grant else None,
            paused_until=typed.get("paused_until"),
        )


@admin.register(ReportSchedule)
class ReportScheduleAdmin(admin.ModelAdmin):
    """One row for each recipient with a schedule of their own, and one for everybody else."""

    form = ScheduleForm
    list_display = ["who", "days", "clock", "which_round", "which_grant", "pause", "last_due"]
    list_display_links = ["who"]
    list_select_related = ["person", "reporting_round", "round_grant__reporting_round"]
    search_fields = ["person__name", "person__email"]
    show_full_result_count = False
    actions = None
    list_per_page = 100

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportSchedule]:
        """Those of people, after the one of everybody else."""
        rows: QuerySet[ReportSchedule] = super().get_queryset(request)
        return rows.order_by("person__name", "pk")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the schedule of everybody else made where nothing has been sent yet."""
        default_schedule(at=timezone.now())
        return super().changelist_view(request, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: ReportSchedule | None = None) -> bool:
        """The schedule of everybody else is paused, not removed."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.person_id is not None)

    def save_model(self, request: HttpRequest, obj: ReportSchedule, form: Any, change: bool) -> None:
        """Set the schedule by the service."""
        saved = save_schedule(
            schedule_id=obj.pk if change else None,
            chosen=form.chosen(form.cleaned_data),
            by=signed_in(request),
            at=timezone.now(),
        )
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Remove the schedule by the service."""
        remove_schedule(schedule_id=obj.pk, by=signed_in(request))

    @admin.display(description=gettext_lazy("recipient"), ordering="person__name")
    def who(self, obj: ReportSchedule) -> str:
        """The person, or everybody else."""
        return str(obj.person) if obj.person else _("Everybody else whose role includes the report")

    @admin.display(description=gettext_lazy("days"))
    def days(self, obj: ReportSchedule) -> str:
        """The days in short."""
        if list(obj.weekdays) == list(range(1, 6)):
            return _("Weekdays")
        return ", ".join(str(WEEKDAYS_ABBR[day - 1]) for day in obj.weekdays)

    @admin.display(description=gettext_lazy("time"), ordering="time_of_day")
    def clock(self, obj: ReportSchedule) -> str:
        """The time of day."""
        return f"{obj.time_of_day:%H:%M}"

    @admin.display(description=gettext_lazy("round"), ordering="reporting_round")
    def which_round(self, obj: ReportSchedule) -> str:
        """The round that it is about."""
        return str(obj.reporting_round) if obj.reporting_round else _("every round with something left")

    @admin.display(description=gettext_lazy("grant"), ordering="round_grant")
    def which_grant(self, obj: ReportSchedule) -> str:
        """The grant that it is about."""
        return str(obj.round_grant) if obj.round_grant else _("every grant")

    @admin.display(description=gettext_lazy("last due"), ordering="handled_until")
    def last_due(self, obj: ReportSchedule) -> str:
        """The last moment that was due and has been seen to."""
        if obj.handled_until is None:
            return _("not yet")
        return day(timezone.localtime(obj.handled_until), "j M Y H:i")

    @admin.display(description=gettext_lazy("paused until"), ordering="paused_until")
    def pause(self, obj: ReportSchedule) -> str:
        """The last day of a pause that is not over."""
        if obj.paused_until is None or not is_paused(obj, on=timezone.now().astimezone(STOCKHOLM).date()):
            return "–"
        return day(obj.paused_until, "j M Y")

"""Setting when each recipient gets the status report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from allocation.models import ReportSchedule, RoundGrant, Weekday
from reporting import selectors
from reporting.errors import DomainError, FieldProblem
from reporting.models import User
from reporting.services.roles import must_have


@dataclass(frozen=True, slots=True)
class ScheduleChoice:
    """What a schedule is set to; ids, and None as on the row."""

    person_id: int | None
    weekdays: Sequence[int]
    time_of_day: time
    round_id: int | None = None
    grant_id: int | None = None
    paused_until: date | None = None


def check_schedule(chosen: ScheduleChoice) -> None:
    """Refuse a schedule that nobody would get a report by.

    Raises:
        FieldProblem: the role of the person does not include the report, no day is chosen, or the grant
            is another round's.
    """
    if chosen.person_id is not None and chosen.person_id not in {
        person.pk for person in selectors.status_report_recipients()
    }:
        raise FieldProblem("person", _("The person’s role at the agency does not include the status report."))
    if not chosen.weekdays or not set(chosen.weekdays) <= set(Weekday.values):
        raise FieldProblem("weekdays", _("Choose at least one day. To stop the report for a time, pause it."))
    if chosen.grant_id is not None:
        grants = RoundGrant.objects.filter(pk=chosen.grant_id, reporting_round=chosen.round_id)
        if chosen.round_id is None or not grants.exists():
            raise FieldProblem("round_grant", _("Choose a grant of the chosen round."))


@transaction.atomic
def save_schedule(
    *, schedule_id: int | None, chosen: ScheduleChoice, by: User, at: datetime
) -> ReportSchedule:
    """Set a schedule, or make one. It holds from now on: what was due before is not sent.

    Raises:
        NotAllowed: `by` may not set schedules.
        FieldProblem: nobody would get a report by it, or the person has the same one already.
        DomainError: it was removed meanwhile.
    """
    must_have(by, f"allocation.{'add' if schedule_id is None else 'change'}_reportschedule")
    check_schedule(chosen)
    if schedule_id is None:
        schedule = ReportSchedule()
        if chosen.person_id is None:
            raise FieldProblem("person", _("Choose a person. Everybody else has one schedule together."))
    else:
        # The one who sends holds the row too, so a report is written by the old schedule or by the new one.
        found = ReportSchedule.objects.select_for_update(of=("self",)).filter(pk=schedule_id).first()
        if found is None:
            raise DomainError(_("The schedule has been removed."))
        if (found.person_id is None) != (chosen.person_id is None):
            raise FieldProblem("person", _("Who the schedule is for cannot be changed so. Make a new one."))
        schedule = found
    schedule.person_id = chosen.person_id
    schedule.weekdays = sorted(set(chosen.weekdays))
    schedule.time_of_day = chosen.time_of_day.replace(second=0, microsecond=0)
    schedule.reporting_round_id = chosen.round_id
    schedule.round_grant_id = chosen.grant_id
    schedule.paused_until = chosen.paused_until
    schedule.since = at
    try:
        schedule.full_clean()
    except ValidationError as error:
        field, found_texts = next(iter(error.message_dict.items()))
        raise FieldProblem(field, found_texts[0]) from error
    schedule.save()
    return schedule


@transaction.atomic
def remove_schedule(*, schedule_id: int, by: User) -> None:
    """Remove a person's own schedule; the one of everybody else holds for them again.

    Raises:
        NotAllowed: `by` may not remove schedules.
        DomainError: it is the one of everybody else, which can be paused.
    """
    must_have(by, "allocation.delete_reportschedule")
    schedule = ReportSchedule.objects.select_for_update(of=("self",)).filter(pk=schedule_id).first()
    if schedule is None:
        return
    if schedule.person_id is None:
        raise DomainError(_("The schedule of everybody else stays. Pause it instead."))
    schedule.delete()

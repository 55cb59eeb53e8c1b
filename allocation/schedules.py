"""Which schedules of the status report are due, and writing what they ask for, once."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from allocation.models import ReportSchedule
from allocation.status_reports import rounds_to_report, write_status_report
from reporting import selectors
from reporting.models import STOCKHOLM, User

# Weekdays at five past seven, as before anybody could choose.
DEFAULT_DAYS = [1, 2, 3, 4, 5]
DEFAULT_TIME = time(7, 5)


def default_schedule(*, at: datetime) -> ReportSchedule:
    """The schedule of everybody who has none of their own; made on weekdays at 07:05 the first time."""
    schedule, _created = ReportSchedule.objects.get_or_create(
        person=None, defaults={"weekdays": DEFAULT_DAYS, "time_of_day": DEFAULT_TIME, "since": at}
    )
    return schedule


def last_due(schedule: ReportSchedule, *, at: datetime) -> datetime | None:
    """The newest moment up to `at` at which the schedule was due, or None if that was before it held.

    A time that a change of the clock skips comes as much later as the clock was put forward; one that
    comes twice counts the first time.
    """
    today = at.astimezone(STOCKHOLM).date()
    for day in (today - timedelta(days=back) for back in range(9)):
        # Compared in UTC: in one time zone Python compares what the clocks on the wall say.
        due = datetime.combine(day, schedule.time_of_day, tzinfo=STOCKHOLM).astimezone(UTC)
        if day.isoweekday() not in schedule.weekdays or due > at:
            continue
        held = due >= schedule.since and not is_paused(schedule, on=day)
        return due if held else None
    return None


def is_paused(schedule: ReportSchedule, *, on: date) -> bool:
    """Whether the schedule rests on a day."""
    return schedule.paused_until is not None and on <= schedule.paused_until


def due_schedules(*, at: datetime) -> list[int]:
    """Ids of the schedules with something that has not been dealt with. However long nothing ran, once."""
    default_schedule(at=at)
    return [schedule.pk for schedule in ReportSchedule.objects.order_by("pk") if _is_waiting(schedule, at=at)]


def _is_waiting(schedule: ReportSchedule, *, at: datetime) -> bool:
    due = last_due(schedule, at=at)
    return due is not None and (schedule.handled_until is None or schedule.handled_until < due)


@transaction.atomic
def write_scheduled_reports(schedule_id: int, *, at: datetime) -> list[int]:
    """Write what a schedule asks for, unless that has been done, under the schedule's lock.

    Returns:
        ids of the mails that were written now; the caller has them sent.
    """
    schedules = ReportSchedule.objects.select_for_update(skip_locked=True, of=("self",))
    schedule = schedules.select_related("round_grant").filter(pk=schedule_id).first()
    if schedule is None or not _is_waiting(schedule, at=at):
        return []
    due = last_due(schedule, at=at)
    assert due is not None
    written: list[int] = []
    recipients = _recipients(schedule)
    grant = schedule.round_grant
    for reporting_round in rounds_to_report(at=at) if recipients else ():
        if schedule.reporting_round_id not in (None, reporting_round.pk):
            continue
        occasion = f"{reporting_round.slug}/{due.astimezone(STOCKHOLM):%Y-%m-%dT%H:%M}"
        mails = write_status_report(
            reporting_round,
            recipients=recipients,
            occasion=f"{occasion}/{grant.rules_name}" if grant else occasion,
            at=at,
            only_grant=grant.pk if grant else None,
        )
        written += [mail.pk for mail in mails]
    schedule.handled_until = due
    schedule.save(update_fields=["handled_until"])
    return written


def _recipients(schedule: ReportSchedule) -> list[User]:
    """The schedule's person, or everybody without one of their own, if their role includes the report."""
    everybody = selectors.status_report_recipients()
    if schedule.person_id is not None:
        return [person for person in everybody if person.pk == schedule.person_id]
    own = set(ReportSchedule.objects.filter(person__isnull=False).values_list("person_id", flat=True))
    return [person for person in everybody if person.pk not in own]

"""When each recipient gets the status report: once each time, whatever happened to clocks and machines."""

from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from openpyxl import load_workbook

from allocation import runner
from allocation.models import ReportSchedule, RoundGrant
from allocation.schedules import default_schedule, due_schedules, last_due, write_scheduled_reports
from allocation.services.runs import request_recomputation
from allocation.services.schedules import ScheduleChoice, remove_schedule, save_schedule
from allocation.services.status_reports import send_status_report_now
from allocation.tasks import send_scheduled_report_task, send_status_reports_task
from reporting.errors import DomainError, FieldProblem, NotAllowed
from reporting.mailer import enclosures_of
from reporting.models import Mail, MailKind, Region, User
from tests.factories import make_officer, make_region_member, make_round, make_submission, make_user, moment

pytestmark = pytest.mark.django_db
MONDAY = moment(19, 7, 5)  # 19 September 2022


def schedule(**fields: Any) -> ReportSchedule:
    """A row that is not saved: weekdays at 07:05 since long ago."""
    details = {"weekdays": [1, 2, 3, 4, 5], "time_of_day": time(7, 5), "since": moment(1, month=1, year=2020)}
    return ReportSchedule(**{**details, **fields})


def set_schedule(person: User | None, by: User, **fields: Any) -> ReportSchedule:
    details = {"weekdays": [1], "time_of_day": time(7, 5), **fields}
    chosen = ScheduleChoice(person_id=person.pk if person else None, **details)
    return save_schedule(schedule_id=None, chosen=chosen, by=by, at=moment(18))


def tick(at: datetime) -> list[str]:
    """What beat does in a minute: the addresses that got a mail."""
    ids = [pk for schedule_id in due_schedules(at=at) for pk in write_scheduled_reports(schedule_id, at=at)]
    return sorted(Mail.objects.filter(pk__in=ids).values_list("recipient", flat=True))


@pytest.mark.parametrize(
    ("fields", "at", "due"),
    [
        ({}, moment(19, 7, 4), moment(16, 7, 5)),
        ({}, MONDAY, MONDAY),
        ({}, moment(18, 12), moment(16, 7, 5)),
        ({"weekdays": [7]}, moment(19, 7), moment(18, 7, 5)),
        ({"since": moment(19, 7, 6)}, moment(20, 7, 4), None),
        ({"since": moment(19, 7, 5)}, moment(20, 7, 4), MONDAY),
        ({"paused_until": date(2022, 9, 19)}, moment(19, 12), None),
        ({"paused_until": date(2022, 9, 18)}, moment(19, 12), MONDAY),
    ],
    ids=["before", "then", "weekend", "sunday", "set after", "set then", "paused", "pause over"],
)
def test_the_newest_moment_that_was_due(fields: dict[str, Any], at: datetime, due: datetime | None) -> None:
    assert last_due(schedule(**fields), at=at) == due


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        pytest.param("2022-03-27", "2022-03-27T01:30", id="02:30 is skipped: an hour later by the clock"),
        pytest.param("2022-10-30", "2022-10-30T00:30", id="02:30 comes twice: the first one"),
        pytest.param("2022-06-15", "2022-06-15T00:30", id="summer"),
        pytest.param("2022-01-15", "2022-01-15T01:30", id="winter"),
    ],
)
def test_the_clock_of_sweden_decides_and_each_day_has_one_moment(day: str, utc: str) -> None:
    every_day = schedule(weekdays=list(range(1, 8)), time_of_day=time(2, 30))
    seen = {
        last_due(every_day, at=datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00+00:00"))
        for hour in range(2, 24)
        for minute in (0, 59)
    }
    assert seen == {datetime.fromisoformat(f"{utc}:00+00:00")}


def test_without_a_schedule_everybody_gets_it_on_weekdays_and_once() -> None:
    officer = make_officer(email="a@example.com")
    make_round(slug="r")
    default_schedule(at=moment(15))
    ticks = [tick(at) for at in (moment(19, 7, 4), MONDAY, moment(19, 7, 6), moment(20, 7, 5), moment(24, 8))]
    assert ticks == [["a@example.com"], ["a@example.com"], [], ["a@example.com"], ["a@example.com"]]
    assert Mail.objects.filter(occasion="r/2022-09-19T07:05", recipient=officer.email).count() == 1


def test_what_was_missed_comes_once() -> None:
    make_officer()
    make_round()
    default_schedule(at=moment(1))
    assert len(tick(moment(12, 7, 5))) == 1
    assert len(tick(moment(22, 15))) == 1  # eight weekdays later
    assert tick(moment(22, 15, 1)) == []


def test_two_workers_write_one_report() -> None:
    make_officer()
    make_round()
    row = default_schedule(at=moment(1))
    assert len(write_scheduled_reports(row.pk, at=MONDAY)) == 1
    assert write_scheduled_reports(row.pk, at=MONDAY) == []


def test_the_own_schedule_replaces_that_of_everybody() -> None:
    officer, colleague = make_officer(email="a@example.com"), make_officer(email="b@example.com")
    default_schedule(at=moment(1))
    here, _there = make_round(slug="here"), make_round(slug="there")
    grant = RoundGrant.objects.get(reporting_round=here)
    own = set_schedule(
        colleague, officer, weekdays=[2], time_of_day=time(16, 0), round_id=here.pk, grant_id=grant.pk
    )
    assert tick(MONDAY) == ["a@example.com", "a@example.com"]  # two rounds
    assert tick(moment(20, 16)) == ["a@example.com", "a@example.com", "b@example.com"]
    assert Mail.objects.get(recipient=colleague.email).occasion == "here/2022-09-20T16:00/at-2022"
    colleague.groups.clear()  # no longer a role that includes it
    assert tick(moment(27, 16)) == ["a@example.com", "a@example.com"]
    remove_schedule(schedule_id=own.pk, by=officer)
    with pytest.raises(DomainError):
        remove_schedule(schedule_id=ReportSchedule.objects.get().pk, by=officer)


def test_who_and_what_a_schedule_may_name() -> None:
    officer = make_officer()
    first, second = make_round(), make_round()
    grant = RoundGrant.objects.get(reporting_round=second)
    for person, fields, field in (
        (make_region_member("03"), {}, "person"),
        (None, {}, "person"),
        (officer, {"weekdays": []}, "weekdays"),
        (officer, {"weekdays": [8]}, "weekdays"),
        (officer, {"grant_id": grant.pk}, "round_grant"),
        (officer, {"grant_id": grant.pk, "round_id": first.pk}, "round_grant"),
    ):
        with pytest.raises(FieldProblem) as refused:
            set_schedule(person, officer, **fields)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        set_schedule(officer, make_user(is_staff=True, groups=["Beslutsfattare"]))


def test_the_task_hands_each_schedule_to_a_task_of_its_own() -> None:
    row = default_schedule(at=moment(1))
    with patch.object(send_scheduled_report_task, "delay") as delay:
        send_status_reports_task()
    delay.assert_called_once_with(row.pk)


def test_the_workbook_goes_with_the_mail_and_starts_no_formula() -> None:
    make_officer(language="sv")
    reporting_round = make_round(slug="2022-2024", name="=1+1")
    make_submission(reporting_round, "09", by=make_region_member("09"))
    Region.objects.filter(code="12").update(short_name="@SUM(A1)")
    runner.recompute(request_recomputation(reporting_round=reporting_round, reason="asked").pk, at=MONDAY)
    [mail] = send_status_report_now(reporting_round, "decision-1", at=MONDAY)
    assert send_status_report_now(reporting_round, "decision-1", at=MONDAY) == []
    [file] = enclosures_of(mail.pk)
    assert file.name == "status-2022-2024-20220919-0705.xlsx"
    workbook = load_workbook(BytesIO(file.content))
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    texts = [str(cell.value) for cell in cells]
    assert {"=1+1 (2022-2024)", "2022-09-19 07:05", "@SUM(A1)"} <= set(texts)
    assert any(text.startswith("at-2022.") for text in texts)
    regions = workbook.worksheets[0]
    assert sum(str(row[0].value).isdigit() for row in regions.iter_rows()) == 21
    amounts = workbook.worksheets[2]
    assert [row[-1].value for row in amounts.iter_rows()][-1] == 124_000_000


def test_the_page_sets_pauses_and_removes(client: Client) -> None:
    officer = make_officer()
    client.force_login(officer)
    where = "/admin/allocation/reportschedule/"
    assert client.get(where).status_code == 200
    assert ReportSchedule.objects.get().person is None
    typed = {
        "person": officer.pk,
        "weekdays": [1, 4],
        "time_of_day": "15:30",
        "reporting_round": "",
        "round_grant": "",
        "paused_until": "",
    }
    assert client.post(f"{where}add/", {**typed, "weekdays": []}).status_code == 200
    assert client.post(f"{where}add/", typed).status_code == 302
    own = ReportSchedule.objects.get(person=officer)
    assert (own.weekdays, own.time_of_day) == ([1, 4], time(15, 30))
    again = client.post(f"{where}add/", typed)
    assert again.status_code == 200  # the same once more is refused at the form
    client.post(f"{where}{own.pk}/change/", {**typed, "paused_until": "2099-01-01"})
    own.refresh_from_db()
    assert own.paused_until == date(2099, 1, 1)
    default = ReportSchedule.objects.get(person=None)
    assert client.get(f"{where}{default.pk}/change/").status_code == 200
    assert client.post(f"{where}{default.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{where}{own.pk}/delete/", {"post": "yes"}).status_code == 302
    assert ReportSchedule.objects.count() == 1
    assert Mail.objects.filter(kind=MailKind.STATUS_REPORT).count() == 0

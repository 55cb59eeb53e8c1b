"""The thread's pages: what they mark as read, take in and refuse."""

from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from reporting import threads
from reporting.models import (
    Message,
    ReadMark,
    Role,
    Side,
)
from reporting.services.messages import (
    mark_read,
)
from reporting.services.review import return_report
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)
from tests.reporting.thread_steps import open_round, send, signed_in, upload, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(tmp_path: Path, settings: Any) -> None:
    """Reference data, and a folder for attachments that is this test's own."""
    store = settings.STORAGES["attachments"]
    private = {**store, "OPTIONS": {**store["OPTIONS"], "location": str(tmp_path / "attachments")}}
    settings.STORAGES = {**settings.STORAGES, "attachments": private}


def test_what_the_other_side_writes_is_unread_until_it_has_been_shown() -> None:
    reporting_round, ombud, officer = make_round(), make_region_member(), make_officer()
    colleague, elsewhere = make_region_member("03", Role.SAMORDNARE), make_region_member("09")
    report = report_of(reporting_round)
    write(report, officer)
    first = write(report, officer, "Two")
    assert threads.unread_for_region(ombud) == {report.pk: 2}
    assert threads.unread_for_region(elsewhere) == threads.unread_for_region(officer) == {}
    assert threads.unread_for_agency(officer) == threads.unread_for_agency(ombud) == {}
    mark_read(
        submission_id=report.pk,
        side=Side.REGION,
        by=ombud,
        last_message=first.pk,
        last_event=0,
        at=moment(20),
    )
    assert threads.unread_for_region(ombud) == {}
    assert threads.unread_for_region(colleague) == {report.pk: 2}
    answer = write(report, ombud, "Answer")
    assert threads.unread_for_agency(officer) == {report.pk: 1}
    [entry] = [
        entry
        for entry in threads.thread_of(report, reader_id=officer.pk, side=Side.AGENCY).entries
        if entry.anchor == f"m-{first.pk}"
    ]
    assert entry.read_by == (ombud.name,)
    assert threads.thread_of(report, reader_id=ombud.pk, side=Side.REGION).last_message == answer.pk
    changed_sides = make_officer()
    ReadMark.objects.create(
        user=changed_sides, submission=report, side=Side.REGION, last_message=answer.pk, read_at=moment(20)
    )
    assert threads.unread_for_agency(changed_sides) == {report.pk: 1}


def test_who_answers_a_return_with_a_new_version_has_read_it_and_nothing_else() -> None:
    reporting_round, ombud, officer = make_round(), make_region_member(), make_officer()
    colleague = make_region_member("03", Role.SAMORDNARE)
    report = make_submission(reporting_round, by=ombud).submission
    write(report, officer)
    return_report(submission_id=report.pk, revision_number=1, by=officer, at=moment(20), message="Why?")
    make_submission(reporting_round, by=ombud, at=moment(21), at_2022="51")
    assert threads.unread_for_region(ombud) == {report.pk: 1}
    assert threads.unread_for_region(colleague) == {report.pk: 2}


def test_a_return_is_unread_for_the_region() -> None:
    reporting_round, ombud, officer = make_round(), make_region_member(), make_officer()
    make_submission(reporting_round, by=ombud)
    report = report_of(reporting_round)
    return_report(submission_id=report.pk, revision_number=1, by=officer, at=moment(20), message="Why?")
    assert threads.unread_for_region(ombud) == {report.pk: 1}
    shown = threads.thread_of(report, reader_id=ombud.pk, side=Side.REGION)
    assert shown.new_count == 1
    mark_read(
        submission_id=report.pk, side=Side.REGION, by=ombud, at=moment(21),
        last_message=shown.last_message, last_event=shown.last_event,
    )  # fmt: skip
    assert threads.unread_for_region(ombud) == {}


def test_a_mark_never_goes_back() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    for last in (7, 3):
        mark_read(
            submission_id=report.pk, side=Side.REGION, by=ombud, at=moment(20),
            last_message=last, last_event=last,
        )  # fmt: skip
    assert (ReadMark.objects.get().last_message, ReadMark.objects.get().last_event) == (7, 7)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ReadMark.objects.update(last_message=1)


def test_the_page_marks_as_read_what_it_shows_and_the_header_counts() -> None:
    reporting_round, ombud, officer = open_round(), make_region_member(), make_officer(name="Elin")
    report = report_of(reporting_round)
    write(report, officer, "Is it <b>right</b>?")
    client = signed_in(ombud)
    assert '<span class="pp-count">1' in client.get("/report/").content.decode()
    address = f"/report/{reporting_round.slug}/03/messages/"
    assert client.get("/report/messages/").headers["Location"] == address
    client.head(address)
    first = client.get(address).content.decode()
    assert "Is it &lt;b&gt;right&lt;/b&gt;?" in first
    assert "is-new" in first
    second = client.get(address).content.decode()
    assert "is-new" not in second
    assert "pp-count" not in second
    desk = signed_in(officer).get(f"/admin/reporting/submission/{report.pk}/change/").content.decode()
    assert f"Read by {ombud.name}" in desk


@pytest.mark.parametrize("key", ["", "not-a-key"])
def test_a_form_without_a_usable_key_is_sent_all_the_same(key: str) -> None:
    reporting_round, ombud = open_round(), make_region_member()
    address = f"/report/{reporting_round.slug}/03/messages/"
    assert send(signed_in(ombud), address, "Hello", form_key=key).status_code == 302
    assert Message.objects.count() == 1


def test_another_regions_thread_is_not_found() -> None:
    reporting_round = open_round()
    report = report_of(reporting_round)
    address = f"/report/{reporting_round.slug}/03/messages/"
    for person in (make_region_member("09"), make_officer(), make_user()):
        assert signed_in(person).get(address).status_code == 404
        assert send(signed_in(person), address).status_code == 404
    deputy = make_region_member("09", Role.REPRESENTANT)
    for person in (deputy, make_user(is_staff=True, groups=["Beslutsfattare"])):
        path = f"/admin/reporting/submission/{report.pk}/message/"
        assert send(signed_in(person), path).status_code == 403
    assert signed_in(make_user()).get("/report/messages/").status_code == 404
    assert not Message.objects.exists()


def test_forms_are_refused_without_a_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_region_member(), backend="reporting.accounts.InvitedBackend")
    assert send(client, f"/report/{open_round().slug}/03/messages/").status_code == 403
    assert not Message.objects.exists()


def test_pages_cost_the_same_however_long_the_thread(django_assert_max_num_queries: Any) -> None:
    reporting_round, ombud, officer = open_round(), make_region_member(), make_officer()
    report = report_of(reporting_round)
    for number in range(9):
        write(report, ombud, str(number), uploads=[upload()])
        write(report, officer, str(number), uploads=[upload()])
    client = signed_in(ombud)
    address = f"/report/{reporting_round.slug}/03/messages/"
    client.get(address)
    with django_assert_max_num_queries(16):
        client.get(address)

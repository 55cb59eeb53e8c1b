"""The thread between a region and the agency: who writes, who reads, what a file must be, what is unread."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from reporting import threads
from reporting.errors import NotAllowed
from reporting.models import (
    Message,
    Role,
    Side,
    State,
)
from reporting.services.messages import (
    MESSAGES_PER_HOUR,
    MessageRefused,
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
from tests.reporting.thread_steps import stored_files, upload, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(tmp_path: Path, settings: Any) -> None:
    """Reference data, and a folder for attachments that is this test's own."""
    store = settings.STORAGES["attachments"]
    private = {**store, "OPTIONS": {**store["OPTIONS"], "location": str(tmp_path / "attachments")}}
    settings.STORAGES = {**settings.STORAGES, "attachments": private}


def test_both_sides_write_and_the_thread_keeps_events_and_messages_in_order() -> None:
    reporting_round, ombud, officer = make_round(), make_region_member(name="Eva"), make_officer(name="Elin")
    make_submission(reporting_round, by=ombud, at=moment(19), at_2022="60", comment_at_2022="Ten more.")
    report = report_of(reporting_round)
    return_report(
        submission_id=report.pk, revision_number=1, by=officer, at=moment(20), message="Is 60 right?"
    )
    answer = write(report, ombud, "Yes.", at=moment(21))
    write(report, officer, "Thank you.", at=moment(22))
    thread = threads.thread_of(report, reader_id=ombud.pk, side=Side.REGION)
    told = [(entry.by, entry.text or str(entry.comments[0])) for entry in thread.entries]
    assert told == [
        ("Eva", "AT 2022: Ten more."), ("Elin", "Is 60 right?"), ("Eva", "Yes."), ("Elin", "Thank you."),
    ]  # fmt: skip
    assert (answer.event, answer.revision) == (report.events.get(kind="returned"), report.revisions.get())
    assert answer.author_role == Role.OMBUD
    assert report_of(reporting_round).state == State.RETURNED


def test_a_message_is_never_changed_and_stays_with_its_report() -> None:
    reporting_round, ombud = make_round(), make_region_member()
    other = make_submission(reporting_round, "09", by=make_region_member("09"))
    message = write(report_of(reporting_round), ombud, uploads=[upload()])
    connection.check_constraints()  # as a commit would
    for statement in (
        "UPDATE reporting_message SET body = 'other'",
        "DELETE FROM reporting_message",
        "TRUNCATE reporting_message CASCADE",
        "UPDATE reporting_attachment SET name = 'other.pdf'",
        "DELETE FROM reporting_attachment",
        # no further file for a message that has been written
        f"""INSERT INTO reporting_attachment (message_id, position, name, kind, size, sha256, stored_as)
            VALUES ({message.pk}, 2, 'a.pdf', 'pdf', 1, 'x', 'y')""",
        # nothing about another region's version
        f"""INSERT INTO reporting_message (submission_id, side, author_id, author_name, author_role, body, at,
            revision_id, attachment_count, form_key) VALUES ({message.submission_id}, 'region', {ombud.pk},
            'x', 'ombud', 'x', now(), {other.pk}, 0, '{uuid.uuid4()}')""",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("body", ["", " \r\n\t", "\x00"])
def test_an_empty_message_is_refused(body: str) -> None:
    with pytest.raises(MessageRefused, match="Write a message"):
        write(report_of(make_round()), make_region_member(), body, uploads=[upload()])
    assert stored_files() == []


def test_the_database_refuses_an_empty_message_too() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    with pytest.raises(IntegrityError, match="messages_say_something"), transaction.atomic():
        Message.objects.create(
            submission=report, side=Side.REGION, author=ombud, author_role=Role.OMBUD, body="", at=moment()
        )


def test_a_message_has_room_for_four_thousand_characters() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    assert len(write(report, ombud, "x" * 4_000).body) == 4_000
    with pytest.raises(MessageRefused, match="4001 characters"):
        write(report, ombud, "x" * 4_001)


def test_nobody_floods_the_thread() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    for minute in range(MESSAGES_PER_HOUR):
        write(report, ombud, at=moment(19, 10, minute))
    with pytest.raises(MessageRefused, match="30 messages within an hour"):
        write(report, ombud, at=moment(19, 10, 59))
    write(report, ombud, at=moment(19, 11, 1))


@pytest.mark.parametrize("role", list(Role))
def test_everyone_who_serves_the_region_may_write(role: Role) -> None:
    assert write(report_of(make_round()), make_region_member(role=role)).author_role == role


def test_others_may_not_write() -> None:
    report = report_of(make_round())
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    gone = make_region_member("03", Role.SAMORDNARE, is_active=False)
    for person, side in (
        (make_region_member("09"), Side.REGION),
        (make_region_member("09", Role.REPRESENTANT), Side.AGENCY),
        (gone, Side.REGION),
        (decider, Side.AGENCY),
        (make_officer(), Side.REGION),
        (make_user(), Side.REGION),
    ):
        with pytest.raises(NotAllowed):
            write(report, person, side=side, uploads=[upload()])
    assert not Message.objects.exists()
    assert stored_files() == []

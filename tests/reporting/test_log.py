"""The chained log of receipts: strictly one after the other, and nothing exchanged unseen."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from reporting.chain import append_entry, check_log, entry_text, keep_check
from reporting.models import Figure, LogCheck, LogEntry, LogKind, Receipt, ReceiptFile, Revision
from reporting.models.receipts import NO_ENTRY
from reporting.receipts import receipt_file
from reporting.record import text_sha256
from tests.factories import make_officer, make_region_member, make_round, make_submission, moment
from tests.kept import kept


@pytest.fixture(scope="module")
def submissions_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What `submissions` gives."""
    with kept(django_db_blocker):
        person, reporting_round = make_region_member(), make_round(codes=["03"])
        for day in range(3):
            make_submission(reporting_round, by=person, at=moment(10 + day), st_2022=str(120 + day))
        connection.check_constraints()
        yield


@pytest.fixture
def submissions(submissions_once: None, db: None) -> list[Revision]:
    """Three versions of one report, and so three entries."""
    return list(Revision.objects.order_by("number"))


def problems() -> list[tuple[str, str]]:
    return [(flaw.subject, flaw.code) for flaw in check_log().flaws]


def test_each_entry_carries_the_checksum_of_the_one_before(submissions: list[Revision]) -> None:
    entries = list(LogEntry.objects.order_by("sequence"))
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.previous_sha256 for entry in entries] == [NO_ENTRY, entries[0].sha256, entries[1].sha256]
    assert [entry.sha256 for entry in entries] == [text_sha256(entry_text(entry)) for entry in entries]
    assert [entry.subject for entry in entries] == [revision.receipt_number for revision in submissions]
    assert problems() == []


def test_what_is_rolled_back_leaves_no_gap(submissions: list[Revision]) -> None:
    with transaction.atomic():
        append_entry(kind=LogKind.RECEIPT, subject="x", content_sha256="0" * 64, at=moment())
        transaction.set_rollback(True)
    assert append_entry(kind=LogKind.RECEIPT, subject="y", content_sha256="0" * 64, at=moment()).sequence == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"sequence": 9},
        {"previous_sha256": "f" * 64},
        {"subject": "another"},
        {"at": moment(3)},
        {"sha256": "e" * 64},
    ],
)
def test_the_database_refuses_an_entry_that_does_not_continue_the_log(
    submissions: list[Revision], wrong: dict[str, object]
) -> None:
    last = LogEntry.objects.get(sequence=3)
    entry = LogEntry(
        sequence=4, previous_sha256=last.sha256, kind="receipt", subject="s", content_sha256="a" * 64,
        at=datetime(2022, 9, 20, 8, 0, 0, 1, tzinfo=UTC),
    )  # fmt: skip
    entry.sha256 = text_sha256(entry_text(entry))
    for field, value in wrong.items():
        setattr(entry, field, value)
    with pytest.raises(DatabaseError, match="does not continue the log"), transaction.atomic():
        entry.save(force_insert=True)


# What hangs on a receipt must go first.
REMOVE = "DELETE FROM reporting_receiptfile; DELETE FROM reporting_mail; DELETE FROM reporting_receipt WHERE "


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE reporting_figure SET posts = posts + 1 WHERE post_type = 'ST'", {"figures"}),
        ("UPDATE reporting_figure SET comment = 'x'", {"figures"}),
        ("UPDATE reporting_revision SET submitted_by_name = 'Somebody'", {"figures"}),
        ("UPDATE reporting_revision SET contact_name = 'Somebody'", {"figures"}),
        ("UPDATE reporting_receipt SET record = replace(record, '120', '121')", {"record", "figures"}),
        ("UPDATE reporting_receipt SET sha256 = repeat('a', 64) WHERE number ~ '-1$'", {"record", "logged"}),
        ("UPDATE reporting_logentry SET at = at + interval '1 day' WHERE sequence = 2", {"entry"}),
        (
            "UPDATE reporting_logentry SET content_sha256 = repeat('a', 64) WHERE sequence = 2",
            {"entry", "logged"},
        ),
        ("UPDATE reporting_logentry SET sha256 = repeat('a', 64) WHERE sequence = 2", {"entry", "link"}),
        ("UPDATE reporting_receiptfile SET pdf = 'x'", {"pdf"}),
        (
            f"{REMOVE} right(number, 1) = '2'; DELETE FROM reporting_logentry WHERE sequence = 2",
            {"place", "link", "removed", "shorter"},
        ),
        (
            f"{REMOVE} right(number, 1) = '3'; DELETE FROM reporting_logentry WHERE sequence = 3",
            {"removed", "shorter"},
        ),
    ],
)
def test_what_is_changed_with_the_triggers_off_is_found(
    submissions: list[Revision], statement: str, codes: set[str]
) -> None:
    receipt_file(submissions[2].receipt, language="sv")
    keep_check(at=moment(20))
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert {code for _subject, code in problems()} == codes


def test_a_log_that_is_written_anew_from_a_point_on_is_found_by_the_check_before(
    submissions: list[Revision],
) -> None:
    keep_check(at=moment(20))
    with pgtrigger.ignore():
        previous = LogEntry.objects.get(sequence=1).sha256
        for entry in LogEntry.objects.filter(sequence__gte=2).order_by("sequence"):
            entry.at += timedelta(hours=1)
            entry.previous_sha256 = previous
            entry.sha256 = previous = text_sha256(entry_text(entry))
            entry.save()
    assert [code for _subject, code in problems()] == ["rewritten"]


def test_the_command_says_whether_all_is_well_and_keeps_the_outcome(submissions: list[Revision]) -> None:
    out = io.StringIO()
    call_command("verify_log", stdout=out)
    assert "3 entries, no flaw" in out.getvalue()
    with pgtrigger.ignore():
        Figure.objects.filter(post_type="AT", year=2022).update(posts=1)
    with pytest.raises(CommandError, match="3 entries, 3 flaws"):
        call_command("verify_log", stdout=out)
    assert (
        f"{submissions[0].receipt_number}: The version's figures are not those of its receipt."
        in out.getvalue()
    )
    assert [len(check.flaws) for check in LogCheck.objects.order_by("pk")] == [0, 3]


def test_the_desk_shows_the_last_check_and_starts_one(submissions: list[Revision]) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_officer(), backend="reporting.accounts.InvitedBackend")
    address = "/admin/reporting/logentry/"
    assert "has not been checked yet" in client.get(address).content.decode()
    assert "The log is whole" in client.post(f"{address}check/", follow=True).content.decode()
    with pgtrigger.ignore():
        LogEntry.objects.filter(sequence=2).update(at=moment(1))
    assert "has 1 flaw." in client.post(f"{address}check/", follow=True).content.decode()
    assert "The log of receipts has flaws" in client.get("/admin/").content.decode()
    assert client.get(f"{address}check/").status_code == 405
    first = LogEntry.objects.get(sequence=1)
    page = client.get(f"{address}{first.pk}/change/").content.decode()
    assert first.sha256 in page
    assert 'name="_save"' not in page


def test_a_check_costs_the_same_however_long_the_log(
    submissions: list[Revision], django_assert_max_num_queries
) -> None:
    assert Receipt.objects.count() == 3
    assert not ReceiptFile.objects.exists()
    with django_assert_max_num_queries(11):
        check_log()

"""Fifty clicks at once, with fifty real connections."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from allocation.models import Recomputation
from reporting.errors import DomainError
from reporting.models import Mail, MailKind, ReviewEvent, Revision
from reporting.reference import load_reference_data
from reporting.services.drafts import save_draft
from reporting.services.review import approve_report
from reporting.services.submissions import submit_report
from tests.factories import make_draft, make_officer, make_region_member, make_round, make_submission, moment

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, action: Callable[[int], object]) -> list[object]:
    """Do an action in `count` threads that start together; give back what each returned or raised."""
    barrier = threading.Barrier(count)
    outcomes: list[object] = [None] * count

    def work(index: int) -> None:
        barrier.wait()
        try:
            outcomes[index] = action(index)
        except DomainError as error:
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_fifty_submissions_of_one_report_make_one_version_one_receipt_one_mail() -> None:
    load_reference_data()
    ombud, reporting_round = make_region_member(), make_round()
    report = make_draft(reporting_round, by=ombud)
    outcomes = at_once(
        50, lambda _index: submit_report(submission_id=report.pk, by=ombud, at=moment(), attested_in="sv")
    )
    assert {outcome.pk for outcome in outcomes if isinstance(outcome, Revision)} == {
        Revision.objects.get().pk
    }
    assert all(isinstance(outcome, Revision) for outcome in outcomes)
    assert Mail.objects.filter(kind=MailKind.RECEIPT).count() == 1
    assert ReviewEvent.objects.count() == 1
    assert Recomputation.objects.count() == 1


def test_ten_people_in_ten_fields_lose_nothing() -> None:
    load_reference_data()
    ombud, reporting_round = make_region_member(), make_round()
    report = make_draft(reporting_round, by=ombud, contact_name="A")
    fields = [
        "at_2022",
        "at_2023",
        "at_2024",
        "st_2022",
        "st_2023",
        "st_2024",
        "gm_2022",
        "gm_2023",
        "gm_2024",
        "contact_phone",
    ]
    at_once(
        10,
        lambda index: save_draft(submission_id=report.pk, texts={fields[index]: "7"}, by=ombud, at=moment()),
    )
    assert report.draft_values.filter(text="7").count() == 10


def test_two_officers_approve_once() -> None:
    load_reference_data()
    ombud, reporting_round = make_region_member(), make_round()
    officers = [make_officer(), make_officer()]
    revision = make_submission(reporting_round, by=ombud)
    outcomes = at_once(
        2,
        lambda index: approve_report(
            submission_id=revision.submission_id, revision_number=1, by=officers[index], at=moment(20)
        ),
    )
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1
    assert ReviewEvent.objects.filter(kind="approved").count() == 1

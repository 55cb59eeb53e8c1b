"""Fifty clicks at once, with fifty real connections."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from allocation.models import Recomputation
from reporting import threads
from reporting.chain import check_log
from reporting.digests import write_digests
from reporting.errors import DomainError
from reporting.models import (
    LogEntry,
    Mail,
    MailKind,
    MailRhythm,
    Message,
    ReadMark,
    ReviewEvent,
    Revision,
    Side,
)
from reporting.services.drafts import Merge, merge_draft, save_draft
from reporting.services.messages import mark_read, post_message
from reporting.services.news import choose_mail
from reporting.services.review import approve_report, return_report
from reporting.services.submissions import submit_report
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)

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


def test_a_submission_and_a_return_at_once_leave_one_of_them_after_the_other() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(grant=False)
    report = make_submission(reporting_round, by=ombud).submission

    def move(index: int) -> object:
        if index == 0:
            return submit_report(submission_id=report.pk, by=ombud, at=moment(20), attested_in="sv")
        return return_report(
            submission_id=report.pk, revision_number=number, by=officer, at=moment(20), message="Check."
        )

    for number in range(1, 5):
        make_draft(reporting_round, by=ombud, st_2022=str(200 + number))
        submitted, returned = at_once(2, move)
        # Whichever came first, the region's figures are a version that waits for the agency: a return of
        # the version before is either answered by it, or refused because nobody has looked at the new one.
        assert isinstance(submitted, Revision)
        assert isinstance(returned, DomainError) or report.events.filter(kind="returned").exists()
        report.refresh_from_db()
        assert (report.state, report.revision_count) == ("submitted", number + 1)
        kinds = list(report.events.order_by("pk").values_list("kind", flat=True))
        assert kinds[-1] == "submitted"
    assert report.events.filter(kind="submitted").count() == Mail.objects.filter(kind="receipt").count() == 5


def test_pages_read_at_once_leave_the_mark_at_the_newest() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    report = report_of(reporting_round)
    at_once(
        20,
        lambda index: mark_read(
            submission_id=report.pk,
            side=Side.REGION,
            by=ombud,
            last_message=(index * 7) % 20,
            last_event=(index * 3) % 20,
            at=moment(),
        ),
    )
    mark = ReadMark.objects.get()
    assert (mark.last_message, mark.last_event) == (19, 19)


def test_what_becomes_visible_later_has_a_higher_number_so_no_message_is_skipped_by_a_mark() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    report = report_of(reporting_round)
    seen: list[list[int]] = []

    def write_or_look(index: int) -> None:
        if index % 2:
            visible = Message.objects.order_by("pk").values_list("pk", flat=True)
            seen.extend(list(visible) for _look in range(20))
            return
        by, side = (ombud, Side.REGION) if index % 4 else (officer, Side.AGENCY)
        post_message(submission_id=report.pk, side=side, body=str(index), by=by, at=moment())

    at_once(24, write_or_look)
    everything = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    assert len(everything) == 12
    for numbers in seen:
        assert numbers == everything[: len(numbers)]
    assert threads.unread_for_region(ombud).total() == threads.unread_for_agency(officer).total() == 6


def test_digests_built_at_once_make_one_mail() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    choose_mail(user_id=ombud.pk, rhythm=MailRhythm.DAILY)
    report = report_of(reporting_round)
    post_message(submission_id=report.pk, side=Side.AGENCY, body="Hello", by=officer, at=moment(19))
    written = at_once(8, lambda _index: write_digests(at=moment(20, 7)))
    assert sorted(map(len, written)) == [0] * 7 + [1]  # type: ignore[arg-type]  # lists of ids
    assert Mail.objects.filter(kind=MailKind.DIGEST).count() == 1


def test_ten_people_in_one_field_overwrite_nobody_unseen() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    report = make_draft(reporting_round, by=ombud, contact_name="A")
    merges = at_once(
        10,
        lambda index: merge_draft(
            submission_id=report.pk, texts={"at_2022": str(50 + index)}, versions={}, by=ombud, at=moment()
        ),
    )
    saved = [merge for merge in merges if isinstance(merge, Merge) and not merge.conflicts]
    refused = [merge for merge in merges if isinstance(merge, Merge) and merge.conflicts]
    assert (len(saved), len(refused)) == (1, 9)
    value = report.draft_values.get(field="at_2022")
    assert (value.version, value.text) == (1, saved[0].values["at_2022"].text)
    assert {merge.values["at_2022"].text for merge in refused} == {value.text}


def test_regions_of_two_rounds_that_submit_at_once_stand_one_after_the_other() -> None:
    codes = ["01", "03", "04", "05", "06", "07"]
    rounds = [make_round(codes=codes), make_round(codes=codes)]
    people = {code: make_region_member(code) for code in codes}
    reports = [make_draft(each, code, by=people[code]) for each in rounds for code in codes]

    def submit(index: int) -> Revision:
        report = reports[index]
        return submit_report(
            submission_id=report.pk, by=people[report.region_id], at=moment(), attested_in="sv"
        )

    outcomes = at_once(len(reports), submit)
    assert all(isinstance(outcome, Revision) for outcome in outcomes)
    assert list(LogEntry.objects.order_by("sequence").values_list("sequence", flat=True)) == list(
        range(1, len(reports) + 1)
    )
    assert check_log().flaws == ()

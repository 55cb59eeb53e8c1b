"""Filling in and submitting."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from allocation.models import Recomputation
from reporting.errors import NotAllowed, ReportIncomplete, ReportLocked, RoundNotOpen
from reporting.models import DraftValue, Figure, Mail, MailKind, Revision, Role, State, Submission
from reporting.services.drafts import save_draft
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
    report_texts,
)

pytestmark = pytest.mark.django_db


def test_a_draft_keeps_what_was_typed_even_if_it_is_wrong() -> None:
    person, reporting_round = make_region_member(role=Role.SAMORDNARE), make_round()
    report = make_draft(reporting_round, by=person, at_2022="sixty", gm_2023=" – ", contact_name="Å")
    assert report.state == State.DRAFT
    assert dict(DraftValue.objects.values_list("field", "text")) == {
        "at_2022": "sixty",
        "gm_2023": " – ",
        "contact_name": "Å",
    }


def test_a_draft_ignores_fields_that_are_not_asked_for() -> None:
    person, reporting_round = make_region_member(), make_round()
    make_draft(reporting_round, by=person, at_2019="5", state="approved", comment_st_2019="x")
    assert not DraftValue.objects.exists()
    assert report_of(reporting_round).state == State.NOT_STARTED


def test_saving_the_same_again_changes_nothing() -> None:
    person, reporting_round = make_region_member(), make_round()
    make_draft(reporting_round, by=person, at_2022="60")
    make_draft(reporting_round, by=person, at=moment(20), at_2022="60")
    assert DraftValue.objects.get().version == 1


def test_the_history_of_a_draft_keeps_what_was_overwritten() -> None:
    person, reporting_round = make_region_member(), make_round()
    make_draft(reporting_round, by=person, at_2022="60")
    make_draft(reporting_round, by=person, at_2022="61")
    value = DraftValue.objects.get()
    assert value.version == 2
    history = apps.get_model("reporting", "DraftValueEvent").objects.order_by("pgh_id")
    assert list(history.values_list("text", flat=True)) == ["60", "61"]


def test_a_submission_is_a_numbered_version_with_figures_receipt_and_request() -> None:
    person, reporting_round = make_region_member(role=Role.REPRESENTANT, name="Maria"), make_round()
    revision = make_submission(reporting_round, by=person, gm_2024="–", contact_name="Samira")
    assert (revision.number, revision.submitted_by_name, revision.submitted_by_role) == (
        1,
        "Maria",
        "representant",
    )
    assert revision.contact_name == "Samira"
    assert Figure.objects.filter(revision=revision).count() == 9
    assert Figure.objects.get(revision=revision, post_type="ST_GM", year=2024).posts is None
    assert Mail.objects.get(kind=MailKind.RECEIPT).recipient == person.email
    request = Recomputation.objects.get()
    assert (request.state, request.reason, request.requested_by) == ("requested", "submitted", person)
    report = report_of(reporting_round)
    assert (report.state, report.revision_count, report.has_newer_draft) == (State.SUBMITTED, 1, False)


def test_submitting_the_same_again_gives_the_same_version() -> None:
    person, reporting_round = make_region_member(), make_round()
    first = make_submission(reporting_round, by=person)
    again = submit_report(submission_id=first.submission_id, by=person, at=moment(20), attested_in="sv")
    assert again == first
    assert Revision.objects.count() == Mail.objects.count() == Recomputation.objects.count() == 1


def test_a_change_makes_the_next_version_and_leaves_the_first() -> None:
    person, reporting_round = make_region_member(), make_round()
    make_submission(reporting_round, by=person)
    second = make_submission(reporting_round, by=person, at=moment(21), at_2022="51")
    assert second.number == 2
    assert list(
        Figure.objects.filter(post_type="AT", year=2022)
        .order_by("revision__number")
        .values_list("posts", flat=True)
    ) == [50, 51]


def test_an_uppgiftssamordnare_fills_in_but_does_not_submit() -> None:
    person, reporting_round = make_region_member(role=Role.SAMORDNARE), make_round()
    with pytest.raises(NotAllowed):
        make_submission(reporting_round, by=person)
    assert DraftValue.objects.exists()
    assert not Revision.objects.exists()


def test_nobody_touches_another_regions_report() -> None:
    stranger, reporting_round = make_region_member("09"), make_round()
    with pytest.raises(NotAllowed):
        make_draft(reporting_round, "03", by=stranger, at_2022="1")
    with pytest.raises(NotAllowed):
        submit_report(
            submission_id=report_of(reporting_round, "03").pk, by=stranger, at=moment(), attested_in="sv"
        )
    assert not DraftValue.objects.exists()


def test_an_uncommented_warning_stops_submission_and_a_comment_lets_it_through() -> None:
    person, reporting_round = make_region_member(), make_round()
    with pytest.raises(ReportIncomplete) as refused:
        make_submission(reporting_round, by=person, at_2022="60")
    assert [finding.field for finding in refused.value.findings] == ["at_2022"]
    revision = make_submission(reporting_round, by=person, at_2022="60", comment_at_2022=" New blocks. ")
    assert revision.figures.get(post_type="AT", year=2022).comment == "New blocks."


def test_a_comment_without_a_warning_is_not_submitted() -> None:
    person, reporting_round = make_region_member(), make_round()
    revision = make_submission(reporting_round, by=person, comment_at_2022="Left over.")
    assert revision.figures.get(post_type="AT", year=2022).comment == ""


def test_the_closing_moment_is_too_late_and_the_moment_before_is_not() -> None:
    person, reporting_round = make_region_member(), make_round()
    make_draft(reporting_round, by=person)
    report = report_of(reporting_round)
    with pytest.raises(RoundNotOpen):
        submit_report(submission_id=report.pk, by=person, at=reporting_round.closes_at, attested_in="sv")
    with pytest.raises(RoundNotOpen):
        save_draft(submission_id=report.pk, texts={"at_2022": "1"}, by=person, at=reporting_round.closes_at)
    last = reporting_round.closes_at - timedelta(microseconds=1)
    assert submit_report(submission_id=report.pk, by=person, at=last, attested_in="sv").number == 1


def test_before_opening_nothing_can_be_saved() -> None:
    person, reporting_round = make_region_member(), make_round()
    with pytest.raises(RoundNotOpen):
        make_draft(
            reporting_round, by=person, at=reporting_round.opens_at - timedelta(seconds=1), at_2022="1"
        )


def test_approved_figures_are_locked_and_a_returned_report_opens_after_the_deadline() -> None:
    person, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=person)
    report = revision.submission
    approve_report(submission_id=report.pk, revision_number=1, by=officer, at=moment(20))
    with pytest.raises(ReportLocked):
        save_draft(submission_id=report.pk, texts={"at_2022": "51"}, by=person, at=moment(21))
    late = reporting_round.closes_at + timedelta(days=3)
    return_report(submission_id=report.pk, revision_number=1, by=officer, at=late, message="Which is right?")
    again = submit_report(submission_id=report.pk, by=person, at=late + timedelta(hours=1), attested_in="sv")
    assert again.number == 2  # confirming the same figures is an answer too


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reporting_figure SET posts = 1",
        "DELETE FROM reporting_figure",
        "UPDATE reporting_revision SET number = 7",
        "UPDATE reporting_reviewevent SET message = 'x'",
        "DELETE FROM reporting_submission",
        "UPDATE reporting_submission SET state = 'draft'",
        "UPDATE reporting_submission SET state = 'not_started'",
        "UPDATE reporting_submission SET revision_count = revision_count - 1",
        "TRUNCATE reporting_submission CASCADE",
        "TRUNCATE reporting_revision CASCADE",
        "TRUNCATE reporting_figure",
        "TRUNCATE reporting_reviewevent CASCADE",
        "TRUNCATE reporting_mail CASCADE",
        "DELETE FROM reporting_mail",
    ],
)
def test_raw_sql_cannot_change_what_was_submitted(statement: str) -> None:
    person, reporting_round = make_region_member(), make_round(codes=["03"])
    make_submission(reporting_round, by=person)
    with (
        pytest.raises(DatabaseError, match=r"pgtrigger: (Cannot|Invalid)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # PostgreSQL empties no table that has checks to come.
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")


def test_a_submitted_version_gets_no_further_figures() -> None:
    person, reporting_round = make_region_member(), make_round(codes=["03"])
    revision = make_submission(reporting_round, by=person)
    with pytest.raises(DatabaseError, match="gets no further figures"), transaction.atomic():
        Figure.objects.create(revision=revision, post_type="AT", year=2025, posts=60)


def test_raw_sql_cannot_store_a_missing_at_figure_or_absurd_posts() -> None:
    person, reporting_round = make_region_member(), make_round()
    submitted = make_submission(reporting_round, by=person)
    revision = Revision.objects.create(
        submission=submitted.submission,
        number=2,
        submitted_at=moment(),
        submitted_by=person,
        submitted_by_role=Role.OMBUD,
    )
    for posts, rule in ((None, "submitted_at_figures_are_not_missing"), (10_000, "posts_within_reason")):
        with pytest.raises(DatabaseError, match=rule), transaction.atomic():
            Figure.objects.create(revision=revision, post_type="AT", year=2030, posts=posts)


def test_a_double_of_a_report_is_refused_by_the_database() -> None:
    reporting_round = make_round()
    with pytest.raises(DatabaseError, match="one_report_per_round_and_region"), transaction.atomic():
        Submission.objects.create(reporting_round=reporting_round, region_id="03")


def test_a_receipt_goes_to_who_submitted_with_a_copy_to_the_ombud() -> None:
    ombud, person, reporting_round = (
        make_region_member(),
        make_region_member(role=Role.REPRESENTANT),
        make_round(),
    )
    make_submission(reporting_round, by=person)
    mail = Mail.objects.get(kind=MailKind.RECEIPT)
    assert (mail.recipient, mail.copy_to) == (person.email, ombud.email)


def test_the_checksum_follows_the_content() -> None:
    person, reporting_round = make_region_member(), make_round()
    first = make_submission(reporting_round, by=person)
    second = make_submission(reporting_round, by=person, at=moment(20), st_2024="121")
    back = make_submission(reporting_round, by=person, at=moment(21), **report_texts())
    assert first.sha256 == back.sha256 != second.sha256
    assert (first.number, second.number, back.number) == (1, 2, 3)

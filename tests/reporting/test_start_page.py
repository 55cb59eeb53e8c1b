"""A region's start page: which round it shows, and what it costs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from allocation import runner
from allocation.models import Recomputation, RoundGrant
from reporting.models import Baseline, PostType, ReportingRound, Role, Side, Standing, User
from reporting.services.messages import post_message
from reporting.services.review import approve_report, return_report
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_submission,
    report_of,
    report_texts,
)
from tests.reporting.test_pages import open_round, page, signed_in

pytestmark = pytest.mark.django_db


def statements(person: User, address: str = "/report/") -> int:
    """How often a page that has been seen before asks the database."""
    client = signed_in(person)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def with_two_grants(**fields: Any) -> ReportingRound:
    for year in (2023, 2024):
        for plan in Baseline.objects.filter(year=2022, post_type=PostType.AT):
            Baseline.objects.create(
                region_id=plan.region_id,
                year=year,
                post_type=PostType.AT,
                planned_posts=plan.planned_posts,
                standing=Standing.SYNTHETIC,
                source="x",
            )
    reporting_round: ReportingRound = open_round(**fields)
    RoundGrant.objects.create(
        reporting_round=reporting_round, rules_name="at-2024", year=2024, title="AT 2024"
    )
    return reporting_round


def compute() -> None:
    for request in Recomputation.objects.filter(state="requested"):
        runner.recompute(request.pk, at=timezone.now())


def test_the_start_page_takes_at_most_fourteen_queries_however_much_has_happened() -> None:
    reporting_round, person = with_two_grants(), make_region_member()
    officer, now = make_officer(), timezone.now()
    assert statements(person) <= 14  # nothing has happened

    for extra in range(3):
        revision = make_submission(reporting_round, by=person, at=now, st_2022=str(150 + extra))
        post_message(
            submission_id=revision.submission_id, side=Side.AGENCY, body="Hur så?", by=officer, at=now
        )
    compute()
    once = statements(person)
    assert once <= 14

    for extra in range(5):
        revision = make_submission(reporting_round, by=person, at=now, st_2022=str(250 + extra))
        post_message(
            submission_id=revision.submission_id, side=Side.AGENCY, body="Hur så?", by=officer, at=now
        )
    return_report(
        submission_id=revision.submission_id,
        revision_number=8,
        by=officer,
        at=now,
        message="Vilken siffra gäller?",
        answer_by=now.date(),
    )
    make_draft(reporting_round, by=person, at=now, at_2022="70")
    make_region_member("03", Role.SAMORDNARE)
    open_round(slug="another")
    compute()
    assert statements(person) == once


def test_the_start_page_names_amounts_pots_and_the_version_that_counted() -> None:
    reporting_round, person = with_two_grants(), make_region_member()
    make_submission(
        reporting_round, by=person, at=timezone.now(), at_2022="60", comment_at_2022="New blocks."
    )
    compute()
    text = page(signed_in(person), "/report/").replace("\u00a0", " ")
    assert "10 500 000 kr" in text
    assert text.count("counted from version 1.") == 2
    # as in the panel, what is included stands first
    assert text.index("Tydlig förbättring") < text.index("God") < text.index("Ytterligare utökning")


def test_the_start_page_and_the_panel_say_the_same_amount_by_the_same_rule() -> None:
    reporting_round, person = with_two_grants(), make_region_member("09")
    for code, member in (("05", make_region_member("05")), ("09", person)):
        make_submission(reporting_round, code, by=member, at=timezone.now())
    client, report = signed_in(person), report_of(reporting_round, "09")
    amounts = [
        re.findall(r'<p class="pp-total"[^>]*>(.*?)</p>', page(client, address))
        for address in ("/report/", report.get_absolute_url(), f"{report.get_absolute_url()}submit/")
    ]
    assert len(amounts[0]) == 2
    assert amounts[0] == amounts[1] == amounts[2]
    rule = "Of the other regions 1 count with what they have submitted and 19 with their plan."
    for address in ("/report/", report.get_absolute_url()):
        assert page(client, address).count(rule) == 2
    # The run leaves out who has not submitted, and its page says what that makes.
    compute()
    why = page(client, f"/grant/{reporting_round.slug}/09/")
    assert "19 other regions have not submitted, and this run leaves them out" in why
    assert f"the total is {amounts[0][0]}." in why


def test_before_anything_is_submitted_no_amount_stands_on_the_start_page() -> None:
    reporting_round, person = with_two_grants(), make_region_member()
    make_draft(reporting_round, by=person, at=timezone.now())
    compute()
    text = page(signed_in(person), "/report/")
    assert "Nothing submitted" in text
    assert "0 kr" not in text.replace("\u00a0", " ")


def test_a_person_can_look_at_another_round_and_only_at_their_own_regions() -> None:
    first, person = open_round(slug="now"), make_region_member()
    other = open_round(slug="later", closes_at=first.closes_at + (first.closes_at - timezone.now()))
    client = signed_in(person)
    text = page(client, "/report/")
    assert report_of(first).get_absolute_url() in text
    assert f'href="?region=03&amp;round={other.slug}"' in text
    assert report_of(other).get_absolute_url() in page(client, "/report/", round=other.slug)
    assert client.get("/report/", {"round": "nowhere"}).status_code == 404
    assert client.get("/report/", {"round": other.slug, "region": "09"}).status_code == 404


def test_something_unread_that_is_no_message_is_called_news() -> None:
    person = make_region_member()
    client, now = signed_in(person), timezone.now()
    revision = make_submission(open_round(), by=person, at=now)
    assert "No messages yet" in page(client, "/report/")
    officer = make_officer()
    approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=now)
    text = page(client, "/report/")
    assert "1 unread" in text
    assert "There is news about the report" in text
    assert "No messages yet" not in text


def test_a_question_is_answered_by_a_new_version_and_not_by_a_changed_draft() -> None:
    person = make_region_member()
    client, now, reporting_round = signed_in(person), timezone.now(), open_round()
    report = make_submission(reporting_round, by=person, at=now).submission
    return_report(submission_id=report.pk, revision_number=1, by=make_officer(), at=now, message="Which one?")
    make_draft(reporting_round, by=person, at=now + timedelta(seconds=1), at_2022="51")
    text = page(client, "/report/")
    assert "The draft is changed. The agency has your answer when you submit." in text
    asked = text.index("Answer the agency&#x27;s question")
    assert 'class="is-done"' not in text[text.rindex("<li", 0, asked) : asked]
    assert "Which one?" in page(client, f"{report.get_absolute_url()}submit/")


def test_nobody_is_told_to_submit_while_a_comment_is_missing() -> None:
    person = make_region_member()
    make_draft(open_round(), by=person, at=timezone.now(), **report_texts(at_2022="90", comment_at_2022=""))
    text = page(signed_in(person), "/report/")
    assert "Explain what stands out or is missing" in text
    assert "When the rest is done." in text
    assert "You can submit." not in text

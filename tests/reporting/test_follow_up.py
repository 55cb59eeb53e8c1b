"""Plan against outcome on the pages of the region and of the agency."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from reporting.models import Baseline, PostType, Revision, Standing, User
from reporting.outcomes import BAR_WIDTH, Outcome
from reporting.services.submissions import submit_report
from tests.factories import make_draft, make_officer, make_region_member, make_submission
from tests.reporting.test_pages import open_round, page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ombud() -> User:
    return make_region_member()


@pytest.fixture
def followed_up(ombud: User) -> Revision:
    """Version 1 of a report for 2023 that says what became of 2022: 47 posts, planned 50, reported 52."""
    now = timezone.now()
    earlier = open_round(grant=False, opens_at=now - timedelta(days=30), closes_at=now + timedelta(days=40))
    make_submission(earlier, by=ombud, at=now, at_2022="52")
    Baseline.objects.create(
        region_id="03",
        year=2023,
        post_type=PostType.AT,
        planned_posts=52,
        standing=Standing.SYNTHETIC,
        source="x",
    )
    later = open_round(slug="later", grant=False, first_year=2023, last_year=2023, follow_up_from=2022)
    texts = {"at_2023": "50", "st_2023": "1", "gm_2023": "1", "outcome_at_2022": "47"}
    report = make_draft(later, by=ombud, at=now, **texts)
    return submit_report(submission_id=report.pk, by=ombud, at=now, attested_in="en")


def outcome_rows(text: str) -> list[list[str]]:
    """The table's rows as bare words, without the bars."""
    table = text[text.index("pp-table--outcomes") :].split("</table>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", re.sub(r"<svg.*?</svg>", "", table, flags=re.DOTALL), re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in rows if "<td" in row]


@pytest.mark.parametrize("where", ["start", "version", "review"])
def test_plan_report_and_outcome_stand_side_by_side(where: str, followed_up: Revision, ombud: User) -> None:
    report = followed_up.submission
    client, address = {
        "start": (signed_in(ombud), "/report/"),
        "version": (signed_in(ombud), f"{report.get_absolute_url()}versions/1/"),
        "review": (signed_in(make_officer()), f"/admin/reporting/submission/{report.pk}/change/"),
    }[where]
    text = page(client, address)
    assert "AT: plan and outcome" in text
    assert outcome_rows(text) == [["2022", "50", "Reconstructed", "52", "47", "−3"]]
    assert 'class="pp-outcome__outcome"' in text


def test_the_receipt_mail_lists_plan_and_outcome(followed_up: Revision) -> None:
    mail = followed_up.receipt.mails.get()
    assert "2022\n  Plan 2021: 50\n  Reported then: 52\n  Outcome: 47\n  Against the plan: −3\n" in mail.text
    row = mail.html[mail.html.index("AT: plan and outcome") :].split("</tbody>")[0].split("<tbody>")[1]
    assert re.sub(r"<[^>]+>|\s+", " ", row).split() == ["2022", "50", "52", "47", "−3"]


def test_a_past_year_without_a_plan_stops_neither_the_report_nor_its_pages(ombud: User) -> None:
    """Only the plans of 2022 are public: a round that follows up a later year has none to show."""
    later = open_round(slug="later", grant=False, first_year=2024, last_year=2024, follow_up_from=2023)
    texts = {"at_2024": "50", "st_2024": "1", "gm_2024": "1", "outcome_at_2023": "47"}
    report = make_draft(later, by=ombud, at=timezone.now(), **texts)
    assert "AT: plan and outcome" in page(signed_in(ombud), f"{report.get_absolute_url()}indicators/")
    sent = submit_report(submission_id=report.pk, by=ombud, at=timezone.now(), attested_in="en")
    mail = sent.receipt.mails.get()
    assert "2023\n  Plan 2021: –\n  Reported then: –\n  Outcome: 47\n  Against the plan: –\n" in mail.text
    for address in ("/report/", f"{report.get_absolute_url()}versions/1/"):
        [row] = outcome_rows(page(signed_in(ombud), address))
        assert (row[0], row.count("47"), row.count("–")) == ("2023", 1, 3)


def test_a_round_of_one_year_names_it_once(followed_up: Revision, ombud: User) -> None:
    address = followed_up.submission.get_absolute_url()
    for path in ("", "file/", "indicators/", "versions/", "versions/1/"):
        text = page(signed_in(ombud), address + path)
        assert "Report 2023<" in text, path
        assert "2023–2023" not in text, path


def test_a_round_without_past_years_shows_no_outcome(ombud: User) -> None:
    revision = make_submission(open_round(), by=ombud, at=timezone.now())
    for address in ("/report/", f"{revision.submission.get_absolute_url()}versions/1/"):
        assert "AT: plan and outcome" not in page(signed_in(ombud), address)
    assert "PLAN AND OUTCOME" not in revision.receipt.mails.get().text


def test_a_missing_figure_has_no_bar_and_no_difference() -> None:
    outcome = Outcome(2022, plan=None, reported=10, outcome=40, scale=40)
    assert outcome.difference is None
    assert [(bar.name, bar.width) for bar in outcome.bars] == [
        ("reported", BAR_WIDTH // 4),
        ("outcome", BAR_WIDTH),
    ]

"""The panel that says what the typed figures would give."""

from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from allocation import runner
from allocation.models import Recomputation
from allocation.preview import previews_of
from reporting.models import (
    Baseline,
    DraftValue,
    Inhabitants,
    PopulationReference,
    PostType,
    Region,
    ReportingRound,
    Role,
)
from reporting.services.review import return_report, start_review
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    report_of,
)

pytestmark = pytest.mark.django_db


def open_round() -> ReportingRound:
    now = timezone.now()
    return make_round(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9))


def preview(reporting_round: ReportingRound, typed: str, code: str = "03"):
    with translation.override("en"):
        [result] = previews_of(report_of(reporting_round, code), {"at_2022": typed})
    return result


@pytest.mark.parametrize(
    ("typed", "total_kr"), [("59", 0), ("60", 10_500_000), ("64", 10_500_000), ("65", 15_750_000), ("0", 0)]
)
def test_the_panel_follows_the_ladder(typed: str, total_kr: int) -> None:
    assert preview(open_round(), typed).total_kr == total_kr


def test_the_total_and_the_ladder_say_whether_they_rest_on_assumptions() -> None:
    reporting_round = open_round()
    [first, second] = [preview(reporting_round, typed) for typed in ("60", "0")]
    assert first.assumed
    assert first.ladder_assumed
    assert second.ladder_assumed  # of a ladder that is not reached, the amounts are shown too
    shown = render_to_string("allocation/_preview.html", {"previews": [first]})
    assert 'more AT posts than planned <span class="pp-tag pp-tag--assume"' in shown
    assert shown.index("pp-tag--assume") < shown.index("pp-ladder")


def test_the_panel_gives_what_the_run_then_gives() -> None:
    reporting_round = open_round()
    for code in ("05", "09", "19"):
        make_submission(reporting_round, code, by=make_region_member(code), at=timezone.now())
    # the others count with their plan, so let them submit it: then the run has the same figures
    foretold = preview(reporting_round, "18", "09").total_kr
    for report in reporting_round.submissions.exclude(region_id__in=["05", "09", "19"]):
        make_submission(
            reporting_round, report.region_id, by=make_region_member(report.region_id), at=timezone.now()
        )
    make_submission(
        reporting_round,
        "09",
        by=make_region_member("09", role=Role.REPRESENTANT),
        at=timezone.now(),
        at_2022="18",
        comment_at_2022="More.",
    )
    runner.recompute(Recomputation.objects.latest("pk").pk, at=timezone.now())
    run = reporting_round.grants.get().current_run
    assert run is not None
    assert run.regions.get(region_id="09").total_kr == foretold


def test_it_says_how_many_count_with_what_they_submitted() -> None:
    reporting_round = open_round()
    make_submission(reporting_round, "05", by=make_region_member("05"), at=timezone.now())
    make_submission(reporting_round, "03", by=make_region_member("03"), at=timezone.now())
    result = preview(reporting_round, "50")
    assert (result.submitted, result.planned) == (1, 19)


@pytest.mark.parametrize("typed", ["", "–", "sextio", "-4", "99999"])
def test_what_is_no_figure_gives_no_amount_but_a_reason(typed: str) -> None:
    result = preview(open_round(), typed)
    assert result.problem
    assert not result.explanations


@pytest.mark.parametrize("typed", ["0", "1", "50", "61", "9999"])
@pytest.mark.parametrize("code", ["01", "03", "09", "19"])
def test_the_drawing_stays_inside_whatever_is_typed(code: str, typed: str) -> None:
    result = preview(open_round(), typed, code)
    scale = result.scale
    assert scale is not None
    marks = (scale.planned.x, scale.reported.x, scale.threshold.x)
    for x in (*marks, scale.label_x, scale.planned_label_x, scale.reported_label_x):
        assert 0 <= float(x) <= 336
    assert len(scale.ticks) <= 13
    assert sum(rung.place == "here" for rung in result.rungs) == (1 if result.rungs else 0)


def test_the_panel_is_for_the_region_saves_nothing_and_costs_little(django_assert_max_num_queries) -> None:
    reporting_round = open_round()
    address = f"/grant/{reporting_round.slug}/03/preview/"
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_region_member(role=Role.SAMORDNARE), backend="reporting.accounts.InvitedBackend")
    with django_assert_max_num_queries(8):
        answer = client.post(address, {"at_2022": "60"})
    assert answer.status_code == 200
    assert "10 500 000 kr" in answer.content.decode().replace("\u00a0", " ")
    assert not DraftValue.objects.exists()
    assert client.get(address).status_code == 405
    for stranger in (make_region_member("09"), make_officer()):
        client.force_login(stranger, backend="reporting.accounts.InvitedBackend")
        assert client.post(address, {"at_2022": "60"}).status_code == 404


def queries_of_the_panel(reporting_round: ReportingRound, client: Client) -> int:
    typed = {"at_2022": "60"}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(f"/grant/{reporting_round.slug}/03/preview/", typed).status_code == 200
    return len(queries)


def test_the_panel_asks_as_many_questions_for_60_regions_as_for_21() -> None:
    reporting_round = open_round()
    client = Client()
    client.force_login(make_region_member(role=Role.SAMORDNARE), backend="reporting.accounts.InvitedBackend")
    queries_of_the_panel(reporting_round, client)  # what is asked once only, such as the session's engine
    with_21 = queries_of_the_panel(reporting_round, client)
    reference = PopulationReference.objects.get(slug="projection-2022")
    for number in range(39):
        region = Region.objects.create(
            code=f"{60 + number}",
            name=f"Region Invented {number}",
            short_name=f"Invented {number}",
            county="",
            organisation_number=f"999999-{number:04}",
        )
        Inhabitants.objects.create(reference=reference, region=region, persons=100_000 + number)
        Baseline.objects.create(
            region=region, year=2022, post_type=PostType.AT, planned_posts=20, standing="synthetic"
        )
    with_60 = queries_of_the_panel(reporting_round, client)
    assert with_60 == with_21 <= 8


def test_the_page_of_a_returned_report_takes_at_most_twelve_queries() -> None:
    reporting_round, person, officer = open_round(), make_region_member(), make_officer()
    make_submission(reporting_round, by=person, at=timezone.now(), at_2022="60", comment_at_2022="More.")
    report = report_of(reporting_round)
    start_review(submission_id=report.pk, by=officer, at=timezone.now())
    return_report(
        submission_id=report.pk, revision_number=1, by=officer, at=timezone.now(), message="Why so many?"
    )
    make_draft(reporting_round, by=person, at=timezone.now(), at_2022="61")
    client = Client()
    client.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(report.get_absolute_url()).content.decode()
    assert "10 500 000" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert len(queries) <= 12, "\n".join(query["sql"][:120] for query in queries)

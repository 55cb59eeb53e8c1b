"""Why a run is stale: what has changed since, about whom and when, on its page and in the list."""

import json
from datetime import datetime
from unittest.mock import patch

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation.admin.runpage import run_page
from allocation.engine import load_rules
from allocation.models import AllocationRun
from allocation.staleness import staleness_of
from reporting.models import Baseline, Inhabitants
from reporting.services.review import approve_report
from tests.allocation.scenario_steps import computed
from tests.allocation.test_admin import address_of, page, signed_in
from tests.factories import make_officer, make_region_member, make_round, make_submission, moment, report_of

pytestmark = pytest.mark.django_db
RUNS = "/admin/allocation/allocationrun/"


def changes(run: AllocationRun) -> set[tuple[str, str, int | str | None, int | str | None]]:
    run.refresh_from_db()
    found = staleness_of([run])[run.pk].changes
    return {(change.kind, change.region, change.before, change.after) for change in found}


def test_a_run_is_stale_by_each_figure_that_has_changed_and_by_nothing_else() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    make_submission(reporting_round, by=ombud)
    run = computed(reporting_round)
    assert changes(run) == set()
    make_submission(reporting_round, by=ombud, at=moment(20), gm_2022="")
    assert changes(run) == set(), "a figure that the grant does not count"
    make_submission(reporting_round, by=ombud, at=moment(21), at_2022="60", comment_at_2022="Ten more.")
    Baseline.objects.filter(region="04", year=2022).update(planned_posts=61)
    with pgtrigger.ignore():
        Inhabitants.objects.filter(region="05", reference__slug="projection-2022").update(persons=400_000)
    counted = run.regions.get(region="05").inhabitants
    assert changes(run) == {
        ("report", "03", 50, 60),
        ("plan", "04", 60, 61),
        ("inhabitants", "05", counted, 400_000),
    }
    [report] = [one for one in staleness_of([run])[run.pk].changes if one.kind == "report"]
    assert (report.at, report.version, report.submission_id) == (
        moment(21), 3, report_of(reporting_round).pk,
    )  # fmt: skip
    [plan] = [one for one in staleness_of([run])[run.pk].changes if one.kind == "plan"]
    assert isinstance(plan.at, datetime), "the history of the plan tells when"


def test_other_rules_make_every_run_of_the_grant_stale() -> None:
    reporting_round = make_round()
    make_submission(reporting_round, by=make_region_member())
    run = computed(reporting_round)
    with patch("allocation.staleness.load_rules", lambda _name: load_rules("at-2024")):
        kinds = {kind for kind, *_change in changes(run)}
        text = page(signed_in(make_officer()), address_of(run))
    assert "rules" in kinds
    assert "The rule set is at-2024.1 now; the run was computed by at-2022.1." in text


def test_the_page_and_the_list_tell_why_with_ways_times_and_the_button() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    make_submission(reporting_round, by=ombud)
    run, client = computed(reporting_round), signed_in(officer)
    assert "h-stale" not in page(client, address_of(run))
    make_submission(reporting_round, by=ombud, at=moment(20), at_2022="60", comment_at_2022="Ten more.")
    sentence = "Uppsala reports 60 AT posts in version 2; the run counted 50."
    way = reverse("admin:reporting_submission_change", args=[report_of(reporting_round).pk])
    for text in (page(client, address_of(run)), page(client, RUNS)):
        assert f'<a href="{way}">{sentence}</a>' in text
        assert "20 Sep" in text
        assert "Current, figures have changed" in text
    later = computed(reporting_round)
    text = page(client, address_of(run))
    assert sentence in text
    assert reverse("admin:allocation_allocationrun_compare", args=[run.pk, later.pk]) in text
    assert "h-stale" not in page(client, address_of(later))
    # What no worker has been asked to compute can be asked for right there.
    Baseline.objects.filter(region="03", year=2022).update(planned_posts=51)
    box = page(client, address_of(later)).partition('id="h-stale"')[2].partition("</section>")[0]
    assert "The plan of Uppsala is 51 AT posts; the run counted 50." in box
    assert reverse("admin:allocation_allocationrun_recompute", args=[later.pk]) in box
    assert "Figures have changed since: Uppsala. Recompute." in page(client, address_of(later))


def test_a_report_that_was_approved_since_changes_no_amount_and_is_told_apart() -> None:
    officer, reporting_round = make_officer(), make_round()
    make_submission(reporting_round, by=make_region_member())
    run = computed(reporting_round)
    approve_report(submission_id=report_of(reporting_round).pk, revision_number=1, by=officer, at=moment(26))
    shown = run_page(run)
    assert shown.reasons == ()
    assert [(one.text, one.at) for one in shown.moved] == [("Uppsala: submitted, now approved.", moment(26))]


def test_a_list_of_stale_runs_costs_the_same_however_many() -> None:
    client, ombud = signed_in(make_officer()), make_region_member()
    spent = []
    for number in range(3):
        reporting_round = make_round(slug=f"round-{number}", name=f"Round {number}")
        for day, posts in ((18, "51"), (19, "60"), (20, "62")):
            make_submission(reporting_round, by=ombud, at=moment(day), at_2022=posts, comment_at_2022="More.")
            computed(reporting_round)
        with CaptureQueriesContext(connection) as captured:
            text = page(client, RUNS)
        assert text.count("the run counted") == 2 * (number + 1)
        spent.append(len(captured))
    assert spent[1] == spent[2] <= 14, spent


def test_every_run_leads_to_its_own_calculation_also_when_it_is_replaced() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    make_submission(reporting_round, by=ombud, at_2022="60", comment_at_2022="Ten more.")
    first, client = computed(reporting_round), signed_in(officer)
    make_submission(reporting_round, by=ombud, at=moment(20), at_2022="65", comment_at_2022="More.")
    second = computed(reporting_round)
    for run, reported, amount, own in ((first, 60, 10_500_000, False), (second, 65, 15_750_000, True)):
        way = reverse("admin:allocation_allocationrun_region", args=[run.pk, "03"])
        assert f'href="{way}"' in page(client, address_of(run))
        with CaptureQueriesContext(connection) as captured:
            text = page(client, way)
        assert len(captured) <= 14
        assert "every amount is the same" in text
        assert f"{amount:,} kr".replace(",", " ") in text
        assert ("As the region sees it" in text) is own
        data = json.loads(client.get(f"{way}trace.json").content)
        assert (data["run"], data["reported_posts"], data["total_kr"]) == (run.number, reported, amount)
        assert sum(pot["amount_kr"] for pot in data["pots"]) == amount
        assert all(pot["trace"][-1]["result"] == pot["amount_kr"] for pot in data["pots"])
        assert data["computed_again_the_same"]
        assert data["inputs_sha256"] == run.inputs_sha256
    assert (
        client.get(reverse("admin:allocation_allocationrun_region", args=[first.pk, "99"])).status_code == 404
    )
    assert signed_in(ombud).get(way).status_code in (302, 403)

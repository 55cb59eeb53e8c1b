"""From requests to runs."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from allocation import runner, selectors
from allocation.models import AllocationRun, Recomputation, RequestState
from allocation.services.runs import request_recomputation
from allocation.tasks import recompute_task, resend_waiting_recomputations_task
from reporting.errors import DomainError
from reporting.models import Baseline, Inhabitants, PublishedRate, Region, ReportingRound
from reporting.reference import load_reference_data
from reporting.services.review import approve_report, return_report
from tests.factories import make_officer, make_region_member, make_round, make_submission, moment

pytestmark = pytest.mark.django_db


def run_waiting(reporting_round: ReportingRound) -> AllocationRun:
    for request in Recomputation.objects.filter(state=RequestState.REQUESTED):
        runner.recompute(request.pk, at=moment(25))
    [run] = selectors.current_runs(reporting_round)
    return run


def test_every_region_at_its_plan_gives_the_published_split() -> None:
    reporting_round = make_round()
    for region in Region.objects.all():
        make_submission(reporting_round, region.code, by=make_region_member(region.code))
    run = run_waiting(reporting_round)
    assert AllocationRun.objects.count() == 1
    assert run.eligible_count == 17
    pots = {pot.pot: (pot.amount_kr, pot.allocated_kr, pot.unallocated_kr) for pot in run.pots.all()}
    assert pots == {
        "god": (124_000_000, 124_000_000, 0),
        "ytterligare-utokning": (164_000_000, 0, 164_000_000),
        "tydlig-forbattring": (84_000_000, 0, 84_000_000),
    }
    totals = dict(run.regions.values_list("region_id", "total_kr"))
    assert totals["09"] == 9_893_199
    assert totals["19"] == 5_756_996
    assert sum(totals.values()) == 124_000_000
    published = dict(PublishedRate.objects.filter(year=2022).values_list("region_id", "rate"))
    assert dict(run.regions.values_list("region_id", "planned_rate")) == published
    assert published["03"] == Decimal("12.64")
    assert run.amount_kr == 372_000_000


def test_uppsala_with_ten_more_gets_the_first_step() -> None:
    reporting_round = make_round()
    make_submission(reporting_round, by=make_region_member(), at_2022="60", comment_at_2022="New blocks.")
    run = run_waiting(reporting_round)
    award = run.awards.get(region_id="03", pot="tydlig-forbattring")
    assert (award.amount_kr, award.eligible, award.assumed) == (10_500_000, True, True)
    assert run.awards.filter(eligible=True).count() == 1
    missing = run.regions.get(region_id="01")
    assert (missing.reported_posts, missing.reported_rate, missing.increase, missing.total_kr) == (
        None,
        None,
        None,
        0,
    )
    assert run.awards.get(region_id="01", pot="god").reason == "not-reported"


def test_the_same_inputs_never_make_a_second_run() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    first = run_waiting(reporting_round)
    approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20))
    assert run_waiting(reporting_round) == first
    request_recomputation(reporting_round=reporting_round, reason="asked")
    assert run_waiting(reporting_round) == first
    assert AllocationRun.objects.count() == 1
    assert Recomputation.objects.filter(state=RequestState.DONE).count() == 3


def test_going_back_to_earlier_figures_goes_back_to_their_run() -> None:
    ombud, reporting_round = make_region_member("09"), make_round()
    make_submission(reporting_round, "09", by=ombud)
    first = run_waiting(reporting_round)
    make_submission(reporting_round, "09", by=ombud, at=moment(20), at_2022="17")
    second = run_waiting(reporting_round)
    assert (first.number, second.number) == (1, 2)
    make_submission(reporting_round, "09", by=ombud, at=moment(21))
    assert run_waiting(reporting_round) == first


def test_a_returned_report_counts_until_it_is_replaced_and_the_basis_says_so() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    return_report(
        submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20), message="?"
    )
    run = run_waiting(reporting_round)
    assert run.regions.get(region_id="03").reported_posts == 50
    latest = selectors.latest_recomputation(run)
    assert latest is not None
    basis = {row["region"]: row for row in latest.basis}
    assert basis["03"] == {"region": "03", "revision": 1, "state": "returned"}
    assert basis["01"] == {"region": "01", "revision": None, "state": "not_started"}


def test_one_computation_answers_every_waiting_request() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    make_submission(reporting_round, by=ombud)
    make_submission(reporting_round, by=ombud, at=moment(20), at_2022="51")
    first, second = Recomputation.objects.order_by("pk")
    runner.recompute(first.pk, at=moment(21))
    second.refresh_from_db()
    assert second.state == RequestState.DONE
    assert AllocationRun.objects.get().regions.get(region_id="03").reported_posts == 51
    runner.recompute(second.pk, at=moment(22))  # the message comes all the same
    assert AllocationRun.objects.count() == 1


def test_missing_inhabitants_fail_the_request_with_its_reason() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    Inhabitants.objects.filter(region_id="25").delete()
    make_submission(reporting_round, by=ombud)
    request = Recomputation.objects.get()
    with pytest.raises(DomainError):
        runner.recompute(request.pk, at=moment(20))
    request.refresh_from_db()
    assert request.state == RequestState.FAILED
    assert request.finished_at == moment(20)
    assert "25" in request.error
    assert not AllocationRun.objects.exists()


def test_the_message_goes_after_commit_and_a_lost_one_is_sent_again(
    django_capture_on_commit_callbacks,
) -> None:
    reporting_round = make_round()
    with patch.object(recompute_task, "delay") as delay:
        with django_capture_on_commit_callbacks() as callbacks:
            request = request_recomputation(reporting_round=reporting_round, reason="asked")
        delay.assert_not_called()
        for callback in callbacks:
            callback()
        delay.assert_called_once_with(request.pk)

    with pgtrigger.ignore("allocation.Recomputation:as_asked"):
        Recomputation.objects.update(requested_at=timezone.now() - timedelta(minutes=1))
    with patch.object(recompute_task, "delay") as delay:
        resend_waiting_recomputations_task()
        delay.assert_called_once_with(request.pk)
    runner.recompute(request.pk, at=timezone.now())
    with patch.object(recompute_task, "delay") as delay:
        resend_waiting_recomputations_task()
        delay.assert_not_called()


def test_a_broker_that_is_away_does_not_undo_a_submission(django_capture_on_commit_callbacks) -> None:
    ombud, reporting_round = make_region_member(), make_round()
    with (
        patch.object(recompute_task, "delay", side_effect=ConnectionError("no broker")),
        patch("reporting.services.outbox.send_mail_task.delay", side_effect=ConnectionError("no broker")),
        django_capture_on_commit_callbacks(execute=True),
    ):
        revision = make_submission(reporting_round, by=ombud)
    assert revision.number == 1
    assert Recomputation.objects.get().state == RequestState.REQUESTED


def test_a_run_reads_every_figure_in_one_statement(django_assert_max_num_queries) -> None:
    reporting_round = make_round()
    with django_assert_max_num_queries(1):
        figures = selectors.figures_of(reporting_round, [("at-2022", 2022, "projection-2022")])
    assert len(figures["at-2022"]) == 21


def test_the_command_computes_here_and_now_and_says_what_came_of_it(capsys) -> None:
    reporting_round = make_round(slug="by-command")
    make_submission(reporting_round, "09", by=make_region_member("09"))
    call_command("recompute", round="by-command")
    first = capsys.readouterr().out
    assert "(new): 124000000 kr of 372000000 kr to 1 regions, 248000000 kr not shared out" in first
    call_command("recompute", round="by-command")
    assert "(same figures as before)" in capsys.readouterr().out
    assert AllocationRun.objects.count() == 1


def test_the_command_names_a_round_that_does_not_exist() -> None:
    with pytest.raises(CommandError, match="no round called none"):
        call_command("recompute", round="none")


def test_the_reference_figures_are_loaded_again_beside_runs_and_corrections() -> None:
    Baseline.objects.filter(region_id="03").update(planned_posts=51)
    reporting_round = make_round()
    make_submission(reporting_round, "03", by=make_region_member("03"))
    assert run_waiting(reporting_round).amount_kr == 372_000_000
    assert load_reference_data() == 21
    assert Baseline.objects.get(region_id="03", year=2022).planned_posts == 51

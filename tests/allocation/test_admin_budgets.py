"""What every page of the admin costs in queries, in a database with a thousand reports and a paid grant."""

from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from allocation.accounts import example_iban
from allocation.models import AllocationRun, Decision
from allocation.services.final_reports import issue_final_report
from allocation.services.payments import note_paid
from allocation.services.publications import publish_run
from allocation.services.reclaims import claim_repayment
from allocation.services.sweeps import sweep_run
from bench.desk_rows import make_desk
from reporting.models import Mail, ReportingRound, Submission, User
from tests.allocation.scenario_steps import make_scenario
from tests.allocation.test_decision_pages import signed_in
from tests.allocation.test_decisions import letters_as_data, make_decider
from tests.allocation.test_payments import LATER, correct, make_decided, make_exported
from tests.allocation.test_sweeps import axis
from tests.factories import make_officer, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]

LIST, PAGE = 12, 15
# Where it is not the two above, by the page's name in the admin.
BUDGETS = {
    "index": 22,
    "reporting_submission_changelist": 9,
    "reporting_submission_change": 24,
    "allocation_paymentbatch_grant": 18,
}


@pytest.fixture(autouse=True)
def _payer(settings: Settings) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")


def make_year(officer: User, decider: User, head: User) -> Decision:
    """A grant that was decided, paid, corrected, claimed back, reported, published, varied and swept."""
    decision = make_decided(officer, decider)
    grant, run = decision.round_grant, decision.run
    batch = make_exported(decision, officer, decider)
    note_paid(batch_id=batch.pk, codes=["03"], paid_on=LATER.date(), reference="B1", by=officer, at=LATER)
    correct(decision, officer, decider, posts="70")
    claim_repayment(
        grant_id=grant.pk,
        code="03",
        amount_kr=1_000,
        kind="other",
        due_on=LATER.date() + timedelta(days=9),
        reason="Unused.",
        by=officer,
        at=LATER,
    )
    issue_final_report(grant_id=grant.pk, by=officer, at=LATER)
    publish_run(run=run.round_grant.runs.latest("number"), by=decider, at=LATER)
    make_scenario(run, by=officer)
    sweep_run(run=run, axes=[axis("reported:03", "55", "60")], by=officer, at=LATER)
    return decision


def addresses(decision: Decision) -> dict[str, str]:
    """Name -> address: the list of every model, the page of one row of each, and the desk's own pages."""
    found = {"index": reverse("admin:index")}
    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        found[f"{name}_changelist"] = reverse(f"admin:{name}_changelist")
        row = model._default_manager.order_by("-pk").first()
        if row is not None:
            found[f"{name}_change"] = reverse(f"admin:{name}_change", args=[row.pk])
    first, last = AllocationRun.objects.order_by("number").values_list("pk", flat=True)[:2]
    batch = decision.round_grant.payment_batches.get().pk
    more = {
        "allocation_allocationrun_compare": (first, last),
        "allocation_allocationrun_region": (first, "03"),
        "allocation_allocationrun_propose": (last,),
        "allocation_allocationrun_publish": (first,),
        "allocation_decision_decide": (decision.pk,),
        "allocation_paymentbatch_grant": (decision.round_grant_id,),
        "allocation_paymentbatch_change": (batch,),
        "allocation_payeeaccount_regions": (),
        "reporting_submission_approve_unflagged": (),
    }
    return found | {name: reverse(f"admin:{name}", args=args) for name, args in more.items()}


def cost(client: Client, address: str) -> tuple[int, int]:
    """Status, and queries."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    return answer.status_code, len(captured)


def test_every_page_keeps_its_query_budget_with_a_thousand_reports() -> None:
    officer, decider = make_officer(), make_decider()
    head = make_user(is_staff=True, is_superuser=True)
    decision = make_year(officer, decider, head)
    assert make_desk(officer=officer) == 1008
    assert Submission.objects.count() > 1_000
    assert ReportingRound.objects.count() == 49
    assert Mail.objects.exists()
    flagged = Submission.objects.filter(flags__subject="bench").first()
    assert flagged
    clients = [signed_in(officer), signed_in(decider), signed_in(head)]
    for client in clients:
        client.get("/admin/reporting/submission/")  # warms what is kept between requests
    assert cost(clients[0], f"/admin/reporting/submission/{flagged.pk}/change/")[0] == 200
    spent: dict[str, int] = {}
    for name, address in addresses(decision).items():
        for client in clients:
            status, queries = cost(client, address)
            if status == 200:
                break
        assert status == 200, (name, address, status)
        spent[name] = queries
    over = {
        name: (queries, budget)
        for name, queries in spent.items()
        if queries > (budget := BUDGETS.get(name, LIST if name.endswith("_changelist") else PAGE))
    }
    assert not over, "\n".join(f"{name}: {queries} of {budget}" for name, (queries, budget) in over.items())

"""A run never bears the version of rules that say something else than an earlier run's."""

from unittest.mock import patch

import pytest
from django.db import ProgrammingError, transaction

from allocation import runner
from allocation.engine import load_rules, parse_rules
from allocation.models import AllocationRun, Recomputation, RequestState
from allocation.services.runs import request_recomputation
from reporting.errors import DomainError
from reporting.models import ReportingRound
from tests.factories import make_round, moment

pytestmark = pytest.mark.django_db


def compute_once() -> ReportingRound:
    reporting_round = make_round()
    runner.recompute(request_recomputation(reporting_round=reporting_round, reason="asked").pk, at=moment(20))
    return reporting_round


def test_another_text_under_the_same_version_gives_no_run() -> None:
    reporting_round = compute_once()
    rules = load_rules("at-2022")
    changed = parse_rules(rules.text.replace("rate = 15.35", "rate = 15.36"), origin=rules.origin)
    request = request_recomputation(reporting_round=reporting_round, reason="asked")
    with (
        patch.object(runner, "load_rules", return_value=changed),
        pytest.raises(DomainError, match=r"at-2022\.1 have been computed from another text"),
    ):
        runner.recompute(request.pk, at=moment(21))
    failed = Recomputation.objects.get(pk=request.pk)
    assert failed.state == RequestState.FAILED
    assert "new version" in failed.error
    assert AllocationRun.objects.count() == 1


def test_a_new_version_gives_a_new_run_beside_the_old_one() -> None:
    reporting_round = compute_once()
    rules = load_rules("at-2022")
    text = rules.text.replace('"at-2022.1"', '"at-2022.2"').replace("rate = 15.35", "rate = 15.36")
    corrected = parse_rules(text, origin=rules.origin)
    request = request_recomputation(reporting_round=reporting_round, reason="asked")
    with patch.object(runner, "load_rules", return_value=corrected):
        runner.recompute(request.pk, at=moment(21))
    assert list(AllocationRun.objects.order_by("number").values_list("number", "rules_version")) == [
        (1, "at-2022.1"),
        (2, "at-2022.2"),
    ]
    assert reporting_round.grants.filter(current_run__rules_version="at-2022.2").exists()


def test_the_database_refuses_it_too() -> None:
    compute_once()
    run = AllocationRun.objects.get()
    run.pk, run.number, run.rules_sha256 = None, 2, "0" * 64
    refused = pytest.raises(ProgrammingError, match=r"at-2022\.1 of the rules has another text")
    with refused, transaction.atomic():
        run.save(force_insert=True)

"""A run, and a decided year, once for all tests of a file (tests/kept.py)."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from allocation.models import AllocationRun, Decision
from reporting.models import User
from tests.allocation.scenario_steps import make_run
from tests.allocation.test_decisions import drawn_as_data, make_decider
from tests.allocation.test_payments import DecidedYear, make_decided
from tests.factories import make_officer
from tests.kept import kept


@pytest.fixture(scope="module")
def run_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """The key of the run that `run` gives."""
    with kept(django_db_blocker):
        made = make_run()
        connection.check_constraints()
        yield made.pk


@pytest.fixture
def run(run_once: int, db: None) -> AllocationRun:
    """A run in which four regions report their plan, and Uppsala ten more; what a test changes is undone."""
    return AllocationRun.objects.get(pk=run_once)


@pytest.fixture(scope="module")
def decided_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[int, int, int]]:
    """The keys of what `decided_year` gives."""
    with kept(django_db_blocker):
        officer, decider = make_officer(), make_decider()
        with pytest.MonkeyPatch.context() as patches:
            drawn_as_data(patches)
            decision = make_decided(officer, decider)
        connection.check_constraints()
        yield officer.pk, decider.pk, decision.pk


@pytest.fixture
def decided_year(decided_once: tuple[int, int, int], db: None) -> DecidedYear:
    """A case officer, a decision-maker and what they have decided; what a test changes is undone."""
    officer, decider, decision = decided_once
    people = User.objects.in_bulk([officer, decider])
    return DecidedYear(people[officer], people[decider], Decision.objects.get(pk=decision))

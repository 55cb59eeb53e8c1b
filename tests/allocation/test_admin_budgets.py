"""What each page of the admin costs in queries, in a database with a thousand reports and a year's traces."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation.models import AllocationRun, Publication, Recomputation
from allocation.services.final_reports import issue_final_report
from allocation.services.payments import make_batch, mark_paid
from allocation.services.publications import publish_run
from allocation.services.reclaims import claim_repayment
from bench.desk_rows import make_desk
from reporting.models import LogEntry, Mail, PopulationReference, ReportingRound, Submission, User
from reporting.reference import load_reference_data
from tests.allocation.scenario_steps import make_scenario
from tests.allocation.test_decision_pages import signed_in
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider
from tests.allocation.test_payments import LATER, correct, make_decided, make_exported
from tests.factories import make_invitation, make_officer, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


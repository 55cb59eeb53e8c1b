"""Which grants are computed from a round: added and removed by one service, and fixed once they are there."""

from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from allocation import runner
from allocation.errors import GrantRefused
from allocation.models import Recomputation, RoundGrant
from allocation.services.grants import add_grant, remove_grant
from allocation.services.runs import request_recomputation
from reporting.errors import NotAllowed
from reporting.models import ReportingRound, User
from reporting.services.review import approve_report, start_review
from tests.factories import make_officer, make_region_member, make_round, make_submission, make_user, moment

pytestmark = pytest.mark.django_db


def make_admin() -> User:
    return make_user(is_staff=True, is_superuser=True)


def test_a_grant_is_added_under_the_rounds_lock_and_computed() -> None:
    reporting_round, admin = make_round(grant=False), make_admin()
    with patch("allocation.services.grants.lock_round", side_effect=lambda pk: reporting_round) as locked:
        grant = add_grant(round_id=reporting_round.pk, rules_name="at-2022", by=admin)
    locked.assert_called_once_with(reporting_round.pk)
    assert (grant.year, grant.title) == (2022, "AT 2022")
    request = Recomputation.objects.get()
    assert (request.reason, request.requested_by) == ("grant", admin)


@pytest.mark.parametrize(
    ("rules_name", "words"),
    [("at-1999", "no rule set"), ("../at-2022", "no rule set"), ("at-2022", "has the rule set")],
)
def test_a_grant_that_makes_no_sense_is_refused(rules_name: str, words: str) -> None:
    reporting_round = make_round()
    with pytest.raises(GrantRefused, match=words):
        add_grant(round_id=reporting_round.pk, rules_name=rules_name, by=make_admin())
    assert RoundGrant.objects.count() == 1


def test_a_grant_of_a_year_that_the_round_does_not_ask_for_is_refused() -> None:
    reporting_round = make_round(grant=False, first_year=2023)
    with pytest.raises(GrantRefused, match="does not ask for"):
        add_grant(round_id=reporting_round.pk, rules_name="at-2022", by=make_admin())


def test_only_who_may_change_rounds_adds_and_removes_grants() -> None:
    reporting_round, officer = make_round(), make_officer()
    with pytest.raises(NotAllowed):
        add_grant(round_id=reporting_round.pk, rules_name="at-2024", by=officer)
    with pytest.raises(NotAllowed):
        remove_grant(grant_id=RoundGrant.objects.get().pk, by=officer)


def test_a_grant_goes_until_it_is_computed_and_never_after() -> None:
    reporting_round, admin = make_round(), make_admin()
    unused = add_grant(round_id=reporting_round.pk, rules_name="at-2024", by=admin)
    remove_grant(grant_id=unused.pk, by=admin)
    remove_grant(grant_id=unused.pk, by=admin)
    make_submission(reporting_round, by=make_region_member())
    runner.recompute(Recomputation.objects.latest("pk").pk, at=moment(20))
    grant = RoundGrant.objects.get()
    with pytest.raises(GrantRefused, match="so it stays"):
        remove_grant(grant_id=grant.pk, by=admin)


@pytest.mark.parametrize("change", [{"rules_name": "at-2024"}, {"year": 2024}])
def test_the_database_refuses_to_make_a_grant_another_one(change: dict[str, object]) -> None:
    make_round()
    with pytest.raises(DatabaseError, match="annot update"), transaction.atomic():
        RoundGrant.objects.update(**change)


def test_a_refusal_of_the_service_is_a_message_on_the_rounds_page() -> None:
    reporting_round = make_round(grant=False)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(make_admin())
    form = {
        "name": reporting_round.name,
        "slug": reporting_round.slug,
        "first_year": "2022",
        "last_year": "2024",
        "opens_at": "2022-09-01T00:00",
        "closes_at": "2022-10-01T23:59",
        "grants-TOTAL_FORMS": "1",
        "grants-INITIAL_FORMS": "0",
        "grants-0-rules_name": "at-2022",
    }
    address = f"/admin/reporting/reportinground/{reporting_round.pk}/change/"
    with patch("allocation.admin.rounds.add_grant", side_effect=GrantRefused("Somebody was faster.")):
        answer = client.post(address, form, follow=True)
    assert "Somebody was faster." in answer.content.decode()
    assert not RoundGrant.objects.exists()


def test_who_may_not_ask_for_a_recomputation_may_not_by_any_door() -> None:
    reporting_round = make_round()
    for person in (make_region_member(), make_user(is_staff=True, groups=["Beslutsfattare"])):
        with pytest.raises(NotAllowed):
            request_recomputation(reporting_round=reporting_round, reason="asked", requested_by=person)
    former = make_officer(is_active=False)
    with pytest.raises(NotAllowed):
        request_recomputation(reporting_round=reporting_round, reason="asked", requested_by=former)
    assert not Recomputation.objects.exists()


def test_a_change_is_recomputed_whoever_made_it() -> None:
    reporting_round = make_round()
    report = make_submission(reporting_round, by=make_region_member())
    officer = make_officer()
    officer.user_permissions.clear()
    start_review(submission_id=report.submission_id, by=officer, at=moment(20))
    approve_report(submission_id=report.submission_id, revision_number=1, by=officer, at=moment(20))
    reasons = list(Recomputation.objects.order_by("pk").values_list("reason", flat=True))
    assert reasons == ["submitted", "approved"]
    assert ReportingRound.objects.get().grants.count() == 1

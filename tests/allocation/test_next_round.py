"""The next round from the last: what is carried on, what is refused, and that it is all or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from allocation.models import Recomputation, RoundGrant
from allocation.services.next_round import (
    NextRound,
    check_next_round,
    create_next_round,
    preview_next_round,
)
from reporting.errors import DomainError, FieldProblem, NotAllowed
from reporting.models import Baseline, Inhabitants, PlanBasis, PostType, ReportingRound, RoundOrigin, Standing
from reporting.services.review import approve_report
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)

pytestmark = pytest.mark.django_db
MEANWHILE = moment(2, month=2, year=2025)


def chosen(**fields: Any) -> NextRound:
    return NextRound(
        **{
            "name": "AT/ST 2025",
            "slug": "2025",
            "first_year": 2025,
            "last_year": 2025,
            "follow_up_from": 2024,
            "opens_at": moment(1, 8, month=9, year=2025),
            "closes_at": moment(1, 23, 59, month=10, year=2025),
            "basis": PlanBasis.PLAN,
            **fields,
        }
    )


def a_round() -> ReportingRound:
    """A round in which Uppsala is approved and Gotland has only submitted."""
    made = make_round(slug="2022-2024")
    for code in ("03", "09"):
        make_submission(made, code, by=make_region_member(code), at=moment(15), at_2024="77")
    approve_report(
        submission_id=report_of(made, "03").pk, revision_number=1, by=make_officer(), at=moment(16)
    )
    return made


def make(made_from: ReportingRound, what: NextRound, **fields: Any) -> ReportingRound:
    administrator = make_user(is_staff=True, is_superuser=True)
    seen = preview_next_round(made_from=made_from, chosen=what).sha256
    details = {"seen_sha256": seen, "by": administrator, "at": MEANWHILE, **fields}
    return create_next_round(made_from_id=made_from.pk, chosen=what, **details)


def test_the_last_plan_is_carried_on_with_its_standing_and_source() -> None:
    made_from = a_round()
    before = Baseline.objects.get(region="03", year=2022)
    made = make(made_from, chosen())
    plan = Baseline.objects.get(region="03", year=2025, post_type=PostType.AT)
    assert (plan.planned_posts, plan.standing) == (before.planned_posts, before.standing)
    assert plan.source == f"Planen för 2022 förd vidare. {before.source}"
    assert made.submissions.count() == Baseline.objects.filter(year=2025).count() == 21
    origin = RoundOrigin.objects.get(reporting_round=made)
    assert (origin.made_from, origin.basis, origin.plan_count) == (made_from, PlanBasis.PLAN, 21)


def test_reported_figures_become_the_plan_and_say_how_well_they_are_known() -> None:
    made_from = a_round()
    make(made_from, chosen(basis=PlanBasis.REPORTED_OR_PLAN))
    plans = {plan.region_id: plan for plan in Baseline.objects.filter(year=2025)}
    assert [plans[code].planned_posts for code in ("03", "09")] == [77, 77]
    assert [plans[code].standing for code in ("03", "09", "12")] == [
        Standing.OFFICIAL,
        Standing.UNCONFIRMED,
        Standing.RECONSTRUCTED,
    ]
    assert plans["03"].source == "Rapport PP-2022-2024-03-1, uppgift för 2024"


def test_a_plan_that_exists_is_never_replaced() -> None:
    made_from = a_round()
    make(made_from, chosen(first_year=2022, last_year=2025, follow_up_from=None, basis="reported_or_plan"))
    plan = Baseline.objects.get(region="03", year=2022)
    assert plan.standing == Standing.RECONSTRUCTED
    assert Baseline.objects.get(region="03", year=2025).planned_posts == 77


def test_grants_are_added_and_computed() -> None:
    made_from = a_round()
    what = chosen(
        first_year=2024,
        last_year=2025,
        follow_up_from=None,
        rules_names=("at-2024",),
        population_reference="projection-2022",
    )
    made = make(made_from, what)
    assert RoundGrant.objects.get(reporting_round=made).year == 2024
    assert Recomputation.objects.filter(reporting_round=made).exists()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"closes_at": MEANWHILE, "opens_at": moment(1)}, "closes_at", "has passed"),
        ({"basis": PlanBasis.REPORTED}, "basis", "Stockholm"),
        ({"rules_names": ("at-2024",)}, "population_reference", "Choose the population"),
        (
            {"rules_names": ("at-2024",), "population_reference": "projection-2022"},
            "rules_names",
            "at-2024 is for 2024",
        ),
        (
            {"first_year": 2024, "rules_names": ("at-2024",), "population_reference": "actual-2021-12-31"},
            "population_reference",
            "projection-2022",
        ),
        ({"rules_names": ("x",), "population_reference": "projection-2022"}, "rules_names", "no rule set"),
        ({"slug": "2022-2024"}, "slug", "already exists"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field_and_nothing_is_made(
    fields: dict[str, Any], field: str, words: str
) -> None:
    made_from = a_round()
    with pytest.raises(FieldProblem, match=words) as refused:
        make(made_from, chosen(**{"follow_up_from": None, **fields}))
    assert refused.value.field == field
    assert ReportingRound.objects.count() == 1
    assert not Baseline.objects.filter(year=2025).exists()


def test_a_reference_without_every_region_is_refused() -> None:
    made_from = a_round()
    Inhabitants.objects.filter(region="25", reference__slug="projection-2022").delete()
    what = chosen(
        first_year=2024, follow_up_from=None, rules_names=("at-2024",), population_reference="projection-2022"
    )
    preview = preview_next_round(made_from=made_from, chosen=what)
    with pytest.raises(FieldProblem, match="lacks Norrbotten"):
        check_next_round(chosen=what, preview=preview, at=MEANWHILE)


def test_what_was_not_read_through_is_not_made() -> None:
    made_from = a_round()
    what = chosen(basis=PlanBasis.REPORTED_OR_PLAN)
    seen = preview_next_round(made_from=made_from, chosen=what).sha256
    member = make_region_member("12")
    make_submission(made_from, "12", by=member, at=moment(17))
    with pytest.raises(DomainError, match="changed since"):
        make(made_from, what, seen_sha256=seen)
    with pytest.raises(NotAllowed):
        make(made_from, what, by=make_officer())
    assert ReportingRound.objects.count() == 1


def test_the_page_is_chosen_read_through_and_made(client: Client) -> None:
    made_from = a_round()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    address = f"/admin/reporting/reportinground/{made_from.pk}/next/"
    page = client.get(address)
    initial = page.context["form"].initial
    assert (initial["slug"], initial["first_year"], initial["follow_up_from"]) == ("2025-2027", 2025, 2022)
    typed = {
        "name": "AT/ST 2025",
        "slug": "2025",
        "first_year": 2025,
        "last_year": 2025,
        "follow_up_from": 2024,
        "opens_at": "2035-09-01T08:00",
        "closes_at": "2035-10-01T23:59",
        "basis": "plan",
        "population_reference": "",
    }
    refused = client.post(address, {**typed, "closes_at": "2035-08-01T00:00", "slug": "2022-2024"})
    assert refused.status_code == 400
    assert set(refused.context["form"].errors) == {"closes_at", "slug"}
    seen = client.post(address, typed)
    assert (seen.status_code, len(seen.context["preview"].regions)) == (200, 21)
    assert ReportingRound.objects.count() == 1
    made = client.post(address, {**typed, "seen": seen.context["preview"].sha256, "_make": ""})
    found = ReportingRound.objects.get(slug="2025")
    assert made["Location"] == f"/admin/reporting/reportinground/{found.pk}/change/"
    assert found.closes_at - found.opens_at == timedelta(days=30, hours=15, minutes=59)
    assert client.get(made["Location"]).status_code == 200
    again = client.post(address, {**typed, "seen": seen.context["preview"].sha256, "_make": ""})
    assert again.status_code == 400

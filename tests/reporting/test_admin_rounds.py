"""Rounds at the agency's desk: made, changed, and how they stand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from allocation.models import Recomputation, RoundGrant
from reporting.models import (
    ReportingRound,
)
from reporting.services.review import approve_report
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)
from tests.reporting.desk import make_admin, make_decider, page, signed_in

pytestmark = pytest.mark.django_db


def round_form(**fields: str) -> dict[str, str]:
    return {
        "name": "AT/ST 2023-2025",
        "slug": "2023-2025",
        "first_year": "2023",
        "last_year": "2025",
        "opens_at": "2023-09-01T08:00",
        "closes_at": "2023-10-01T23:59",
        "grants-TOTAL_FORMS": "1",
        "grants-INITIAL_FORMS": "0",
        "grants-0-rules_name": "",
        **fields,
    }


def test_a_new_round_has_a_report_for_every_region_and_times_are_swedish() -> None:
    client = signed_in(make_admin())
    answer = client.post("/admin/reporting/reportinground/add/", round_form())
    assert answer.status_code == 302, answer.content.decode()
    reporting_round = ReportingRound.objects.get()
    assert reporting_round.submissions.count() == 21
    assert reporting_round.closes_at == moment(1, 23, 59, month=10, year=2023)
    assert reporting_round.closes_at.utcoffset() == timedelta(0)
    assert reporting_round.closes_at.hour == 21  # summer time
    text = page(client, f"/admin/reporting/reportinground/{reporting_round.pk}/change/")
    assert 'value="2023-10-01T23:59"' in text


@pytest.mark.parametrize(("fields", "complaint"), [
    ({"closes_at": "2023-09-01T08:00"}, "The round must close after it opens."),
    ({"last_year": "2022"}, "round_years_in_order"),
    ({"opens_at": "0001-01-01T00:00"}, "greater than or equal"),
    ({"closes_at": "9999-12-31T23:59"}, "less than or equal"),
    ({"closes_at": "2023-10-29T02:30"}, "may be ambiguous"),
    ({"opens_at": "2023-03-26T02:30"}, "may not exist"),
    ({"last_year": "2040"}, "A round covers at most ten years."),
    ({"grants-0-rules_name": "at-2022"}, "which the round does not ask for"),
    ({"grants-0-rules_name": "at-1999"}, "Select a valid choice"),
])  # fmt: skip
def test_a_round_that_contradicts_itself_is_refused(fields: dict[str, str], complaint: str) -> None:
    answer = signed_in(make_admin()).post("/admin/reporting/reportinground/add/", round_form(**fields))
    assert answer.status_code == 200
    assert complaint in answer.content.decode()
    assert not ReportingRound.objects.exists()


def test_a_grant_takes_year_and_title_from_its_rules_and_is_computed() -> None:
    admin = make_admin()
    fields = {"first_year": "2022", "last_year": "2024", "grants-0-rules_name": "at-2022"}
    answer = signed_in(admin).post("/admin/reporting/reportinground/add/", round_form(**fields))
    assert answer.status_code == 302
    grant = RoundGrant.objects.get()
    assert (grant.rules_name, grant.year, grant.title) == ("at-2022", 2022, "AT 2022")
    assert Recomputation.objects.get().requested_by == admin


def test_address_and_years_are_fixed_once_a_region_has_begun() -> None:
    reporting_round, client = make_round(grant=False), signed_in(make_admin())
    address = f"/admin/reporting/reportinground/{reporting_round.pk}/change/"
    assert 'name="first_year"' in page(client, address)
    make_draft(reporting_round, by=make_region_member(), at_2022="1")
    assert 'name="first_year"' not in page(client, address)
    client.post(address, round_form(**{"grants-TOTAL_FORMS": "0", "closes_at": "2023-10-02T23:59"}))
    reporting_round.refresh_from_db()
    assert (reporting_round.first_year, reporting_round.name) == (2022, "AT/ST 2023-2025")
    assert reporting_round.slug != "2023-2025"


@pytest.mark.parametrize("make", [make_officer, make_decider])
def test_only_administrators_change_rounds(make: object) -> None:
    client, reporting_round = signed_in(make()), make_round()  # type: ignore[operator]
    assert client.post("/admin/reporting/reportinground/add/", round_form()).status_code == 403
    address = f"/admin/reporting/reportinground/{reporting_round.pk}/change/"
    assert client.post(address, round_form()).status_code == 403
    assert ReportingRound.objects.get().name == reporting_round.name


def test_the_start_page_tells_how_the_round_stands() -> None:
    ombud, officer = make_region_member(), make_officer()
    reporting_round = make_round(opens_at=moment(1), closes_at=timezone.now() + timedelta(days=9, minutes=1))
    make_submission(reporting_round, by=ombud)
    text = page(signed_in(officer), "/admin/")
    assert "Waits for the agency" in text
    assert "of 21 reports" in text
    approve_report(
        submission_id=report_of(reporting_round).pk, revision_number=1, by=officer, at=timezone.now()
    )
    assert "A recomputation has been asked for" in page(signed_in(make_decider()), "/admin/")

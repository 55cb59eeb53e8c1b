"""The agency's desk: runs, recomputations, and the buttons on a round's page."""

import importlib
import pkgutil
import re
from typing import Any
from unittest.mock import patch

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse

import allocation.admin
import reporting.admin
from allocation import runner
from allocation.admin.runpage import run_page
from allocation.models import AllocationRun, BatchState, Recomputation, RequestState, RoundGrant
from reporting.models import Inhabitants, Mail, MailKind, Region, ReportingRound, User
from reporting.services.review import approve_report, return_report
from reporting.templatetags.platsplan import CHIPS
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


def signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person)
    return client


def make_decider() -> User:
    return make_user(is_staff=True, groups=["Beslutsfattare"])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    # amounts are written with no-break spaces
    return answer.content.decode().replace("\u00a0", " ")


def computed(reporting_round: ReportingRound) -> AllocationRun:
    for request in Recomputation.objects.filter(state=RequestState.REQUESTED):
        runner.recompute(request.pk, at=moment(25))
    run = RoundGrant.objects.get(reporting_round=reporting_round).current_run
    assert run is not None
    return run


def address_of(run: AllocationRun) -> str:
    return reverse("admin:allocation_allocationrun_change", args=[run.pk])


def everybody_reports(reporting_round: ReportingRound, *, but: tuple[str, ...] = ()) -> None:
    for region in Region.objects.exclude(code__in=but):
        make_submission(reporting_round, region.code, by=make_region_member(region.code))


def test_the_pots_and_the_sums_of_the_table_reconcile_to_the_krona() -> None:
    reporting_round = make_round()
    everybody_reports(reporting_round)
    run = computed(reporting_round)
    shown = run_page(run)
    assert shown.reconciles
    assert shown.sums.pots == tuple(pot.allocated_kr for pot in run.pots.all())
    assert shown.sums.total_kr == run.allocated_kr == 124_000_000
    assert (shown.sums.planned, shown.sums.reported, shown.sums.increase) == (1_608, 1_608, 0)
    text = page(signed_in(make_officer()), address_of(run))
    assert text.count("reconciles</td>") == 3
    assert "9 893 199" in text
    assert "5 756 996" in text
    assert '<strong class="pp-num">248 000 000 kr</strong> not shared out' in text
    assert 'width="360.0"' in text
    assert 'width="0.0"' in text
    assert "Current, preliminary" in text
    assert run.rules_sha256 in text
    assert run.inputs_sha256 in text


def test_a_pot_that_does_not_add_up_is_said_so() -> None:
    reporting_round = make_round()
    everybody_reports(reporting_round)
    run = computed(reporting_round)
    shown = run_page(run)
    [god, *_others] = shown.pots
    wrong = type(god)(
        **{name: getattr(god, name) for name in god.__dataclass_fields__} | {"awards_kr": god.awards_kr - 1}
    )
    assert god.reconciles
    assert not wrong.reconciles


def test_what_the_run_counted_is_said_in_words() -> None:
    officer, reporting_round = make_officer(), make_round()
    everybody_reports(reporting_round, but=("22", "23"))
    return_report(
        submission_id=report_of(reporting_round, "21").pk,
        revision_number=1,
        by=officer,
        at=moment(20),
        message="Why?",
    )
    approve_report(
        submission_id=report_of(reporting_round, "03").pk, revision_number=1, by=officer, at=moment(20)
    )
    text = page(signed_in(officer), address_of(computed(reporting_round)))
    assert "Counts a report returned for completion" in text
    assert "Gävleborg, version 1" in text
    assert "2 regions have not reported" in text
    assert "Not reported: Västernorrland, Jämtland Härjedalen" in text
    assert "1 of 21 reports approved" in text


def test_the_same_figures_make_no_new_run_but_the_page_tells_the_newer_basis() -> None:
    officer, ombud, reporting_round = make_officer(), make_region_member(), make_round()
    make_submission(reporting_round, by=ombud)
    run = computed(reporting_round)
    assert run_page(run).approved_count == 0
    approve_report(submission_id=report_of(reporting_round).pk, revision_number=1, by=officer, at=moment(20))
    assert computed(reporting_round) == run
    assert run_page(run).approved_count == 1


def test_change_against_the_previous_run_and_the_replaced_run_leads_on() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    make_submission(reporting_round, by=ombud)
    first = computed(reporting_round)
    make_submission(reporting_round, by=ombud, at=moment(20), at_2022="60", comment_at_2022="Ten more.")
    second = computed(reporting_round)
    shown = run_page(second)
    assert shown.previous == first
    assert shown.changed == ("Uppsala",)
    [uppsala] = [row for row in shown.rows if row.region.code == "03"]
    assert uppsala.change_kr == 10_500_000
    assert shown.sums.change_kr == second.allocated_kr - first.allocated_kr
    client = signed_in(officer)
    assert "+10 500 000" in page(client, address_of(second))
    old = page(client, address_of(first))
    assert "This run does not hold any more." in old
    assert address_of(second) in old
    assert run_page(first).previous is None


def test_the_review_page_shows_what_each_version_gives() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    client = signed_in(make_officer())
    make_submission(reporting_round, by=ombud)
    computed(reporting_round)
    make_submission(reporting_round, by=ombud, at=moment(20), at_2022="60", comment_at_2022="Ten more.")
    address = reverse("admin:reporting_submission_change", args=[report_of(reporting_round).pk])
    assert "being computed" in page(client, address)
    computed(reporting_round)
    text = page(client, address)
    assert "Preliminary grant 2022" in text
    row = text[text.index("Preliminary grant 2022") : text.index("</tfoot>")]
    assert re.findall(r"[+\d][\d ]* kr", row) == ["0 kr", "10 500 000 kr", "+10 500 000 kr"]
    assert "Assumption" in row
    assert "15.17" in text
    assert "15.35" in text


def test_waiting_and_failed_recomputations_are_told() -> None:
    reporting_round, officer = make_round(), make_officer()
    everybody_reports(reporting_round)
    run, client = computed(reporting_round), signed_in(officer)
    client.post(reverse("admin:allocation_allocationrun_recompute", args=[run.pk]))
    assert "is not done yet" in page(client, address_of(run))
    # As if the count had never been whole: the database keeps one that a run has used.
    with pgtrigger.ignore():
        Inhabitants.objects.filter(region="03").delete()
    request = Recomputation.objects.get(state=RequestState.REQUESTED)
    with pytest.raises(Exception, match="03"):
        runner.recompute(request.pk, at=moment(26))
    text = page(client, address_of(run))
    assert "failed." in text
    assert "Region 03 has no inhabitants" in text
    assert "older than the reports" in text
    listed = page(client, "/admin/allocation/recomputation/?state__exact=failed")
    assert "Asked for by hand" in listed
    detail = page(client, f"/admin/allocation/recomputation/{request.pk}/change/")
    assert "Region 03 has no inhabitants" in detail


@pytest.mark.parametrize("name", ["allocation_allocationrun_recompute", "reporting_reportinground_recompute"])
def test_who_may_recompute(name: str) -> None:
    officer, ombud, reporting_round = make_officer(), make_region_member(), make_round()
    make_submission(reporting_round, by=ombud)
    run = computed(reporting_round)
    address = reverse(f"admin:{name}", args=[run.pk if "run_" in name else reporting_round.pk])
    before = Recomputation.objects.count()
    for person in (ombud, make_decider()):
        assert signed_in(person).post(address).status_code == 403
    assert Client().post(address).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    assert strict.post(address).status_code == 403
    assert signed_in(officer).get(address).status_code == 405
    assert Recomputation.objects.count() == before
    assert signed_in(officer).post(address).status_code == 302
    request = Recomputation.objects.latest("pk")
    assert (request.reason, request.requested_by) == ("asked", officer)
    assert signed_in(officer).post(reverse(f"admin:{name}", args=[999_999])).status_code == 404


def test_who_may_send_the_status_report() -> None:
    officer, ombud, decider, reporting_round = (
        make_officer(),
        make_region_member(),
        make_decider(),
        make_round(),
    )
    address = reverse("admin:reporting_reportinground_status_report", args=[reporting_round.pk])
    for person in (ombud, decider):
        assert signed_in(person).post(address).status_code == 403
    assert not Mail.objects.exists()
    client = signed_in(officer)
    round_page = reverse("admin:reporting_reportinground_change", args=[reporting_round.pk])
    assert address in page(client, round_page)
    assert address not in page(signed_in(decider), round_page)
    answer = client.post(address, follow=True)
    assert "the status report goes to 2 people" in answer.content.decode()
    found = set(Mail.objects.filter(kind=MailKind.STATUS_REPORT).values_list("recipient", flat=True))
    assert found == {officer.email, decider.email}


def test_the_status_report_as_an_action_tells_when_nobody_receives_it() -> None:
    admin, reporting_round = make_user(is_staff=True, is_superuser=True), make_round()
    data = {"action": "send_status_report", "index": "0", "_selected_action": str(reporting_round.pk)}
    answer = signed_in(admin).post("/admin/reporting/reportinground/", data, follow=True)
    assert "Nobody receives the status report" in answer.content.decode()
    assert not Mail.objects.exists()


def test_runs_and_recomputations_are_changed_by_nobody() -> None:
    reporting_round, admin = make_round(), make_user(is_staff=True, is_superuser=True)
    make_submission(reporting_round, by=make_region_member())
    run = computed(reporting_round)
    client = signed_in(admin)
    for name, pk in (("allocationrun", run.pk), ("recomputation", Recomputation.objects.latest("pk").pk)):
        for path in ("add/", f"{pk}/delete/"):
            assert client.get(f"/admin/allocation/{name}/{path}").status_code == 403
        assert client.post(f"/admin/allocation/{name}/{pk}/change/", {"number": "9"}).status_code in (
            403,
            405,
        )


def test_a_grant_with_runs_keeps_its_rules_and_cannot_be_removed() -> None:
    reporting_round, admin = make_round(), make_user(is_staff=True, is_superuser=True)
    make_submission(reporting_round, by=make_region_member())
    computed(reporting_round)
    grant = RoundGrant.objects.get()
    data = {
        "name": "Renamed",
        "opens_at": "2022-09-01T00:00",
        "closes_at": "2022-10-01T23:59",
        "grants-TOTAL_FORMS": "1",
        "grants-INITIAL_FORMS": "1",
        "grants-0-id": str(grant.pk),
        "grants-0-reporting_round": str(reporting_round.pk),
        "grants-0-rules_name": "at-2024",
    }
    address = reverse("admin:reporting_reportinground_change", args=[reporting_round.pk])
    client = signed_in(admin)
    with patch("allocation.admin.rounds.request_recomputation") as asked:
        assert client.post(address, data).status_code == 302
    asked.assert_not_called()
    grant.refresh_from_db()
    assert (grant.rules_name, grant.year) == ("at-2022", 2022)
    answer = client.post(address, data | {"grants-0-DELETE": "on"})
    assert RoundGrant.objects.filter(pk=grant.pk).exists()
    assert answer.status_code == 200


def test_every_state_of_every_list_has_a_chip_that_there_is() -> None:
    found: dict[str, dict[Any, str]] = {}
    for package in (allocation.admin, reporting.admin):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            maps = vars(importlib.import_module(module.name))
            found |= {f"{module.name}.{name}": maps[name] for name in maps if name.endswith("CHIPS")}
    assert len(found) >= 7
    unknown = {name: set(chips.values()) - set(CHIPS) for name, chips in found.items()}
    assert not any(unknown.values()), unknown
    assert set(found["allocation.admin.payments.CHIPS"]) == set(BatchState)

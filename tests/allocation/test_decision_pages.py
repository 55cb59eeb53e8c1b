"""The pages about decisions: the desk's, the region's, and the open check."""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from allocation.models import AllocationRun, Decision
from allocation.services.decisions import decide, propose_decision
from reporting.models import User
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider, make_ready
from tests.factories import make_officer, make_region_member, report_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


def signed_in(person: User) -> Client:
    """Somebody who has signed in a moment ago, with a second factor where one is asked for."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 4_000_000_000, "type": "totp"}]
    session.save()
    return client


def page(name: str, *args: object) -> str:
    return reverse(f"admin:allocation_{name}", args=args)


def test_a_run_is_proposed_refused_to_its_proposer_and_decided_by_another(
    django_assert_max_num_queries,
) -> None:
    officer, decider = make_officer(), make_decider()
    run = make_ready(officer)
    desk, other = signed_in(officer), signed_in(decider)
    with django_assert_max_num_queries(60):
        shown = desk.get(page("allocationrun_change", run.pk)).content.decode()
        assert page("allocationrun_history", run.pk) in shown
    assert "Propose the run" in shown
    answer = desk.post(page("allocationrun_propose", run.pk), {"note": "Checked."}, follow=True)
    proposal = Decision.objects.get()
    assert "You proposed this decision" in answer.content.decode()
    assert desk.post(page("decision_decide", proposal.pk)).status_code == 403
    with django_assert_max_num_queries(50):
        assert "Make the decision" in other.get(page("decision_decide", proposal.pk)).content.decode()
    other.post(page("decision_decide", proposal.pk))
    assert Decision.objects.get().decided_by == decider
    with django_assert_max_num_queries(40):
        shown = other.get(page("decision_change", proposal.pk)).content.decode()
    assert shown.count("letters/") == 21
    content = b"".join(other.get(page("decision_zip", proposal.pk)).streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert (len(archive.namelist()), archive.testzip()) == (21, None)
    bundle = other.get(page("decision_bundle", proposal.pk))
    assert bundle.content.decode() == proposal.record.bundle


def test_a_sign_in_that_is_old_is_confirmed_before_deciding() -> None:
    officer, decider = make_officer(), make_decider()
    proposal = propose_decision(run_id=make_ready(officer).pk, by=officer, at=AFTER)
    client = signed_in(decider)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 1, "type": "totp"}]
    session.save()
    answer = client.post(page("decision_decide", proposal.pk))
    assert (answer.status_code, answer["Location"].startswith("/accounts/")) == (302, True)
    assert Decision.objects.get().is_open


def test_exceptions_are_written_and_taken_back_on_the_page() -> None:
    officer = make_officer()
    run = make_ready(officer)
    desk = signed_in(officer)
    desk.post(page("allocationrun_exceptions", run.pk), {"withdraw": "01"})
    shown = desk.get(page("allocationrun_propose", run.pk)).content.decode()
    assert "Approve, or except with a reason: Stockholm." in shown
    desk.post(page("allocationrun_exceptions", run.pk), {"except-01": "Nothing came.", "except-04": " "})
    assert "Nothing is missing" in desk.get(page("allocationrun_change", run.pk)).content.decode()


def test_a_region_finds_its_letter_and_nobody_elses_and_anyone_can_check_it(client: Client) -> None:
    officer = make_officer()
    run = make_ready(officer)
    decision = decide(
        decision_id=propose_decision(run_id=run.pk, by=officer, at=AFTER).pk, by=make_decider(), at=AFTER
    )
    reporting_round = run.round_grant.reporting_round
    ombud = report_of(reporting_round).region.memberships.get(role="ombud").user
    own, stranger = signed_in(ombud), signed_in(make_region_member("04"))
    address = reverse("allocation:letter", args=[reporting_round.slug, "03", "at-2022", decision.number])
    assert address in own.get(reverse("allocation:grant", args=[reporting_round.slug, "03"])).content.decode()
    assert address in own.get("/report/").content.decode()
    letter = decision.letters.get(region="03")
    assert own.get(address).content == bytes(letter.document.content)
    assert stranger.get(address).status_code == 404
    checked = client.get(f"/verify/{letter.document.sha256}/", headers={"Accept-Language": "en"})
    text = checked.content.decode()
    assert ("The document is genuine" in text, letter.document.number in text) == (True, True)
    assert "10 500 000" not in text.replace("\xa0", " ")
    assert AllocationRun.objects.count() == 1

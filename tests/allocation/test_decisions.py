"""Decisions: what must hold, two people, what is frozen, and the letters that follow."""

import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader
from pytest_django import Settings

from allocation import decided, runner, selectors
from allocation.engine.bundle import read_bundle
from allocation.engine.verification import Verified, verify
from allocation.errors import NotReady
from allocation.models import AllocationRun, Decision, RoundGrant
from allocation.prerequisites import readiness_of
from allocation.services.decisions import (
    decide,
    except_region,
    propose_decision,
    refuse_proposal,
    withdraw_exemption,
    withdraw_proposal,
)
from reporting import mailer
from reporting.chain import check_log
from reporting.errors import NotAllowed, ReportLocked, WrongState
from reporting.models import Document, Mail, MailKind, ReportingRound, State, User
from reporting.pdf import draw_pdf
from reporting.services.drafts import save_draft
from reporting.services.extensions import grant_extension
from reporting.services.review import approve_report, return_report
from reporting.templatetags.platsplan import kr
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

AFTER = moment(5, month=10)


def make_decider(**fields: object) -> User:
    return make_user(**{"is_staff": True, "groups": ["Beslutsfattare"], **fields})


def compute(reporting_round: ReportingRound) -> AllocationRun:
    for request in reporting_round.recomputations.filter(state="requested"):
        runner.recompute(request.pk, at=moment(25))
    [run] = selectors.current_runs(reporting_round)
    return run


def make_ready(officer: User, *, posts: str = "60") -> AllocationRun:
    """A run in which Uppsala is approved with ten posts more, and every other region is excepted."""
    reporting_round = make_round()
    RoundGrant.objects.update(appeal_text="Beslutet kan inte överklagas.")
    report(reporting_round, officer, posts=posts)
    run = compute(reporting_round)
    for code in reporting_round.submissions.exclude(region_id="03").values_list("region_id", flat=True):
        except_region(run_id=run.pk, region_code=code, reason="Has not reported.", by=officer, at=AFTER)
    return run


def report(reporting_round: ReportingRound, officer: User, *, posts: str) -> None:
    """Uppsala reports and is approved."""
    ombud = report_of(reporting_round).region.memberships.filter(role="ombud").first()
    by = ombud.user if ombud else make_region_member()
    revision = make_submission(reporting_round, by=by, at_2022=posts, comment_at_2022="New blocks.")
    approve_report(
        submission_id=revision.submission_id, revision_number=revision.number, by=officer, at=moment(20)
    )


def make_proposal(officer: User, **fields: str) -> Decision:
    run = make_ready(officer)
    return propose_decision(run_id=run.pk, by=officer, at=AFTER, **fields)


def forbidden(sql: str, *values: str | int) -> str:
    """What the database answers to a statement that it must refuse."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        tried(sql, *values)
    return str(refused.value)


def tried(sql: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def drawn_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocation.letters.draw_pdf", lambda _template, data: json.dumps(data).encode())


@pytest.fixture
def letters_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters whose bytes are the data that would have been drawn: twenty times faster."""
    drawn_as_data(monkeypatch)


@pytest.mark.usefixtures("letters_as_data")
def test_another_person_decides_and_the_run_is_frozen() -> None:
    officer, decider = make_officer(), make_decider()
    proposal = make_proposal(officer, note="Checked twice.")
    decision = decide(decision_id=proposal.pk, by=decider, at=AFTER + timedelta(hours=1))
    connection.check_constraints()
    assert (decision.state, decision.decided_by) == ("decided", decider)
    verified = verify(read_bundle(decision.record.bundle.encode()))
    assert isinstance(verified, Verified)
    assert verified.allocation.inputs_sha256 == decision.run.inputs_sha256
    record = json.loads(bytes(decision.record.document.content))
    assert record["amounts_kr"] == decided.amounts_of(decision)
    assert (record["sum_kr"], record["amounts_kr"]["03"]) == (decision.run.allocated_kr, 10_500_000)
    assert len(record["exemptions"]) == 20
    assert report_of(decision.round_grant.reporting_round).state == State.DECIDED
    assert check_log().flaws == ()


@pytest.mark.usefixtures("letters_as_data")
def test_nobody_decides_their_own_proposal_not_even_in_sql() -> None:
    both = make_user(is_staff=True, groups=["Handläggare", "Beslutsfattare"])
    proposal = make_proposal(both)
    with pytest.raises(NotAllowed, match="yourself"):
        decide(decision_id=proposal.pk, by=both, at=AFTER)
    with pytest.raises(NotAllowed, match="yourself"):
        refuse_proposal(decision_id=proposal.pk, by=both, at=AFTER, reason="No.")
    assert "nobody_decides_their_own_proposal" in forbidden(
        "UPDATE allocation_decision SET state = 'decided', decided_by_id = proposed_by_id,"
        " decided_by_name = 'x', decided_at = now() WHERE id = %s",
        proposal.pk,
    )


@pytest.mark.usefixtures("letters_as_data")
def test_what_was_decided_is_changed_by_nobody() -> None:
    officer, decider = make_officer(), make_decider()
    decision = decide(decision_id=make_proposal(officer).pk, by=decider, at=AFTER)
    other = make_round()
    RoundGrant.objects.filter(reporting_round=other).update(appeal_text="x")
    report(other, officer, posts="61")
    compute_other = AllocationRun.objects.exclude(pk=decision.run_id)
    runner.recompute(other.recomputations.latest("pk").pk, at=moment(25))
    foreign = compute_other.get()
    connection.check_constraints()  # fires what waits for the commit: else nothing can be emptied
    copied = "round_grant_id, number + 100, reason, note, proposed_by_name, proposed_at, proposed_by_id"
    columns = "round_grant_id, number, reason, note, proposed_by_name, proposed_at, proposed_by_id"
    ends = "decided_by_name, closed_by_name, closing_reason"
    for words, sql in {
        "has been answered": "UPDATE allocation_decision SET note = 'x'",
        "Invalid transition": "UPDATE allocation_decision SET state = 'proposed', decided_at = NULL",
        "Cannot delete": "DELETE FROM allocation_decision",
        "Cannot update": "UPDATE allocation_letter SET amount_kr = 1",
        "Cannot (update|delete)": "DELETE FROM allocation_decisionrecord",
        "Cannot": "UPDATE reporting_document SET content = ''",
        "empty": "TRUNCATE allocation_letter CASCADE",
        "is not of grant": f"INSERT INTO allocation_decision ({columns}, state, run_id, {ends})"
        f" SELECT {copied}, 'proposed', {foreign.pk}, '', '', '' FROM allocation_decision",
        "begins as a proposal": f"INSERT INTO allocation_decision ({columns}, state, run_id, {ends})"
        f" SELECT {copied}, 'decided', run_id, 'x', '', '' FROM allocation_decision",
        "corrects the one in force": f"INSERT INTO allocation_decision ({columns}, state, run_id, {ends})"
        f" SELECT {copied}, 'proposed', run_id, '', '', '' FROM allocation_decision",
        "no decision on its round": "UPDATE reporting_submission SET state = 'decided'"
        f" WHERE reporting_round_id = {other.pk} AND region_id = '03'",
        "not the one that was logged": "INSERT INTO reporting_document (kind, number, title, media_type,"
        " content, sha256, reporting_round_id, log_entry_id) SELECT"
        " kind, number || 'x', title, media_type, 'x',"
        " repeat('a', 64), reporting_round_id, log_entry_id FROM reporting_document LIMIT 1",
    }.items():
        assert re.search(words, forbidden(sql)), words


@pytest.mark.usefixtures("letters_as_data")
def test_a_proposal_cannot_be_decided_without_its_letters_nor_changed_meanwhile() -> None:
    proposal = make_proposal(make_officer())
    decider = make_decider()
    decided_in_sql = (
        "UPDATE allocation_decision SET state = 'decided', decided_by_id = %s, decided_by_name = 'x',"
        " decided_at = now() WHERE id = %s"
    )
    assert "lacks its record" in forbidden(decided_in_sql, decider.pk, proposal.pk)
    assert "is not changed" in forbidden(
        "UPDATE allocation_decision SET note = 'x' WHERE id = %s", proposal.pk
    )
    assert "with_a_reason" in forbidden(
        "UPDATE allocation_decision SET state = 'withdrawn' WHERE id = %s", proposal.pk
    )
    RoundGrant.objects.update(current_run=None)
    assert "does not hold" in forbidden(decided_in_sql, decider.pk, proposal.pk)


def test_every_letter_says_the_award_to_the_krona_and_can_be_drawn(settings: Settings) -> None:
    officer = make_officer()
    decision = decide(decision_id=make_proposal(officer).pk, by=make_decider(), at=AFTER)
    amounts = decided.amounts_of(decision)
    letters = {letter.region_id: letter for letter in decision.letters.select_related("document")}
    assert {code: letter.amount_kr for code, letter in letters.items()} == amounts
    assert sum(amounts.values()) == decision.run.allocated_kr
    for code in ("01", "03"):
        pdf = PdfReader(io.BytesIO(bytes(letters[code].document.content)))
        text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
        assert str(kr(amounts[code])).replace("\xa0", " ") in text.replace("\xa0", " ")
        for words in ("Myndigheten för prov", "Beslutet kan inte överklagas.", decision.label, "Antaganden"):
            assert words in text
        # what somebody copies out of the letter works where it is pasted
        assert f"{settings.PLATSPLAN_BASE_URL}/verify/" in text
        assert "\u200b" not in text
        assert pdf.metadata is not None
        assert b"pdfuaid" in bytes(letters[code].document.content)
    assert check_log().flaws == ()


def test_what_a_person_types_never_becomes_markup_in_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = '#panic("x") $a$ *b* @c <d> #read("/etc/passwd") \\ "q" #include "house.typ"'
    drawn: list[bytes] = []

    def draw_where_it_stands(template: Path, data: dict[str, object]) -> bytes:
        letter = json.dumps(data)
        if not drawn and letter.count("#panic") > 1:  # decider's name and reason of the exception
            drawn.append(draw_pdf(template, data))
        return letter.encode()

    monkeypatch.setattr("allocation.letters.draw_pdf", draw_where_it_stands)
    officer = make_officer()
    run = make_ready(officer)
    withdraw_exemption(run_id=run.pk, region_code="01", by=officer, at=AFTER)
    except_region(run_id=run.pk, region_code="01", reason=hostile, by=officer, at=AFTER)
    proposal = propose_decision(run_id=run.pk, by=officer, at=AFTER)
    decide(decision_id=proposal.pk, by=make_decider(name=hostile), at=AFTER)
    [letter] = drawn
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(letter)).pages)
    for part in ('#panic("x")', "$a$", "*b*", '#read("/etc/passwd")', '#include "house.typ"'):
        assert part.replace(" ", "") in re.sub(r"\s+", "", words), part
    assert "root:" not in words


@pytest.mark.usefixtures("letters_as_data")
def test_a_correction_refers_to_the_old_decision_which_stays(
    settings: Settings,
) -> None:
    settings.REGISTRAR_EMAIL = "registrator@example.com"
    officer, decider = make_officer(), make_decider()
    first = decide(decision_id=make_proposal(officer).pk, by=decider, at=AFTER)
    reporting_round = first.round_grant.reporting_round
    region = report_of(reporting_round)
    ombud = region.region.memberships.get(role="ombud").user
    with pytest.raises(ReportLocked, match="decided"):
        save_draft(submission_id=region.pk, texts={"at_2022": "70"}, by=ombud, at=moment(20))
    with pytest.raises(WrongState, match="decided"):
        grant_extension(submission_id=region.pk, closes_at=AFTER, reason="x", by=officer, at=moment(20))
    return_report(submission_id=region.pk, revision_number=1, by=officer, at=AFTER, message="Check 2022.")
    report(reporting_round, officer, posts="70")
    later = compute(reporting_round)
    assert (later.pk != first.run_id, decided.amounts_of(first)["03"]) == (True, 10_500_000)
    with pytest.raises(WrongState, match="why the decision is corrected"):
        propose_decision(run_id=later.pk, by=officer, at=AFTER)
    proposal = propose_decision(run_id=later.pk, by=officer, at=AFTER, reason="Uppsala had counted wrong.")
    second = decide(decision_id=proposal.pk, by=decider, at=AFTER + timedelta(days=1))
    connection.check_constraints()
    assert second.corrects == first
    assert decided.decision_in_force(second.round_grant) == second
    change = next(change for change in decided.changes_of(second) if change.region.code == "03")
    assert (change.before_kr, change.after_kr) == (10_500_000, 21_000_000)
    letters = decided.letters_to("03", reporting_round)
    assert [decided.is_replaced(letter.document) for letter in letters] == [False, True]
    data = json.loads(bytes(letters[0].document.content))
    assert "10 500 000 kr" in data["after"][0].replace("\xa0", " ")
    assert "Uppsala had counted wrong." in data["after"][1]
    mails = Mail.objects.filter(kind=MailKind.DECISION_LETTER, region="03")
    assert sorted(mails.values_list("recipient", "occasion")) == sorted(
        (recipient, f"{decision.label}-03")
        for recipient in (ombud.email, "registrator@example.com")
        for decision in (first, second)
    )
    # The register is the agency's own: it needs no advice to write to the agency.
    told = dict(mails.filter(occasion=f"{first.label}-03").values_list("recipient", "text"))
    assert "write to the agency" in " ".join(told[ombud.email].split())
    assert "skriv till" not in " ".join(told["registrator@example.com"].split())
    assert mailer.enclosures_of(mails.filter(recipient=ombud.email).latest("pk").pk)[0].content == bytes(
        letters[0].document.content
    )
    with pytest.raises(NotReady, match="rests on it"):
        propose_decision(run_id=later.pk, by=officer, at=AFTER, reason="Again.")
    assert check_log().flaws == ()


def test_what_is_missing_is_named_and_a_stale_run_is_refused() -> None:
    officer, decider = make_officer(), make_decider()
    run = make_ready(officer)
    withdraw_exemption(run_id=run.pk, region_code="01", by=officer, at=AFTER)
    RoundGrant.objects.update(appeal_text="")
    run.round_grant.refresh_from_db()
    open_yet = readiness_of(run, at=moment(20))
    assert [missing.code for missing in open_yet.missing] == ["regions", "time", "appeal"]
    assert "Stockholm" in open_yet.missing[0].text
    with pytest.raises(NotReady, match="Stockholm"):
        propose_decision(run_id=run.pk, by=officer, at=AFTER)
    RoundGrant.objects.update(appeal_text="x")
    except_region(run_id=run.pk, region_code="01", reason="Nothing came.", by=officer, at=AFTER)
    proposal = propose_decision(run_id=run.pk, by=officer, at=AFTER)
    region = report_of(run.round_grant.reporting_round)
    return_report(submission_id=region.pk, revision_number=1, by=officer, at=AFTER, message="Check.")
    with pytest.raises(NotReady, match="recomputation"):
        decide(decision_id=proposal.pk, by=decider, at=AFTER)
    report(run.round_grant.reporting_round, officer, posts="70")
    compute(run.round_grant.reporting_round)
    with pytest.raises(NotReady, match="later run"):
        decide(decision_id=proposal.pk, by=decider, at=AFTER)
    assert not Document.objects.exists()
    refused = refuse_proposal(decision_id=proposal.pk, by=decider, at=AFTER, reason="Stale.")
    assert (refused.state, refused.closed_by) == ("refused", decider)
    mail = Mail.objects.get(kind=MailKind.DECISION_CLOSED, recipient=officer.email)
    assert "Stale." in mail.text
    with pytest.raises(WrongState, match="answered"):
        withdraw_proposal(decision_id=proposal.pk, by=officer, at=AFTER, reason="x")


def test_roles_and_reasons() -> None:
    officer, decider, ombud = make_officer(), make_decider(), make_region_member("04")
    run = make_ready(officer)
    for person in (decider, ombud):
        with pytest.raises(NotAllowed):
            propose_decision(run_id=run.pk, by=person, at=AFTER)
        with pytest.raises(NotAllowed):
            except_region(run_id=run.pk, region_code="01", reason="x", by=person, at=AFTER)
    with pytest.raises(WrongState, match="why the region"):
        except_region(run_id=run.pk, region_code="01", reason=" ", by=officer, at=AFTER)
    with pytest.raises(WrongState, match="approved"):
        except_region(run_id=run.pk, region_code="03", reason="x", by=officer, at=AFTER)
    proposal = propose_decision(run_id=run.pk, by=officer, at=AFTER)
    assert Mail.objects.get(kind=MailKind.DECISION_PROPOSED).recipient == decider.email
    with pytest.raises(WrongState, match="waits already"):
        propose_decision(run_id=run.pk, by=officer, at=AFTER)
    with pytest.raises(NotAllowed):
        decide(decision_id=proposal.pk, by=make_officer(), at=AFTER)
    with pytest.raises(WrongState, match="reason"):
        refuse_proposal(decision_id=proposal.pk, by=decider, at=AFTER, reason=" ")
    withdraw_proposal(decision_id=proposal.pk, by=officer, at=AFTER, reason="Wrong note.")
    assert propose_decision(run_id=run.pk, by=officer, at=AFTER).number == 2

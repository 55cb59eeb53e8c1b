"""Proposing a run, answering the proposal, deciding: one person proposes and another decides."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allocation import decided
from allocation.bundles import bundle_of_run
from allocation.decision_notices import write_letter_mails, write_notice_of_closing, write_proposal_notices
from allocation.decision_record import decision_record
from allocation.errors import NotReady
from allocation.letters import draw_letters
from allocation.models import (
    REASON_MAX,
    AllocationRun,
    Decision,
    DecisionRecord,
    DecisionState,
    Exemption,
    Letter,
)
from allocation.prerequisites import APPROVED, Readiness, readiness_of
from allocation.services.status_reports import send_status_report_now
from reporting.errors import NotAllowed, WrongState
from reporting.issuing import issue_document
from reporting.locks import lock_round
from reporting.models import LogKind, MediaType, Submission, User
from reporting.record import record_text, text_sha256
from reporting.services.decided import close_reports
from reporting.services.outbox import send_after_commit


@transaction.atomic
def propose_decision(*, run_id: int, by: User, at: datetime, note: str = "", reason: str = "") -> Decision:
    """Propose that a grant is decided by a run. The people who may decide get a mail.

    Args:
        note: to whoever decides; may be empty.
        reason: why an earlier decision is corrected; needed exactly then, and stands in the letters.

    Raises:
        NotAllowed: `by` may not propose.
        NotReady: something is missing; the error names all of it.
        WrongState: a proposal waits already, or the reason is missing or too long.
    """
    run = _lock_run(run_id)
    _must_have(by, "propose_decision")
    _must_be_ready(readiness_of(run, at=at))
    if decided.open_proposal(run.round_grant) is not None:
        raise WrongState(_("A proposal for the grant waits already. Withdraw it first."))
    in_force = decided.decision_in_force(run.round_grant)
    decision = Decision(
        round_grant=run.round_grant,
        number=Decision.objects.filter(round_grant=run.round_grant).count() + 1,
        run=run,
        corrects=in_force,
        reason=_text(reason, missing=_("Write why the decision is corrected. It stands in the letters."))
        if in_force is not None
        else "",
        note=_text(note),
        proposed_by=by,
        proposed_by_name=by.name,
        proposed_at=at,
    )
    decision.full_clean()
    decision.save()
    for mail in write_proposal_notices(decision, recipients=decided.deciders()):
        send_after_commit(mail)
    return decision


@transaction.atomic
def withdraw_proposal(*, decision_id: int, by: User, at: datetime, reason: str) -> Decision:
    """Take a proposal back, one's own or a colleague's. The people who may decide get a mail.

    Raises:
        NotAllowed: `by` may not propose.
        WrongState: it has been answered, or the reason is missing or too long.
    """
    decision = _lock_decision(decision_id)
    _must_have(by, "propose_decision")
    return _close(decision, DecisionState.WITHDRAWN, by=by, at=at, reason=reason)


@transaction.atomic
def refuse_proposal(*, decision_id: int, by: User, at: datetime, reason: str) -> Decision:
    """Send a proposal back to the case officer, who gets a mail with the reason.

    Raises:
        NotAllowed: `by` may not decide, or made the proposal.
        WrongState: it has been answered, or the reason is missing or too long.
    """
    decision = _lock_decision(decision_id)
    _must_be_another(decision, by)
    return _close(decision, DecisionState.REFUSED, by=by, at=at, reason=reason)


@transaction.atomic
def decide(*, decision_id: int, by: User, at: datetime) -> Decision:
    """Make the decision: the run is frozen, reports are closed, every region gets its letter.

    All of it in one transaction: a letter that cannot be drawn is no decision. What comes later, a
    returned report or a new run, never changes it.

    Raises:
        NotAllowed: `by` may not decide, or made the proposal.
        WrongState: it has been answered.
        NotReady: something has changed since it was proposed; the error names all of it.
        LetterNotDrawn, RunFailed: a letter or the bundle could not be made.
    """
    decision = _lock_decision(decision_id)
    _must_be_another(decision, by)
    _must_be_open(decision)
    readiness = readiness_of(decision.run, at=at)
    _must_be_ready(readiness)
    grant = decision.round_grant
    bundle = bundle_of_run(decision.run).decode("ascii")
    decision.state = DecisionState.DECIDED
    decision.decided_by, decision.decided_by_name, decision.decided_at = by, by.name, at
    record = record_text(
        decision_record(decision, bundle_sha256=text_sha256(bundle), exemptions=readiness.exemptions)
    )
    letters = draw_letters(decision, record_sha256=text_sha256(record), exemptions=readiness.exemptions)
    decision.save(update_fields=["state", "decided_by", "decided_by_name", "decided_at"])
    close_reports(
        grant.reporting_round,
        by=by,
        at=at,
        message=_("Decision %(number)s, %(grant)s.") % {"number": decision.label, "grant": grant.title},
    )
    send_status_report_now(grant.reporting_round, f"decision/{decision.pk}", at=at)
    # From here on whoever submits waits until the commit: what is slow has been done.
    DecisionRecord.objects.create(
        decision=decision,
        bundle=bundle,
        bundle_sha256=text_sha256(bundle),
        document=issue_document(
            kind=LogKind.DECISION,
            number=decision.label,
            title=str(grant.title),
            content=record.encode(),
            media_type=MediaType.JSON,
            reporting_round=grant.reporting_round,
            at=at,
        ),
    )
    kept = [
        Letter(
            decision=decision,
            region=letter.region,
            amount_kr=letter.amount_kr,
            document=issue_document(
                kind=LogKind.LETTER,
                number=letter.number,
                title=f"{grant.title}, {letter.region.name}",
                content=letter.pdf,
                media_type=MediaType.PDF,
                reporting_round=grant.reporting_round,
                region=letter.region,
                at=at,
            ),
        )
        for letter in letters
    ]
    for mail in write_letter_mails(decision, Letter.objects.bulk_create(kept)):
        send_after_commit(mail)
    return decision


@transaction.atomic
def except_region(*, run_id: int, region_code: str, reason: str, by: User, at: datetime) -> Exemption:
    """Let a region be decided on although its report is not approved, for a reason that is kept.

    It holds for the version that the region has submitted now; a newer one must be looked at.

    Raises:
        NotAllowed: `by` may not propose.
        WrongState: the report is approved, or the reason is missing or too long.
    """
    run = _lock_run(run_id)
    _must_have(by, "propose_decision")
    report = Submission.objects.select_related("region").get(
        reporting_round=run.round_grant.reporting_round_id, region_id=region_code
    )
    if report.state in APPROVED:
        raise WrongState(_("The report of %(region)s is approved.") % {"region": report.region})
    return _word_about(
        run,
        report,
        by=by,
        at=at,
        reason=_text(reason, missing=_("Write why the region is excepted. The reason is kept.")),
    )


@transaction.atomic
def withdraw_exemption(*, run_id: int, region_code: str, by: User, at: datetime) -> Exemption:
    """Take an exemption back.

    Raises:
        NotAllowed: `by` may not propose.
        WrongState: there is none that holds.
    """
    run = _lock_run(run_id)
    _must_have(by, "propose_decision")
    newest = decided.exemptions_of(run.round_grant).get(region_code)
    if newest is None or newest.withdrawn:
        raise WrongState(_("The region is not excepted."))
    report = Submission.objects.get(reporting_round=run.round_grant.reporting_round_id, region_id=region_code)
    return _word_about(run, report, by=by, at=at, reason="")


def _word_about(run: AllocationRun, report: Submission, *, by: User, at: datetime, reason: str) -> Exemption:
    return Exemption.objects.create(
        round_grant=run.round_grant,
        region_id=report.region_id,
        version=report.revision_count,
        withdrawn=not reason,
        reason=reason,
        by=by,
        by_name=by.name,
        at=at,
    )


def _lock_run(run_id: int) -> AllocationRun:
    lock_round(AllocationRun.objects.values_list("round_grant__reporting_round_id", flat=True).get(pk=run_id))
    return AllocationRun.objects.select_related("round_grant__reporting_round").get(pk=run_id)


def _lock_decision(decision_id: int) -> Decision:
    rounds = Decision.objects.values_list("round_grant__reporting_round_id", flat=True)
    lock_round(rounds.get(pk=decision_id))
    decisions = Decision.objects.select_related(
        "run__round_grant__reporting_round",
        "round_grant__reporting_round",
        "corrects__round_grant",
        "proposed_by",
    )
    return decisions.get(pk=decision_id)


def _must_have(by: User, codename: str) -> None:
    if not (by.is_active and by.is_staff and by.has_perm(f"allocation.{codename}")):
        raise NotAllowed(_("Your role does not include this action."))


def _must_be_another(decision: Decision, by: User) -> None:
    _must_have(by, "decide_decision")
    if decision.proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed the decision yourself. Somebody else answers it."))


def _must_be_open(decision: Decision) -> None:
    if decision.state != DecisionState.PROPOSED:
        raise WrongState(
            _("The proposal has been answered already: %(state)s.")
            % {"state": str(decision.get_state_display()).lower()}
        )


def _must_be_ready(readiness: Readiness) -> None:
    if not readiness.is_ready:
        raise NotReady([f"{lacking.title}: {lacking.text}" for lacking in readiness.missing])


def _text(typed: str, *, missing: str = "") -> str:
    text = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if missing and not text:
        raise WrongState(missing)
    if len(text) > REASON_MAX:
        raise WrongState(_("The text is too long: at most %(limit)d characters.") % {"limit": REASON_MAX})
    return text


def _close(decision: Decision, state: DecisionState, *, by: User, at: datetime, reason: str) -> Decision:
    _must_be_open(decision)
    decision.closing_reason = _text(reason, missing=_("Write the reason. It goes to those concerned."))
    decision.state = state
    decision.closed_by, decision.closed_by_name, decision.closed_at = by, by.name, at
    decision.save(update_fields=["state", "closed_by", "closed_by_name", "closed_at", "closing_reason"])
    concerned = {person.pk: person for person in [*decided.deciders(), decision.proposed_by]}
    concerned.pop(by.pk, None)
    recipients = [person for person in concerned.values() if person.is_active]
    for mail in write_notice_of_closing(decision, recipients=recipients):
        send_after_commit(mail)
    return decision

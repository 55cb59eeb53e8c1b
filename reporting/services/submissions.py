"""Opening and submitting reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.attestation import attestation_text, read_through_sha256
from reporting.checking import CheckedReport, checks_of
from reporting.checks import Finding, warnings_of
from reporting.content import Content, content_of_texts
from reporting.errors import DraftChanged, NotAllowed, NotAttested, ReportIncomplete
from reporting.fields import Page, cells_of, fields_of
from reporting.indicators import answers_in
from reporting.locks import lock_round
from reporting.models import (
    EventKind,
    Figure,
    Indicator,
    Language,
    MailKind,
    Membership,
    Receipt,
    ReportingRound,
    ReviewEvent,
    Revision,
    Side,
    State,
    Submission,
    User,
    content_sha256,
)
from reporting.outbox import write_mail
from reporting.outcomes import Outcome, outcomes_of
from reporting.receipts import issue_receipt
from reporting.services.checks import keep_findings
from reporting.services.drafts import lock_for_change
from reporting.services.flags import refresh_flags
from reporting.services.messages import mark_read
from reporting.services.news import tell_of_submission
from reporting.services.outbox import send_after_commit
from reporting.signals import figures_submitted


def open_reports(*, reporting_round: ReportingRound, region_codes: list[str]) -> None:
    """Give every region a report in the round, not started. Reports that exist stay as they are."""
    with transaction.atomic():
        lock_round(reporting_round.pk)
        Submission.objects.bulk_create(
            [Submission(reporting_round=reporting_round, region_id=code) for code in region_codes],
            ignore_conflicts=True,
        )


@transaction.atomic
def submit_report(
    *,
    submission_id: int,
    by: User,
    at: datetime,
    attested_in: str | None,
    seen_sha256: str | None = None,
) -> Revision:
    """Make the draft into a numbered version that never changes, with receipt and recomputation.

    Submitting the same content again while it waits for the agency gives the same version
    back, so a double click, or fifty, makes one version, one receipt and one mail.

    Args:
        at: the moment of submission; decides whether the report may still be changed.
        attested_in: the language, `sv` or `en`, in which `by` has attested the figures. None where
            nobody has, and then nothing is submitted.
        seen_sha256: `read_through_sha256` of what `by` has read; a draft that a colleague has changed
            since must be read again. None where nobody has read it.

    Raises:
        NotAllowed: `by` may not submit for the region.
        NotAttested: nobody has put their name to the figures.
        DraftChanged: the draft is not the one that was read through.
        RoundNotOpen, ReportLocked: the report can no longer be changed.
        ReportIncomplete: there are errors or uncommented warnings.
    """
    submission, membership = lock_for_change(submission_id, by=by, at=at)
    if not membership.may_submit:
        raise NotAllowed(_("Only the ombud or a representant can submit. What you typed is saved."))
    years = submission.reporting_round.years
    texts = selectors.draft_texts(submission)
    checks = checks_of(submission)
    found = _found_in(checks, texts)
    content = content_of_texts(
        texts, years=years, warned=frozenset(finding.field for finding in warnings_of(found))
    )
    sha256 = _content_sha256(submission, content)
    latest = selectors.latest_revision(submission)
    if latest and latest.sha256 == sha256 and submission.state in (State.SUBMITTED, State.IN_REVIEW):
        if submission.draft_changed_at is not None:  # typed and undone: nothing new
            submission.draft_changed_at = None
            submission.save(update_fields=["draft_changed_at"])
        return latest
    language, attestation = _attestation(
        submission, membership, by=by, texts=texts, attested_in=attested_in, seen_sha256=seen_sha256
    )

    if (asked := selectors.open_question(submission)) is not None:  # who answers has read it
        mark_read(
            submission_id=submission.pk, side=Side.REGION, by=by, last_message=0, last_event=asked.pk, at=at
        )
    revision = Revision(
        submission=submission,
        number=submission.revision_count + 1,
        submitted_at=at,
        submitted_by=by,
        submitted_by_name=by.name,
        submitted_by_role=membership.role,
        attestation=attestation,
        attestation_language=language,
        sha256=sha256,
        **content.contact,
    )
    # Under the round's lock nobody takes the number; the rest of the constraints is the database's to see to.
    revision.clean_fields(exclude=["submission", "submitted_by"])
    revision.save()
    _keep_answers(revision, content, years=years)
    keep_findings(revision=revision, findings=found)
    submission.state = State.SUBMITTED
    submission.revision_count = revision.number
    submission.submitted_at = submission.changed_at = at
    submission.draft_changed_at = None
    submission.answer_by = None
    submission.save()
    ReviewEvent.objects.create(
        submission=submission, revision=revision, kind=EventKind.SUBMITTED, by=by, by_name=by.name, at=at
    )
    refresh_flags(submission, checks=checks, at=at)
    ombud = selectors.ombud_of(submission.region_id)
    tell_of_submission(revision, ombud=ombud)
    figures_submitted.send(
        sender=Revision, reporting_round=submission.reporting_round, user=by, reason="submitted"
    )
    # Last, because everyone who submits waits here for the one before.
    receipt = issue_receipt(revision, content=content, language=by.language)
    outcomes = outcomes_of(checks, answers_in(texts, years=checks.years))
    _send_receipt(revision, receipt, outcomes, person=by, ombud=ombud)
    return revision


def _found_in(checks: CheckedReport, texts: Mapping[str, str]) -> tuple[Finding, ...]:
    found = checks.check_with_shadows(texts, submitting=True)
    blocking = tuple(finding for finding in found if finding.blocks_submission)
    if blocking:
        raise ReportIncomplete(blocking)
    return found


def _attestation(
    submission: Submission,
    membership: Membership,
    *,
    by: User,
    texts: dict[str, str],
    attested_in: str | None,
    seen_sha256: str | None,
) -> tuple[Language, str]:
    """The sentence that is attested, word for word as it was read, and its language."""
    if attested_in is None or attested_in not in Language.values:
        raise NotAttested(_("Tick that you attest the figures. Without it nothing is submitted."))
    sentence = attestation_text(
        submission,
        name=by.name,
        role=membership.role,
        number=submission.revision_count + 1,
        language=attested_in,
    )
    if seen_sha256 is not None and seen_sha256 != read_through_sha256(texts, sentence):
        raise DraftChanged(
            _("Somebody has changed the figures since you opened this page. Read them through again.")
        )
    return Language(attested_in), sentence


def _keep_answers(revision: Revision, content: Content, *, years: Sequence[int]) -> None:
    asked = [field for field in fields_of(years) if field.name in content.answers]
    Figure.objects.bulk_create(
        Figure(
            revision=revision,
            year=cell.year,
            post_type=cell.post_type,
            posts=_whole(content.answers[cell.field].value),
            comment=content.answers[cell.field].comment,
        )
        for field in asked
        if (cell := field.cell) is not None
    )
    Indicator.objects.bulk_create(
        Indicator(
            revision=revision,
            key=field.question.key,
            year=field.year,
            value=content.answers[field.name].value,
            comment=content.answers[field.name].comment,
        )
        for field in asked
        if field.cell is None
    )


def _send_receipt(
    revision: Revision, receipt: Receipt, outcomes: tuple[Outcome, ...], *, person: User, ombud: User | None
) -> None:
    submission = revision.submission
    reporting_round, region = submission.reporting_round, submission.region
    figures = list(revision.figures.order_by("post_type", "year"))
    send_after_commit(
        write_mail(
            MailKind.RECEIPT,
            recipient=person.email,
            copy_to=ombud.email if ombud else "",
            occasion=f"{reporting_round.slug}/{region.code}/{revision.number}",
            context={
                "revision": revision,
                "receipt": receipt,
                "submission": submission,
                "figures": figures,
                "warnings": [figure for figure in figures if figure.comment],
                "outcomes": outcomes,
                "person": person,
            },
            language=person.language,
            reporting_round=reporting_round,
            region=region,
            receipt=receipt,
        )
    )


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _content_sha256(submission: Submission, content: Content) -> str:
    """The checksum of what a version says, whoever says it and when: equal content is one version."""
    years = submission.reporting_round.years
    indicators = [
        {
            "indicator": field.question.key,
            "year": field.year,
            "value": None if answer.value is None else str(answer.value),
            "comment": answer.comment,
        }
        for field in fields_of(years, page=Page.INDICATORS)
        if (answer := content.answers.get(field.name)) is not None
    ]
    # Without indicators the content is that of the versions submitted before they were asked for.
    return content_sha256(
        ({"indicators": indicators} if indicators else {})
        | {
            "round": submission.reporting_round.slug,
            "region": submission.region_id,
            "figures": [
                {
                    "posts_of": str(cell.post_type),
                    "year": cell.year,
                    "posts": _whole(content.answers[cell.field].value),
                    "comment": content.answers[cell.field].comment,
                }
                for cell in cells_of(years)
            ],
            **content.contact,
        }
    )

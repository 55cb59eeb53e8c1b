"""Soft rules: moving them from stage to stage, and keeping what they find."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.checks import Finding
from reporting.errors import DomainError
from reporting.models import CheckRule, RaisedFinding, Revision, RevisionFinding, Stage, Submission, User
from reporting.services.roles import must_have
from reporting.soft_rules import RULE_BY_CODE

TITLE_MAX = 300


class StageRefused(DomainError):
    """The rule cannot be moved to the stage in this way."""


@transaction.atomic
def move_rule(*, code: str, stage: Stage | str, note: str, by: User, at: datetime) -> CheckRule:
    """Move a soft rule to a stage: shadow, warning, block or retired. What was found before stays.

    Args:
        note: why, kept in the rule's history.

    Raises:
        NotAllowed: `by` may not change rules.
        StageRefused: there is no such rule or stage, or no reason is given.
    """
    must_have(by, "reporting.change_checkrule")
    if code not in RULE_BY_CODE or stage not in Stage.values:
        raise StageRefused(_("There is no such rule or stage."))
    if not note.strip():
        raise StageRefused(_("Say why the rule is moved. The reason is kept in its history."))
    rule, _created = CheckRule.objects.select_for_update().update_or_create(
        code=code,
        defaults={"stage": Stage(stage), "note": note.strip(), "changed_by": by, "changed_at": at},
    )
    return rule


def note_raised(*, submission_id: int, findings: Iterable[Finding], at: datetime) -> None:
    """Remember that soft rules found something in a draft: once for each figure and rule.

    So it can be told how often a warning led to a correction and how often it was confirmed.
    """
    RaisedFinding.objects.bulk_create(
        [
            RaisedFinding(
                submission=Submission(pk=submission_id), field=finding.field, code=finding.code, first_at=at
            )
            for finding in findings
            if finding.code in RULE_BY_CODE
        ],
        ignore_conflicts=True,
    )


def keep_findings(*, revision: Revision, findings: Iterable[Finding]) -> None:
    """Store with a new version what the soft rules found in it, with the reasons given.

    Called inside the transaction that makes the version.
    """
    soft = [finding for finding in findings if finding.code in RULE_BY_CODE]
    note_raised(submission_id=revision.submission_id, findings=soft, at=revision.submitted_at)
    RevisionFinding.objects.bulk_create(
        RevisionFinding(
            revision=revision,
            field=finding.field,
            code=finding.code,
            stage=Stage.SHADOW if finding.level == "shadow" else Stage.WARNING,
            title=str(finding.title)[:TITLE_MAX],
            comment="" if finding.level == "shadow" else finding.comment,
        )
        for finding in soft
    )

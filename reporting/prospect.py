"""What would happen if a region submitted its draft now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reporting.checking import CheckedReport
from reporting.checks import Finding, errors_of, warnings_of
from reporting.fields import cells_of
from reporting.flagging import LABELS, FlagBasis, Raised, Text, flags_in_version, sentence_of
from reporting.models import Submission
from reporting.reading import posts_in_figures, posts_in_texts
from reporting.selectors import figures_of_version


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that the reviewer is led to look at, with a sentence for each place where it is found."""

    key: str
    label: Text
    details: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Prospect:
    """What the checks and the reviewer would say.

    Attributes:
        found: everything, rules in shadow included; never shown as it is.
        errors: what stops the submission, figures that are missing included.
        warnings: what needs a comment, commented or not.
        flags: what the reviewer is led to look at.
    """

    found: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    flags: tuple[Flag, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Everything that must be seen to before submitting."""
        return (*self.errors, *self.uncommented)

    @property
    def uncommented(self) -> tuple[Finding, ...]:
        """Warnings that wait for a comment."""
        return tuple(finding for finding in self.warnings if not finding.comment)

    @property
    def commented(self) -> tuple[Finding, ...]:
        """Warnings with a comment."""
        return tuple(finding for finding in self.warnings if finding.comment)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Figures that are not there yet: errors in a submission, none in a draft."""
        return tuple(finding for finding in self.errors if finding.code == "missing")

    @property
    def mistakes(self) -> tuple[Finding, ...]:
        """What is wrong already in the draft."""
        return tuple(finding for finding in self.errors if finding.code != "missing")

    @property
    def in_draft(self) -> tuple[Finding, ...]:
        """What is shown at the fields of a draft, where a figure may still be missing."""
        return (*self.mistakes, *self.warnings)

    @property
    def everything(self) -> tuple[Finding, ...]:
        """What is shown at the fields once the region has asked to submit."""
        return (*self.errors, *self.warnings)


def prospect_of(
    texts: Mapping[str, str], checks: CheckedReport, *, submission: Submission, is_late: bool
) -> Prospect:
    """Look at a draft as if it were submitted now.

    Args:
        texts: field -> text as typed.
        checks: what the report's checks rest on.
        submission: with its round.
        is_late: whether the deadline has passed.
    """
    found = checks.check_with_shadows(texts, submitting=True)
    errors, warnings = errors_of(found), warnings_of(found)
    # What stops the submission is never seen by a reviewer.
    stopped = frozenset(finding.field for finding in errors)
    return Prospect(found, errors, warnings, _flags(texts, checks, submission, stopped, is_late=is_late))


def _flags(
    texts: Mapping[str, str],
    checks: CheckedReport,
    submission: Submission,
    stopped: frozenset[str],
    *,
    is_late: bool,
) -> tuple[Flag, ...]:
    """What the same rules find that look at a submitted version, each kind of flag once."""
    basis = FlagBasis(
        reporting_round=submission.reporting_round,
        years=checks.years,
        now=posts_in_texts(texts, years=checks.years),
        before=posts_in_figures(figures_of_version(submission, number=submission.revision_count)),
        earlier={
            cell: int(checks.earlier[cell.field])
            for cell in cells_of(checks.years)
            if cell.field in checks.earlier
        },
        plans={year: plan.planned_posts for year, plan in checks.plans.items()},
        inhabitants=checks.inhabitants,
        is_late=is_late,
    )
    details: dict[str, list[Text]] = {}
    for raised in flags_in_version(basis):
        seen = _without(raised, stopped)
        if seen is not None:
            details.setdefault(seen.code, []).append(sentence_of(seen))
    return tuple(Flag(code, LABELS[code], tuple(sentences)) for code, sentences in details.items())


def _without(raised: Raised, stopped: frozenset[str]) -> Raised | None:
    """What is left of a flag when some figures must be mended first anyway."""
    if raised.subject in stopped:
        return None
    if raised.code != "missing-st":
        return raised
    left = [name for name in raised.data["figures"] if name not in stopped]
    return replace(raised, data={"figures": left}) if left else None

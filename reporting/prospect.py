"""What would happen if a region submitted its draft now."""

from collections.abc import Mapping
from dataclasses import dataclass

from reporting.checking import CheckedReport
from reporting.checks import Finding, errors_of, warnings_of
from reporting.flags import Flag, flags_in
from reporting.reading import posts_in_texts


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


def prospect_of(texts: Mapping[str, str], checks: CheckedReport, *, is_late: bool) -> Prospect:
    """Look at a draft as if it were submitted now.

    Args:
        texts: field -> text as typed.
        checks: what the report's checks rest on.
        is_late: whether the deadline has passed.
    """
    found = checks.check_with_shadows(texts, submitting=True)
    errors, warnings = errors_of(found), warnings_of(found)
    # What stops the submission is never seen by a reviewer.
    stopped = {finding.field for finding in errors}
    posts = {
        cell: value
        for cell, value in posts_in_texts(texts, years=checks.years).items()
        if cell.field not in stopped
    }
    return Prospect(found, errors, warnings, flags_in(warnings, posts=posts, is_late=is_late))

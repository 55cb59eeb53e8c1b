"""Taking in a file that a region has filled in: read, shown, and saved all at once or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.checking import checks_of
from reporting.checks import Finding, errors_of, warnings_of
from reporting.errors import DomainError, DraftChanged
from reporting.exchange.csv_file import read_csv
from reporting.exchange.difference import Change, Line, difference, fingerprint
from reporting.exchange.draft import texts_at
from reporting.exchange.excel_file import read_excel
from reporting.exchange.guard import is_workbook
from reporting.exchange.marking import Marking, marking_in
from reporting.exchange.readfile import Place, Problem, ReadFile, ReadText, shown
from reporting.exchange.template import (
    CURRENT_VERSION,
    TEMPLATE_VERSIONS,
    Row,
    template_rows,
)
from reporting.exchange.waiting import remove_old_uploads
from reporting.models import DraftValue, PendingUpload, Submission, User
from reporting.models.uploads import KEPT_FOR
from reporting.services.drafts import lock_for_change, save_draft

FILE_NAME_MAX = 150
# A person who tries again and again keeps the latest few files.
KEPT_PER_PERSON = 3


class UploadGone(DomainError):
    """The file has been saved, dropped or was kept too long."""


class FileHasErrors(DomainError):
    """Cells of the file are wrong, so nothing of it can be saved."""


class UploadHasErrors(DomainError):
    """The draft with the file's figures would have errors; `findings` lists them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(_("Nothing was saved. Correct what is listed, or choose otherwise."))
        self.findings = tuple(findings)


class ChoiceMissing(DomainError):
    """A colleague has changed a figure that the file changes too, and nobody has said which one holds."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would change, and what is to be said about it.

    Attributes:
        lines: every field of the file beside the draft.
        warnings: what will need a comment before the report is submitted, once the file is saved.
        left_out: fields of the template that the file has no row for; they stay as they are.
    """

    lines: tuple[Line, ...]
    warnings: tuple[Finding, ...]
    left_out: tuple[Row, ...]

    def with_change(self, change: Change) -> list[Line]:
        """The fields that the file changes in a certain way."""
        return [line for line in self.lines if line.change == change]

    @property
    def seen(self) -> str:
        """A checksum of what is shown."""
        return fingerprint(self.lines)


def receive_upload(
    *, submission_id: int, content: bytes, file_name: str, by: User, at: datetime
) -> PendingUpload:
    """Read a file and keep what it says until the person has seen it. The draft does not change.

    Args:
        content: the file's bytes.
        file_name: its name on the person's computer; only shown.

    Returns:
        the file, with `problems` where it cannot be saved as it is.

    Raises:
        FileRefused: it is no template of this report, or holds what a template never does.
        NotAllowed, RoundNotOpen, ReportLocked: the report cannot be changed.
    """
    submission = Submission.objects.select_related("region", "reporting_round").get(pk=submission_id)
    rows = _rows(submission, CURRENT_VERSION)
    read = (read_excel if is_workbook(content, file_name=file_name) else read_csv)(content, rows)
    marking = marking_in(read.marking, submission=submission)
    problems = _problems(submission, read, marking)
    with transaction.atomic():
        lock_for_change(submission_id, by=by, at=at)
        _remove_old(by=by, at=at)
        return PendingUpload.objects.create(
            submission=submission,
            user=by,
            kind=read.kind,
            file_name=_clean_name(file_name),
            template=marking.template,
            issued_at=marking.issued_at,
            content=content,
            texts={
                name: [found.text, found.place.sheet, found.place.cell, found.place.line]
                for name, found in read.texts.items()
            },
            versions=dict(marking.versions),
            problems=[_as_json(problem) for problem in problems],
            created_at=at,
            expires_at=at + KEPT_FOR,
        )


def _problems(submission: Submission, read: ReadFile, marking: Marking) -> list[Problem]:
    """What could not be read, and what the rules of the report say about what could."""
    rows = _rows(submission, marking.template)
    draft = selectors.draft_texts(submission)
    texts = draft | {name: found.text for name, found in read.texts.items()}
    found = errors_of(checks_of(submission).check(texts, submitting=False))
    rules = {
        field: (label, allowed) for row in rows for field, _column, label, allowed in row.cells(("comment",))
    }
    unreadable = {problem.name for problem in read.problems}
    return [
        *read.problems,
        *(
            Problem(
                read.texts[finding.field].place,
                finding.field,
                rules[finding.field][0],
                shown(read.texts[finding.field].text),
                finding.title,
                rules[finding.field][1],
            )
            for finding in found
            if finding.field in read.texts and finding.field in rules and finding.field not in unreadable
        ),
    ]


def preview_upload(upload: PendingUpload) -> Preview:
    """What the file would change in the draft as it stands now."""
    submission = upload.submission
    rows = _rows(submission, upload.template)
    texts = _texts(upload)
    values = selectors.draft_values(submission)
    lines = difference(rows, texts, values, _filled_from(upload, values))
    merged = {name: value.text for name, value in values.items()} | {
        line.name: texts[line.name].text for line in lines if line.change == Change.CHANGED
    }
    warned = [
        finding
        for finding in warnings_of(checks_of(submission).check(merged, submitting=False))
        if not finding.comment and finding.field in texts
    ]
    left_out = tuple(row for row in rows if row.name not in texts)
    return Preview(lines, tuple(warned), left_out)


@transaction.atomic
def save_upload(
    *, upload_id: Any, choices: Mapping[str, str], seen: str, by: User, at: datetime
) -> list[Line]:
    """Save what the file changes: all of it, or nothing.

    Args:
        choices: field -> "file" or "draft", for the fields that a colleague has changed as well.
        seen: `Preview.seen` of the difference that the person has looked through.

    Returns:
        the fields that were changed.

    Raises:
        UploadGone: the file is saved or dropped already, too old, or somebody else's.
        FileHasErrors: cells of the file are wrong.
        DraftChanged: a colleague has changed the draft since the difference was shown.
        ChoiceMissing: a conflict has no choice.
        UploadHasErrors: the draft would have errors in the file's fields.
        NotAllowed, RoundNotOpen, ReportLocked: the report cannot be changed.
    """
    upload = waiting_upload(upload_id=upload_id, by=by, at=at)
    lock_for_change(upload.submission_id, by=by, at=at)
    # Read again under the lock, which two clicks on the same button wait for one after the other.
    upload = waiting_upload(upload_id=upload_id, by=by, at=at)
    if upload.problems:
        raise FileHasErrors(_("The file has errors, so nothing of it can be saved. Correct them first."))
    preview = preview_upload(upload)
    if preview.seen != seen:
        raise DraftChanged(
            _("Somebody has changed the draft since this page was shown. Look it through again.")
        )
    for line in preview.with_change(Change.CONFLICT):
        if choices.get(line.name) not in ("file", "draft"):
            raise ChoiceMissing(_("Choose which figure holds: %(label)s.") % {"label": line.label})
    changed = [
        line
        for line in preview.lines
        if line.change == Change.CHANGED
        or (line.change == Change.CONFLICT and choices.get(line.name) == "file")
    ]
    texts = {line.name: line.file for line in changed}
    _require_no_errors(upload, preview.lines, texts)
    versions = {line.name: line.version for line in changed}
    save_draft(submission_id=upload.submission_id, texts=texts, by=by, at=at, versions=versions)
    upload.delete()
    return changed


def _require_no_errors(upload: PendingUpload, lines: Sequence[Line], texts: Mapping[str, str]) -> None:
    names = {line.name for line in lines}
    merged = selectors.draft_texts(upload.submission) | dict(texts)
    found = errors_of(checks_of(upload.submission).check(merged, submitting=False))
    if wrong := [finding for finding in found if finding.field in names]:
        raise UploadHasErrors(wrong)


@transaction.atomic
def drop_upload(*, upload_id: Any, by: User) -> None:
    """Remove a file that waits; nothing of it is saved. Removing it twice is removing it once."""
    PendingUpload.objects.filter(pk=upload_id, user=by).delete()


def waiting_upload(*, upload_id: Any, by: User, at: datetime) -> PendingUpload:
    """A person's own file that waits.

    Raises:
        UploadGone: there is none of that number, or not any longer.
    """
    uploads = PendingUpload.objects.select_related("submission__region", "submission__reporting_round")
    upload = uploads.filter(pk=upload_id, user=by, expires_at__gt=at).first()
    if upload is None:
        raise UploadGone(_("The file does not wait any longer. If it was not saved, read it in again."))
    return upload


def _remove_old(*, by: User, at: datetime) -> None:
    remove_old_uploads(at=at)
    own = PendingUpload.objects.filter(user=by).order_by("-created_at")
    PendingUpload.objects.filter(
        pk__in=list(own.values_list("pk", flat=True)[KEPT_PER_PERSON - 1 :])
    ).delete()


def _rows(submission: Submission, template: int) -> tuple[Row, ...]:
    return template_rows(TEMPLATE_VERSIONS[template], years=submission.reporting_round.years)


def _texts(upload: PendingUpload) -> dict[str, ReadText]:
    return {
        name: ReadText(text, Place(sheet, cell, line))
        for name, (text, sheet, cell, line) in upload.texts.items()
    }


def _filled_from(upload: PendingUpload, values: Mapping[str, DraftValue]) -> dict[str, str | None]:
    """Field -> the draft's text when the file was filled, from the draft's history; None where it is gone."""
    earlier = {
        name: version
        for name, version in upload.versions.items()
        if name not in values or values[name].version != version
    }
    history = texts_at(upload.submission, earlier) if earlier else {}
    return {name: history.get(name) if name in earlier else values[name].text for name in upload.versions}


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "place": asdict(problem.place),
        "name": problem.name,
        "label": str(problem.label),
        "read": problem.read,
        "title": str(problem.title),
        "allowed": str(problem.allowed),
    }


def problems_of(upload: PendingUpload) -> list[Problem]:
    """What hinders saving a file, as it was found when the file was read."""
    return [Problem(**(words | {"place": Place(**words["place"])})) for words in upload.problems]


def _clean_name(file_name: str) -> str:
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:FILE_NAME_MAX] or "?"

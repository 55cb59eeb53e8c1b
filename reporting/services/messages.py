"""Writing to each other about a report: messages with attachments, and marks of what has been read."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting import selectors
from reporting.errors import DomainError, NotAllowed
from reporting.filenames import ending_fits, safe_name
from reporting.filestore import StoredFile, remove_files, store_file
from reporting.filetypes import FileRefused, kind_of
from reporting.locks import lock_round
from reporting.models import (
    BODY_MAX,
    Attachment,
    FileKind,
    Membership,
    Message,
    ReadMark,
    Side,
    Submission,
    User,
)
from reporting.services.news import tell_of_message
from reporting.services.roles import must_have

MESSAGES_PER_HOUR = 30


class MessageRefused(DomainError):
    """The message cannot be written as it is."""


class AttachmentsRefused(DomainError):
    """Some files cannot be attached; `reasons` has a sentence for each, with the file's name."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: the name somebody gave it, its bytes, its size."""

    name: str
    content: BinaryIO
    size: int


def post_message(
    *,
    submission_id: int,
    side: Side,
    body: str,
    by: User,
    at: datetime,
    uploads: Sequence[Upload] = (),
    form_key: uuid.UUID | None = None,
) -> Message:
    """Write a message about a report, with files, and tell the other side.

    A message from a region whose report has been returned answers the agency's question. The same
    form sent twice makes one message.

    Args:
        side: for whom `by` writes; somebody at the agency may serve a region as well.
        form_key: what makes the form unique; None where nobody can send twice.

    Raises:
        NotAllowed: `by` may not write for that side.
        MessageRefused: nothing or too much is written, or too often.
        AttachmentsRefused: a file is too large or of a kind that is not taken. Nothing is written.
    """
    form_key = form_key or uuid.uuid4()
    text = body.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise MessageRefused(_("Write a message. A file alone says too little."))
    if len(text) > BODY_MAX:
        raise MessageRefused(
            _("The message has %(count)d characters, and %(limit)d fit. Shorten it or attach a file.")
            % {"count": len(text), "limit": BODY_MAX}
        )
    _role_of(by, side=side, submission_id=submission_id)  # before anything of theirs is stored
    kinds = _examined(uploads)
    stored: list[StoredFile] = []
    try:
        for upload in uploads:
            stored.append(store_file(upload.content))  # noqa: PERF401  # what was stored before a failure counts
        files = [
            Attachment(
                position=place,
                name=safe_name(upload.name, kind=kind),
                kind=kind,
                size=file.size,
                sha256=file.sha256,
                stored_as=file.stored_as,
            )
            for place, (upload, kind, file) in enumerate(zip(uploads, kinds, stored, strict=True), 1)
        ]
        message, is_new = _write(
            submission_id, side=side, text=text, by=by, at=at, form_key=form_key, files=files
        )
    except BaseException:
        remove_files(stored)
        raise
    if not is_new:
        remove_files(stored)
    return message


@transaction.atomic
def _write(
    submission_id: int,
    *,
    side: Side,
    text: str,
    by: User,
    at: datetime,
    form_key: uuid.UUID,
    files: list[Attachment],
) -> tuple[Message, bool]:
    """The message and whether it is new, under the round's lock: messages get their order from it."""
    round_id = Submission.objects.values_list("reporting_round_id", flat=True).get(pk=submission_id)
    lock_round(round_id)
    role = _role_of(by, side=side, submission_id=submission_id)
    written = Message.objects.filter(author=by, form_key=form_key).first()
    if written is not None:
        if written.submission_id != submission_id or written.side != side:
            raise MessageRefused(_("The form belongs to another report. Open the page again."))
        return written, False
    recent = Message.objects.filter(author=by, at__gt=at - timedelta(hours=1)).count()
    if recent >= MESSAGES_PER_HOUR:
        raise MessageRefused(
            _("You have written %(count)d messages within an hour. Wait a while before the next.")
            % {"count": recent}
        )
    submission = Submission.objects.select_related("region", "reporting_round").get(pk=submission_id)
    question = selectors.open_question(submission) if side == Side.REGION else None
    message = Message(
        submission=submission,
        side=side,
        author=by,
        author_name=by.name,
        author_role=role,
        body=text,
        at=at,
        revision=selectors.latest_revision(submission),
        event=question,
        attachment_count=len(files),
        form_key=form_key,
    )
    message.full_clean()
    message.save()
    for file in files:
        file.message = message
        file.full_clean()
    Attachment.objects.bulk_create(files)
    tell_of_message(message)
    return message, True


def _role_of(by: User, *, side: Side, submission_id: int) -> str:
    """The role in which `by` writes: the one in the region, or none for the agency."""
    if side == Side.AGENCY:
        must_have(by, "reporting.review_submission")
        return ""
    membership = Membership.objects.filter(
        user=by, user__is_active=True, region__submissions=submission_id
    ).first()
    if membership is None:
        raise NotAllowed(_("You have no role in this region."))
    return membership.role


def _examined(uploads: Sequence[Upload]) -> list[FileKind]:
    """The kind of each file; every file that is refused is named at once."""
    if len(uploads) > settings.ATTACHMENTS_PER_MESSAGE:
        text = ngettext(
            "Attach at most %(limit)d file to a message; you chose %(count)d.",
            "Attach at most %(limit)d files to a message; you chose %(count)d.",
            settings.ATTACHMENTS_PER_MESSAGE,
        )
        raise AttachmentsRefused([text % {"limit": settings.ATTACHMENTS_PER_MESSAGE, "count": len(uploads)}])
    kinds: list[FileKind] = []
    reasons: list[str] = []
    for upload in uploads:
        try:
            kinds.append(_kind(upload))
        except FileRefused as refusal:
            reasons.append(f"{_shown(upload.name)}: {refusal}")
    if reasons:
        raise AttachmentsRefused(reasons)
    return kinds


def _kind(upload: Upload) -> FileKind:
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        raise FileRefused(
            _("The file is larger than %(limit)d MB. Make it smaller, or divide it.")
            % {"limit": settings.ATTACHMENT_MAX_BYTES // 1_000_000}
        )
    kind = kind_of(upload.content)
    if not ending_fits(upload.name, kind=kind):
        raise FileRefused(
            _("The name does not fit the content, which is %(kind)s. Rename the file to .%(ending)s.")
            % {"kind": kind.label, "ending": kind.value}
        )
    return kind


def _shown(name: str) -> str:
    """A file's name in a sentence: whatever it holds, on one line and not too long."""
    visible = "".join(sign if sign.isprintable() else " " for sign in name)
    return visible if len(visible) <= 80 else f"{visible[:60]}…{visible[-15:]}"


@transaction.atomic
def mark_read(
    *, submission_id: int, side: Side, by: User, last_message: int, last_event: int, at: datetime
) -> None:
    """Remember how far `by` has read. Two pages at once never move the mark backwards.

    Args:
        last_message, last_event: the newest that the page showed; 0 for none.
    """
    ReadMark.objects.get_or_create(user=by, submission_id=submission_id, side=side, defaults={"read_at": at})
    ReadMark.objects.filter(user=by, submission_id=submission_id, side=side).filter(
        Q(last_message__lt=last_message) | Q(last_event__lt=last_event)
    ).update(
        last_message=Greatest(F("last_message"), Value(last_message)),
        last_event=Greatest(F("last_event"), Value(last_event)),
        read_at=at,
    )

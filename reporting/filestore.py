"""Where attached files lie: under names that say nothing, outside everything the web serves by itself."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import Storage, storages

from reporting.models import Attachment

# A file whose message was never written is removed when it has lain for so long.
ORPHAN_HOURS = 24


class FileChanged(Exception):
    """The stored file is gone, or is no longer what was attached."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that has been stored: its private name, bytes and checksum."""

    stored_as: str
    size: int
    sha256: str


def attachment_store() -> Storage:
    """The storage named `attachments` in the settings."""
    return storages["attachments"]


def store_file(content: BinaryIO) -> StoredFile:
    """Store a copy of `content` under a new random name."""
    content.seek(0)
    sha256 = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # every file can
    size = content.seek(0, 2)
    content.seek(0)
    name = uuid.uuid4().hex
    stored_as = attachment_store().save(f"{name[:2]}/{name}", File(content))
    return StoredFile(stored_as, size, sha256)


def remove_files(files: list[StoredFile]) -> None:
    """Take back files whose message was not written."""
    for file in files:
        attachment_store().delete(file.stored_as)


def content_of(attachment: Attachment) -> bytes:
    """What was attached, after its checksum has been compared. Whole: a few megabytes at most.

    Raises:
        FileChanged: the stored file is gone, or somebody has changed it outside Platsplan.
    """
    try:
        with attachment_store().open(attachment.stored_as, "rb") as file:
            content: bytes = file.read()
    except OSError as error:
        raise FileChanged(attachment.stored_as) from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise FileChanged(attachment.stored_as)
    return content


def remove_orphans(*, at: datetime) -> int:
    """Remove files that a process left when it died between storing them and writing the message.

    Returns:
        how many were removed.
    """
    store, removed = attachment_store(), 0
    if not store.exists(""):
        return 0
    for folder in store.listdir("")[0]:
        found = [f"{folder}/{name}" for name in store.listdir(folder)[1]]
        known = set(Attachment.objects.filter(stored_as__in=found).values_list("stored_as", flat=True))
        for stored_as in found:
            age = at - store.get_modified_time(stored_as)
            if stored_as not in known and age > timedelta(hours=ORPHAN_HOURS):
                store.delete(stored_as)
                removed += 1
    return removed

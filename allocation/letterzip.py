"""All letters of a decision as one zip file, written while it is sent."""

import io
import zipfile
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from allocation.models import Letter


class _Pipe(io.RawIOBase):
    """Takes what a zip file writes and hands it on; it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # what zipfile gives is bytes
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def zip_of(letters: QuerySet[Letter]) -> Iterator[bytes]:
    """The zip file in pieces, one letter at a time in memory. The same letters give the same bytes."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for letter in letters.select_related("document__log_entry").iterator(chunk_size=1):
            moment = timezone.localtime(letter.document.log_entry.at)
            name = zipfile.ZipInfo(letter.document.file_name, date_time=moment.timetuple()[:6])
            archive.writestr(name, bytes(letter.document.content))
            yield pipe.taken()
    yield pipe.taken()

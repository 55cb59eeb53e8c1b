"""Which static files there are, so that a start collects and compresses them only when they changed."""

import hashlib
import os
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders


def is_collected(note: Path) -> bool:
    """True when the files that `note` tells of are the present ones, and they are still there."""
    collected = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return note.exists() and collected.exists() and note.read_text() == _fingerprint()


def note_collected(note: Path) -> None:
    """Leave word that the present files have been collected."""
    note.write_text(_fingerprint())


def _fingerprint() -> str:
    digest = hashlib.sha256()
    digest.update(repr((version("django"), version("whitenoise"), settings.STORAGES)).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()

"""Keeping what is open ready to be sent: made once in each process for each version of what is published."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from django.core.cache import caches

Read = TypeVar("Read")
# Whoever asks for what another thread is making waits for it. Few locks for all keys: two that meet by chance
# only wait for each other.
_TURNS = tuple(Lock() for _ in range(64))


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer's body, as the cache holds it.

    Attributes:
        packed: with gzip, unless `is_packed` is false: what is compressed already stays as it is.
        sha256: of the body as it was made.
    """

    packed: bytes
    is_packed: bool
    sha256: str

    @property
    def body(self) -> bytes:
        """As it was made."""
        return gzip.decompress(self.packed) if self.is_packed else self.packed


class Newest(Generic[Read]):
    """What was read of the version that is open now, kept by this process.

    Args:
        read: gives everything of a version, as read at a moment.
        version_now: asks which version is open.
    """

    def __init__(self, read: Callable[[str, datetime], Read], version_now: Callable[[], str]) -> None:
        self._read = read
        self._version_now = version_now
        self._kept: dict[str, Read] = {}
        self._turn = Lock()

    def of(self, version: str, *, at: datetime) -> Read:
        """What belongs to a version. Those who ask at once after a publication wait for the first to read it.

        Args:
            version: that is open at this moment.
            at: the moment before it was asked for.
        """
        kept = self._kept.get(version)
        if kept is not None:
            return kept
        with self._turn:
            kept = self._kept.get(version)
            if kept is None:
                kept = self._read(version, at)
                if self._version_now() == version:  # else something was published while it was read
                    self._kept = {version: kept}
            return kept

    def forget(self) -> None:
        """Read anew when next asked, though the version is the same."""
        self._kept = {}


def kept_or_made(key: str, make: Callable[[], bytes], *, pack: bool = True) -> Kept:
    """What this process holds under a key; made, and kept, by the first who asks.

    Nothing has to be emptied: the key holds the version of what is published, and the cache throws out what
    has not been asked for longest.

    Args:
        key: from `key_of`.
        make: gives the body; may read what is published and nothing of whoever asks.
        pack: keep it compressed; false for what is compressed already.
    """
    pages = caches["pages"]
    found: Kept | None = pages.get(key)
    if found is not None:
        return found
    with _TURNS[int(key[:8], 16) % len(_TURNS)]:
        found = pages.get(key)
        if found is None:
            body = make()
            packed = gzip.compress(body, 6, mtime=0) if pack else body
            found = Kept(packed, pack, hashlib.sha256(body).hexdigest())
            pages.set(key, found, timeout=None)
        return found


def key_of(*parts: str) -> str:
    """A key for everything that an answer depends on; parts are told apart whatever they hold."""
    return hashlib.sha256("\0".join(f"{len(part)} {part}" for part in parts).encode()).hexdigest()

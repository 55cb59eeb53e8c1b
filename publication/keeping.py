"""Keeping what is open ready to be sent: made once in each process for each version of what is published."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.core.cache import caches

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

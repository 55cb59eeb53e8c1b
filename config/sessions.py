"""Sessions in the database whose end moves with the work, written at most once a minute."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.sessions.models import Session

WRITE_AFTER = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """Django's, except that a session that holds nothing new is not written again at once.

    With SESSION_SAVE_EVERY_REQUEST every request would wait for the disk once more, only to move the end
    by seconds.
    """

    _stored: bytes | None = None
    _ends_at: datetime | None = None

    def _get_session_from_db(self) -> "Session | None":
        session: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # not in the stubs
        self._ends_at = session.expire_date if session else None
        return session

    def load(self) -> dict[str, Any]:
        """Read the session, and remember what it held."""
        content: dict[str, Any] = super().load()
        self._stored = self._written(content)
        return content

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Write the session, unless it says the same as in the database and ends late enough."""
        # The content itself is compared: `modified` does not see a change deep inside.
        # The stubs lack `_session`.
        is_new = must_create or self._stored is None or self._stored != self._written(self._session)  # type: ignore[attr-defined]
        if is_new or not self._ends_late_enough():
            super().save(must_create)
            self._stored = None

    def _written(self, content: dict[str, Any]) -> bytes:
        return bytes(self.serializer().dumps(content))

    def _ends_late_enough(self) -> bool:
        newest_end = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        return self._ends_at is not None and newest_end - self._ends_at < WRITE_AFTER

"""Mail backends: one that writes each message as a file for trial, and SMTP that tells what was refused."""

import os
import re
import smtplib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend


class EmlFileBackend(BaseEmailBackend):
    """Write messages to `EMAIL_FILE_PATH`, one file each.

    The file is named by the Message-ID, so a message that is sent again after a crash
    replaces itself instead of lying there twice.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages; how many there were."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            message = email.message()
            name = re.sub(r"[^A-Za-z0-9._-]", "", str(message["Message-ID"]).split("@")[0])
            waiting = folder / f".{name}.{os.getpid()}"
            waiting.write_bytes(message.as_bytes(linesep="\r\n"))
            waiting.replace(folder / f"{name}.eml")
        return len(email_messages)


class _Telling:
    """An SMTP connection that remembers which addresses of the last message were refused."""

    refused: dict[str, tuple[int, bytes]]

    def sendmail(self, *args: Any, **kwargs: Any) -> dict[str, tuple[int, bytes]]:
        self.refused = {}
        self.refused = super().sendmail(*args, **kwargs)  # type: ignore[misc]  # mixed into smtplib's
        return self.refused


class _TellingSmtp(_Telling, smtplib.SMTP):
    pass


class _TellingSmtpSsl(_Telling, smtplib.SMTP_SSL):
    pass


class TellingSmtpBackend(EmailBackend):
    """SMTP that keeps which addresses the server refused when it accepted others.

    Django throws that answer away, so a refused copy would go unnoticed. It is put on the message as
    `refused`: address -> what the server said.
    """

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TellingSmtpSsl if self.use_ssl else _TellingSmtp

    def _send(self, email_message: EmailMessage) -> bool:
        is_sent = bool(super()._send(email_message))  # type: ignore[misc]  # not in the stubs
        refused = getattr(self.connection, "refused", {})
        email_message.refused = {  # type: ignore[attr-defined]  # for the outbox, which reads it
            address: f"{code} {said.decode(errors='replace')}" for address, (code, said) in refused.items()
        }
        return is_sent

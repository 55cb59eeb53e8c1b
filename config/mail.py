"""A mail backend that writes each message as an .eml file, for demonstration and trial."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmlFileBackend(BaseEmailBackend):
    """Write messages to `EMAIL_FILE_PATH`, one file each.

    The file is named by the Message-ID, so a message that is sent again after a crash
    replaces itself instead of lying there twice.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            message = email.message()
            name = re.sub(r"[^A-Za-z0-9._-]", "", str(message["Message-ID"]).split("@")[0])
            waiting = folder / f".{name}.{os.getpid()}"
            waiting.write_bytes(message.as_bytes(linesep="\r\n"))
            waiting.replace(folder / f"{name}.eml")
        return len(email_messages)

"""A real SMTP server on the loopback interface, for tests of the outbox."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

ACCEPTED = "250 2.0.0 accepted"


class Postbox:
    """What the server was sent and accepted, and how it answers.

    `answers` are given to the coming messages, first to last; afterwards everything is accepted.
    Addresses in `refused` are turned away before the message is sent.
    With `holds_back` set a message waits, unanswered, until `release`; `arrived` tells that it has come.
    """

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.accepted: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.holds_back = False
        self.arrived = threading.Event()
        self.release = threading.Event()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(  # noqa: N802  # aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.arrived.set()
        if self.holds_back:
            await asyncio.to_thread(self.release.wait, 20)
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if answer == ACCEPTED:
            content = cast(bytes, envelope.content)
            self.accepted.append(message_from_bytes(content, policy=default))
        return answer


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def use_smtp(settings: Settings, port: int) -> None:
    """Have Django send through a server on the loopback interface."""
    settings.EMAIL_BACKEND = "config.mail.TellingSmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 20


@contextlib.contextmanager
def smtp_server(settings: Settings) -> Iterator[Postbox]:
    """Run a server and have Django send through it."""
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    use_smtp(settings, controller.port)
    try:
        yield postbox
    finally:
        postbox.release.set()
        controller.stop()

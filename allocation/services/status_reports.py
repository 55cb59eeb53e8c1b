"""Sending the status report on demand."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allocation import status_reports
from reporting import selectors
from reporting.errors import DomainError
from reporting.models import STOCKHOLM, Mail, ReportingRound, User
from reporting.services.outbox import send_after_commit
from reporting.services.roles import must_have


class NobodyToTell(DomainError):
    """Nobody's role includes the status report."""


@transaction.atomic
def send_status_report(*, reporting_round: ReportingRound, by: User | None, at: datetime) -> list[Mail]:
    """Send the status report on a round now, to everyone whose role includes it.

    Each request sends a report of its own; two in the same second send one.

    Args:
        by: who asks; None for whoever runs the command on the server.

    Returns:
        the mails, one to each recipient, to be sent after the commit.

    Raises:
        NotAllowed: the role of `by` does not include sending the report.
        NobodyToTell: there is no recipient.
    """
    if by is not None:
        must_have(by, "reporting.send_status_report")
    recipients = selectors.status_report_recipients()
    if not recipients:
        raise NobodyToTell(
            _("Nobody receives the status report. Give somebody at the agency a role that includes it.")
        )
    mails = status_reports.write_status_report(
        reporting_round,
        recipients=recipients,
        occasion=f"{reporting_round.slug}/{at.astimezone(STOCKHOLM):%Y-%m-%dT%H:%M:%S}",
        at=at,
    )
    for mail in mails:
        send_after_commit(mail)
    return mails


@transaction.atomic
def send_status_report_now(reporting_round: ReportingRound, reason: str, *, at: datetime) -> list[Mail]:
    """Send the status report because something has happened, such as a decision, whatever the schedules say.

    Called within what has happened: nobody to tell is no reason to undo it.

    Args:
        reason: what has happened, such as "decision-12"; one report goes for each.

    Returns:
        the mails that were written now, to be sent after the commit.
    """
    mails = status_reports.write_status_report(
        reporting_round,
        recipients=selectors.status_report_recipients(),
        occasion=f"{reporting_round.slug}/{reason}"[:120],
        at=at,
    )
    for mail in mails:
        send_after_commit(mail)
    return mails

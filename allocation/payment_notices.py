"""The mails about money: to a region that is paid or is to pay back, and to those who confirm either."""

from collections.abc import Sequence
from typing import Any

from allocation.decided import holders_of
from allocation.decision_notices import receivers
from allocation.models import Payment, PaymentBatch, RepaymentClaim
from reporting.models import Mail, MailKind, Region, ReportingRound
from reporting.news import willing
from reporting.outbox import write_mail
from reporting.unsubscribing import UNSUBSCRIBE_MARK


def write_payment_mail(batch: PaymentBatch, payments: Sequence[Payment]) -> list[Mail]:
    """Tell each region's ombud that it has been paid, once for each payment."""
    people = receivers()
    reporting_round = batch.round_grant.reporting_round
    written: list[Mail] = []
    for payment in payments:
        context = {"payment": payment, "batch": batch}
        written += _write(
            MailKind.PAYMENT_MADE,
            people.get(payment.region_id, []),
            occasion=f"{batch.label}-{payment.region_id}",
            reporting_round=reporting_round,
            region=payment.region,
            context=context,
        )
    return written


def write_claim_mail(claim: RepaymentClaim) -> list[Mail]:
    """Ask a region's ombud for the money back, once for each claim."""
    return _write(
        MailKind.REPAYMENT_CLAIMED,
        receivers().get(claim.region_id, []),
        occasion=claim.label,
        reporting_round=claim.round_grant.reporting_round,
        region=claim.region,
        context={"claim": claim},
    )


def write_mail_on_waiting(
    made: PaymentBatch | RepaymentClaim, *, amount_kr: int, count: int = 1
) -> list[Mail]:
    """Tell those who may confirm it that a batch or a claim waits.

    Not who made it, nor who never wants mail that nobody has to have: the start page shows what waits.

    Args:
        count: how many regions a batch pays.
    """
    reporting_round = made.round_grant.reporting_round
    claim = made if isinstance(made, RepaymentClaim) else None
    people = [person for person in holders_of("approve_payment") if person.pk != made.made_by_id]
    mails = [
        write_mail(
            MailKind.MONEY_WAITS,
            recipient=person.email,
            occasion=made.label,
            context={
                "made": made,
                "claim": claim,
                "amount_kr": amount_kr,
                "count": count,
                "reporting_round": reporting_round,
                "unsubscribe_link": UNSUBSCRIBE_MARK,
            },
            language=person.language,
            declinable=True,
            reporting_round=reporting_round,
            region=claim.region if claim else None,
        )
        for person in willing(people)
    ]
    return [mail for mail in mails if mail is not None]


def _write(
    kind: MailKind,
    people: Sequence[Any],
    *,
    occasion: str,
    reporting_round: ReportingRound,
    region: Region,
    context: dict[str, Any],
) -> list[Mail]:
    mails = [
        write_mail(
            kind,
            recipient=person.email,
            occasion=occasion,
            context={**context, "region": region, "reporting_round": reporting_round},
            language=person.language,
            reporting_round=reporting_round,
            region=region,
        )
        for person in people
    ]
    return [mail for mail in mails if mail is not None]

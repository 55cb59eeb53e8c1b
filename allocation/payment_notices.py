"""The mails about money: to a region that has been paid, and to one that is asked to pay back."""

from collections.abc import Sequence
from typing import Any

from allocation.decision_notices import receivers
from allocation.models import Payment, PaymentBatch, RepaymentClaim
from reporting.models import Mail, MailKind, Region, ReportingRound
from reporting.outbox import write_mail


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

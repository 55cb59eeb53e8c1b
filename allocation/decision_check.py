"""What each check of the log looks for among decisions and letters."""

from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from allocation.decision_record import says_what_was_decided
from allocation.models import Decision, DecisionRecord, DecisionState, Letter
from reporting.chain import Flaw, check_further
from reporting.record import text_sha256

FLAWS = {
    "decision-removed": _("The decision has no record, or lacks letters: they have been removed."),
    "decision-bundle": _("The bundle that the decision froze has been changed."),
    "decision-rows": _("The decision does not say what its record says."),
    "letter-amount": _("The letter's amount is not the one that was decided."),
}


def connect() -> None:
    """Take part in the checks of the log."""
    check_further(decision_flaws, flaws=FLAWS)


def decision_flaws() -> Iterator[Flaw]:
    """Decisions and letters that are not as they were made."""
    made = Decision.objects.filter(state=DecisionState.DECIDED)
    without = made.filter(record=None) | made.filter(letters=None)
    for decision in without.distinct().select_related("round_grant__reporting_round"):
        yield Flaw(decision.label, "decision-removed")
    kept = DecisionRecord.objects.select_related(
        "document",
        "decision__run",
        "decision__round_grant__reporting_round",
        "decision__corrects__record__document",
    )
    for record in kept.order_by("pk").iterator(chunk_size=20):
        if record.bundle_sha256 != text_sha256(record.bundle):
            yield Flaw(record.document.number, "decision-bundle")
        if not says_what_was_decided(record):
            yield Flaw(record.document.number, "decision-rows")
    right = Letter.objects.filter(
        decision__run__regions__region=F("region"), decision__run__regions__total_kr=F("amount_kr")
    )
    for letter in Letter.objects.exclude(pk__in=right.values("pk")).select_related("document"):
        yield Flaw(letter.document.number, "letter-amount")

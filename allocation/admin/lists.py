"""The desk's lists about grants as tables to take out: what each region gets, who decided, what was paid."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from allocation.models import (
    AllocationRun,
    Decision,
    Payment,
    PaymentBatch,
    Publication,
    Recomputation,
    RunRegion,
    Scenario,
)
from reporting.admin.exports import ExportMixin
from reporting.tables import Column, Table, Value


def runs_table(runs: QuerySet[AllocationRun]) -> Table:
    """A row for each region of each chosen run. One query."""
    found = RunRegion.objects.filter(run__in=runs.order_by().values("pk"))
    rows: list[list[Value]] = [
        [
            row.run.round_grant.reporting_round.name,
            row.run.round_grant.title,
            row.run.number,
            row.run.created_at,
            row.run.rules_version,
            row.region_id,
            row.region.short_name,
            row.inhabitants,
            row.planned_posts,
            row.reported_posts,
            row.total_kr,
        ]
        for row in found.select_related("run__round_grant__reporting_round", "region")
        .defer("run__rules_text")
        .order_by("run", "region")
    ]
    columns = [
        Column(_("Round"), width=36),
        Column(_("Grant"), width=16),
        Column(_("Run"), "number", 8),
        Column(_("Computed"), "moment", 18),
        Column(_("Rules"), width=14),
        Column(_("Code"), width=8),
        Column(_("Region"), width=22),
        Column(_("Inhabitants"), "number", 14),
        Column(_("Planned AT posts"), "number", 14),
        Column(_("Reported"), "number", 12),
        Column(_("Amount, kr"), "kr", 18),
    ]
    return Table(_("Allocation runs"), [], columns, rows)


def decisions_table(decisions: QuerySet[Decision]) -> Table:
    """The chosen decisions and proposals: who, when, how much. One query."""
    rows: list[list[Value]] = [
        [
            one.round_grant.reporting_round.name,
            one.round_grant.title,
            one.label,
            one.run.number,
            one.run.rules_version,
            str(one.get_state_display()),
            one.run.allocated_kr,
            one.run.unallocated_kr,
            one.proposed_by_name,
            one.proposed_at,
            one.decided_by_name,
            one.decided_at,
            one.reason,
        ]
        for one in decisions.select_related("run", "round_grant__reporting_round")
        .defer("run__rules_text")
        .order_by("pk")
    ]
    columns = [
        Column(_("Round"), width=36),
        Column(_("Grant"), width=16),
        Column(_("Decision"), width=26),
        Column(_("Run"), "number", 8),
        Column(_("Rules"), width=14),
        Column(_("State"), width=18),
        Column(_("Shared out"), "kr", 18),
        Column(_("Not shared out"), "kr", 18),
        Column(_("Proposed by"), width=22),
        Column(_("Proposed"), "moment", 18),
        Column(_("Decided by"), width=22),
        Column(_("Decided"), "moment", 18),
        Column(_("Reason for the correction"), width=50),
    ]
    return Table(_("Decisions"), [], columns, rows)


def payments_table(batches: QuerySet[PaymentBatch]) -> Table:
    """A row for each payment of the chosen batches, and what became of it. One query."""
    found = Payment.objects.filter(batch__in=batches.order_by().values("pk"))
    rows: list[list[Value]] = [
        [
            one.round_grant.reporting_round.name,
            one.round_grant.title,
            one.batch.label,
            str(one.batch.get_state_display()),
            one.region_id,
            one.region.short_name,
            one.payee.name,
            one.payee.written,
            one.amount_kr,
            str(one.get_state_display()),
            one.paid_on,
            one.bank_reference,
            one.stop_reason,
        ]
        for one in found.select_related(
            "batch__round_grant__reporting_round", "round_grant__reporting_round", "region", "payee"
        ).order_by("batch", "region")
    ]
    columns = [
        Column(_("Round"), width=36),
        Column(_("Grant"), width=16),
        Column(_("Payment"), width=28),
        Column(_("State"), width=18),
        Column(_("Code"), width=8),
        Column(_("Region"), width=22),
        Column(_("Payee"), width=30),
        Column(_("Account"), width=34),
        Column(_("Amount, kr"), "kr", 18),  # no sum: what was stopped stands here too
        Column(_("What became of it"), width=18),
        Column(_("Paid on"), "day", 14),
        Column(_("Bank’s reference"), width=24),
        Column(_("Reason"), width=40),
    ]
    return Table(_("Payments"), [], columns, rows)


def publications_table(publications: QuerySet[Publication]) -> Table:
    """What was made public, and withdrawn again, when and by whom. One query."""
    found = publications.select_related(
        "run__round_grant__reporting_round", "decision__round_grant", "withdrawal"
    )
    rows: list[list[Value]] = []
    for one in found.defer("run__rules_text"):
        withdrawal = getattr(one, "withdrawal", None)
        rows.append(
            [
                one.run.round_grant.reporting_round.name,
                one.run.round_grant.title,
                one.run.number,
                one.run.rules_version,
                one.published_at,
                one.published_by_name,
                one.decision.label if one.decision else "",
                one.note,
                withdrawal.withdrawn_at if withdrawal else None,
                withdrawal.withdrawn_by_name if withdrawal else "",
                withdrawal.reason if withdrawal else "",
            ]
        )
    columns = [
        Column(_("Round"), width=36),
        Column(_("Grant"), width=16),
        Column(_("Run"), "number", 8),
        Column(_("Rules"), width=14),
        Column(_("Published"), "moment", 18),
        Column(_("Published by"), width=24),
        Column(_("Decision"), width=20),
        Column(_("Note"), width=40),
        Column(_("Withdrawn"), "moment", 18),
        Column(_("Withdrawn by"), width=24),
        Column(_("Reason"), width=40),
    ]
    return Table(_("Publications"), [], columns, rows)


def scenarios_table(scenarios: QuerySet[Scenario]) -> Table:
    """What the chosen scenarios share out, beside what they began from. One query."""
    rows: list[list[Value]] = [
        [
            one.round_grant.reporting_round.name,
            one.round_grant.title,
            one.name,
            one.note,
            one.base_rules_version,
            one.base_allocated_kr,
            one.allocated_kr,
            one.changed_at,
            one.changed_by.name,
        ]
        for one in scenarios.select_related("round_grant__reporting_round", "changed_by").defer(
            "rules_text", "base_rules_text"
        )
    ]
    columns = [
        Column(_("Round"), width=36),
        Column(_("Grant"), width=16),
        Column(_("Scenario"), width=36),
        Column(_("Note"), width=40),
        Column(_("Rules"), width=14),
        Column(_("Officially, kr"), "number", 18),  # no sums: scenarios are instead of each other
        Column(_("In the scenario, kr"), "number", 18),
        Column(_("Changed"), "moment", 18),
        Column(_("Changed by"), width=24),
    ]
    return Table(_("Scenarios: no decisions, every rule in them is assumed"), [], columns, rows)


def recomputations_table(requests: QuerySet[Recomputation]) -> Table:
    """Who or what asked for each recomputation, and what came of it. One query."""
    rows: list[list[Value]] = [
        [
            one.reporting_round.name,
            one.requested_at,
            str(one.get_reason_display()),
            one.requested_by.name if one.requested_by else "",
            str(one.get_state_display()),
            one.attempts,
            one.started_at,
            one.finished_at,
            one.error,
        ]
        for one in requests.select_related("reporting_round", "requested_by").defer("basis")
    ]
    columns = [
        Column(_("Round"), width=36),
        Column(_("Asked for"), "moment", 18),
        Column(_("Reason"), width=28),
        Column(_("Asked for by"), width=24),
        Column(_("State"), width=16),
        Column(_("Attempts"), "number", 10),
        Column(_("Started"), "moment", 18),
        Column(_("Finished"), "moment", 18),
        Column(_("Error"), width=60),
    ]
    return Table(_("Recomputations"), [], columns, rows)


class GrantListMixin(ExportMixin):
    """A list of what belongs to grants, taken out with their rounds and the versions of their rules.

    Attributes:
        rounds_at: the way from a row to the name of its round.
        rules_at: the way from a row to the version of the rules that it rests on.
    """

    rounds_at: ClassVar[str] = "round_grant__reporting_round__name"
    rules_at: ClassVar[str]

    def rounds_of(self, queryset: QuerySet[Any]) -> Sequence[str]:
        """The rounds that they belong to."""
        return _each(queryset, self.rounds_at)

    def rules_of(self, queryset: QuerySet[Any]) -> Sequence[str]:
        """The versions of the rules that they rest on."""
        return _each(queryset, self.rules_at)


def _each(rows: QuerySet[Any], place: str) -> Sequence[str]:
    return sorted(set(rows.order_by().values_list(place, flat=True)))

"""Two runs of a grant beside each other: what changed for each region, and why, to the krona."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from allocation.attribution import Parts, Side, split_change
from allocation.bundles import reports_of
from allocation.engine import PotRule, parse_rules
from allocation.errors import RunFailed
from allocation.models import AllocationRun, RunRegion
from reporting.models import EventKind, Region, ReviewEvent


@dataclass(frozen=True, slots=True)
class RegionDifference:
    """A region in two runs; `pots` are its parts in the order of the pots."""

    region: Region
    before: RunRegion
    after: RunRegion
    pots: tuple[Parts, ...]
    parts: Parts
    is_corrected: bool

    @property
    def has_other_figures(self) -> bool:
        """Whether a figure of the region differs."""
        return any(
            getattr(self.before, name) != getattr(self.after, name)
            for name in ("inhabitants", "planned_posts", "reported_posts")
        )


@dataclass(frozen=True, slots=True)
class RunDifference:
    """Two runs compared."""

    before: AllocationRun
    after: AllocationRun
    pots: tuple[PotRule, ...]
    pot_sums: tuple[Parts, ...]
    rows: tuple[RegionDifference, ...]
    total: Parts

    @property
    def by_pot(self) -> tuple[tuple[PotRule, Parts, tuple[tuple[Region, Parts], ...]], ...]:
        """For each pot its rule, its sum, and the regions whose amount from it something has changed."""
        return tuple(
            (
                pot,
                self.pot_sums[place],
                tuple((row.region, row.pots[place]) for row in self.rows if row.pots[place] != Parts()),
            )
            for place, pot in enumerate(self.pots)
        )

    @property
    def has_other_rules(self) -> bool:
        """Whether the runs used different texts of the rules."""
        return self.before.rules_sha256 != self.after.rules_sha256

    @property
    def reconciles(self) -> bool:
        """Whether the parts sum to the change of every region, every pot and the whole."""
        return (
            all(row.parts.change_kr == row.after.total_kr - row.before.total_kr for row in self.rows)
            and sum((parts.change_kr for parts in self.pot_sums), 0) == self.total.change_kr
            and self.total.change_kr == self.after.allocated_kr - self.before.allocated_kr
        )


def difference_of(before: AllocationRun, after: AllocationRun) -> RunDifference:
    """Compare two runs of one grant.

    Raises:
        RunFailed: the runs belong to different grants, or the engine does not compute them again as stored.
    """
    if before.round_grant_id != after.round_grant_id:
        raise RunFailed(_("Only runs of the same grant can be compared."))
    rows = {
        run.pk: {row.region_id: row for row in run.regions.select_related("region", "revision")}
        for run in (before, after)
    }
    corrected = _corrected(before, rows[before.pk], rows[after.pk])
    split = _split(before, after, corrected)
    rules = [parse_rules(run.rules_text, origin=run.rules_version) for run in (before, after)]
    pots = tuple({pot.id: pot for one in rules for pot in one.pots}.values())
    differences = tuple(
        RegionDifference(
            region=rows[after.pk][code].region,
            before=rows[before.pk][code],
            after=rows[after.pk][code],
            pots=(own := tuple(split[code, pot.id] for pot in pots)),
            parts=sum(own, Parts()),
            is_corrected=code in corrected,
        )
        for code in sorted(rows[after.pk])
    )
    pot_sums = tuple(sum((row.pots[place] for row in differences), Parts()) for place in range(len(pots)))
    difference = RunDifference(before, after, pots, pot_sums, differences, sum(pot_sums, Parts()))
    if not difference.reconciles:
        raise RunFailed(_("The run's awards are not what its rules and figures give. Do not use them."))
    return difference


def _corrected(
    run: AllocationRun, before: Mapping[str, RunRegion], after: Mapping[str, RunRegion]
) -> frozenset[str]:
    """The regions whose later version was submitted after an earlier one had been approved."""
    approved = ReviewEvent.objects.filter(
        submission__reporting_round=run.round_grant.reporting_round_id, kind=EventKind.APPROVED
    ).values_list("submission__region_id", "at")
    later = {code: row.revision for code, row in after.items() if row.revision_id != before[code].revision_id}
    return frozenset(
        code
        for code, at in approved
        if (revision := later.get(code)) is not None and revision.submitted_at > at
    )


def _split(
    before: AllocationRun, after: AllocationRun, corrected: frozenset[str]
) -> dict[tuple[str, str], Parts]:
    sides = [
        Side(parse_rules(run.rules_text, origin=run.rules_version), reports_of(run))
        for run in (before, after)
    ]
    return split_change(*sides, corrected=corrected)

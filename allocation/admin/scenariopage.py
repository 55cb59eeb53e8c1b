"""Scenarios beside each other, and a comparison as a file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from allocation.comparison import Bar, Comparison, bar_of, compare
from allocation.models import Scenario, ScenarioRegion

MOST_COMPARED = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """A region or a pot in one scenario: kronor, and how much more than officially."""

    total_kr: int
    change_kr: int
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class SideRow:
    """A region or a pot in all the scenarios; `official_kr` is None where their bases differ."""

    name: str
    official_kr: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two or three scenarios of one grant."""

    scenarios: tuple[tuple[Scenario, Comparison], ...]
    same_base: bool
    pots: tuple[SideRow, ...]
    regions: tuple[SideRow, ...]
    sums: SideRow


def side_by_side(scenarios: Sequence[Scenario]) -> SideBySide:
    """Compute scenarios of one grant and put them beside each other. One query, however many regions."""
    by_scenario: dict[int, list[ScenarioRegion]] = {scenario.pk: [] for scenario in scenarios}
    rows = ScenarioRegion.objects.filter(scenario__in=by_scenario).select_related("region")
    for row in rows.order_by("scenario", "region"):
        by_scenario[row.scenario_id].append(row)
    names = {row.region_id: row.region.short_name for rows in by_scenario.values() for row in rows}
    compared = [compare(scenario, by_scenario[scenario.pk], names) for scenario in scenarios]
    same = len({(one.base_rules_sha256, one.base_inputs_sha256) for one in scenarios}) == 1
    changes = [abs(region.change_kr) for one in compared for region in one.regions]
    scale = max(changes, default=0)
    pots = [pot for one in compared for pot in one.pots]
    titles = list(dict.fromkeys(pot.title for pot in pots))
    codes = sorted(names)
    return SideBySide(
        scenarios=tuple(zip(scenarios, compared, strict=True)),
        same_base=same,
        pots=tuple(_pot_row(title, compared, same=same) for title in titles),
        regions=tuple(_region_row(code, names[code], compared, same=same, scale=scale) for code in codes),
        sums=SideRow(
            "",
            compared[0].base_kr if same else None,
            tuple(Cell(one.scenario_kr, one.change_kr) for one in compared),
        ),
    )


def _pot_row(title: str, compared: Sequence[Comparison], *, same: bool) -> SideRow:
    pots = [next(pot for pot in one.pots if pot.title == title) for one in compared]
    return SideRow(
        title,
        pots[0].base.allocated_kr if same else None,
        tuple(Cell(pot.scenario.allocated_kr, pot.change_kr) for pot in pots),
    )


def _region_row(code: str, name: str, compared: Sequence[Comparison], *, same: bool, scale: int) -> SideRow:
    regions = [next(region for region in one.regions if region.code == code) for one in compared]
    return SideRow(
        name,
        regions[0].base_kr if same else None,
        tuple(
            Cell(region.scenario_kr, region.change_kr, bar_of(region.change_kr, scale)) for region in regions
        ),
    )


def comparison_csv(comparison: Comparison) -> str:
    """The regions of a comparison, in kronor and posts; an empty place is a figure that is missing."""
    pots = [pot.id for pot in comparison.rules.pots]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(
        [
            "region",
            "name",
            *(f"{side}_{what}" for side in ("official", "scenario") for what in ("planned", "reported")),
            *(f"difference_{pot}_kr" for pot in pots),
            "official_kr",
            "scenario_kr",
            "difference_kr",
        ]
    )
    for region in comparison.regions:
        figures = [
            figure for side in (region.base, region.scenario) for figure in (side.planned, side.reported)
        ]
        totals = [region.base_kr, region.scenario_kr, region.change_kr]
        writer.writerow([region.code, region.name, *figures, *region.pots_kr, *totals])
    return file.getvalue()

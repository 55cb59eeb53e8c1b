"""The grant at-2022 written for openfisca-core, in the way its country models are written."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from openfisca_core import periods
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.parameters import ParameterNode
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench import bare
from bench.bare import Row

REGION = Entity("region", "regions", "A region", "")
COUNTRY = GroupEntity(
    "country",
    "countries",
    "All regions",
    "",
    roles=[{"key": "member", "plural": "members", "label": "Member"}],
)
YEAR = "2022"
AWARDS = ("god", "more", "improvement")


def _value(amount: float) -> dict[str, Any]:
    return {"values": {"2022-01-01": {"value": amount}}}


PARAMETERS = {
    "threshold": _value(15.35),
    "god": _value(124_000_000),
    "more": _value(164_000_000),
    "improvement": _value(84_000_000),
    "cap_per_post": _value(2_000_000),
    "ladder": {
        "metadata": {"type": "single_amount"},
        "brackets": [
            {"threshold": {"2022-01-01": {"value": at}}, "amount": {"2022-01-01": {"value": amount_kr}}}
            for at, amount_kr in ((0, 0), *reversed(bare.STEPS))
        ],
    },
}


def _variable(name: str, entity: Entity, kind: type, formula: Any = None) -> type[Variable]:
    body: dict[str, Any] = {
        "value_type": kind,
        "entity": entity,
        "definition_period": periods.DateUnit.YEAR,
        "label": name,
    }
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def _rate(posts: str) -> Any:
    def formula(region: Any, period: Any) -> Any:
        # A float factor: posts in 32-bit whole numbers, as openfisca keeps them, would overflow.
        return np.floor(region(posts, period) * 10_000_000.0 / region("inhabitants", period) + 0.5) / 100

    return formula


def _in_god(region: Any, period: Any, parameters: Any) -> Any:
    threshold = parameters(period).threshold
    return (
        region("has_reported", period)
        * (region("planned_rate", period) >= threshold)
        * (region("reported_rate", period) >= threshold)
    )


def _increase(region: Any, period: Any) -> Any:
    return region("reported", period) - region("planned", period)


def _god_weight(region: Any, period: Any) -> Any:
    return region("in_god", period) * region("reported_rate", period)


def _more_weight(region: Any, period: Any) -> Any:
    increase = region("increase", period)
    return region("in_god", period) * (increase >= 1) * increase


def _claim(region: Any, period: Any, parameters: Any) -> Any:
    known = parameters(period)
    increase = region("increase", period)
    takes_part = region("has_reported", period) * (region("planned_rate", period) < known.threshold)
    return takes_part * (increase >= 10) * known.ladder.calc(increase)


def _sum_of(name: str) -> Any:
    def formula(country: Any, period: Any) -> Any:
        return country.sum(country.members(name, period))

    return formula


def _share(amount_kr: Any, weight: Any, total: Any) -> Any:
    return amount_kr * weight / np.where(total > 0, total, 1)


def _god(region: Any, period: Any, parameters: Any) -> Any:
    total = region.country("sum_of_god_weight", period)
    return _share(parameters(period).god, region("god_weight", period), total)


def _more(region: Any, period: Any, parameters: Any) -> Any:
    known, total = parameters(period), region.country("sum_of_more_weight", period)
    amount_kr = np.minimum(known.more, known.cap_per_post * total)
    return _share(amount_kr, region("more_weight", period), total)


def _improvement(region: Any, period: Any, parameters: Any) -> Any:
    total = region.country("sum_of_claim", period)
    amount_kr = np.minimum(parameters(period).improvement, total)
    return _share(amount_kr, region("claim", period), total)


def system() -> TaxBenefitSystem:
    """The rules; built once, as the engine's are."""
    built = TaxBenefitSystem([REGION, COUNTRY])
    built.parameters = ParameterNode("", data=PARAMETERS)
    for variable in [
        *(_variable(name, REGION, int) for name in ("inhabitants", "planned", "reported")),
        _variable("has_reported", REGION, bool),
        _variable("planned_rate", REGION, float, _rate("planned")),
        _variable("reported_rate", REGION, float, _rate("reported")),
        _variable("increase", REGION, int, _increase),
        _variable("in_god", REGION, bool, _in_god),
        _variable("god_weight", REGION, float, _god_weight),
        _variable("more_weight", REGION, float, _more_weight),
        _variable("claim", REGION, float, _claim),
        *(
            _variable(f"sum_of_{name}", COUNTRY, float, _sum_of(name))
            for name in ("god_weight", "more_weight", "claim")
        ),
        _variable("god", REGION, float, _god),
        _variable("more", REGION, float, _more),
        _variable("improvement", REGION, float, _improvement),
    ]:
        built.add_variable(variable)
    return built


def simulation(rules: TaxBenefitSystem, rows: Sequence[Row]) -> Simulation:
    """A simulation of these regions with their figures set."""
    builder = SimulationBuilder()
    builder.create_entities(rules)
    builder.declare_person_entity("region", [row[0] for row in rows])
    country = builder.declare_entity("country", ["all"])
    builder.join_with_persons(country, np.full(len(rows), "all"), ["member"] * len(rows))
    made = builder.build(rules)
    made.set_input("inhabitants", YEAR, np.array([row[1] for row in rows]))
    made.set_input("planned", YEAR, np.array([row[2] for row in rows]))
    made.set_input("reported", YEAR, np.array([row[3] or 0 for row in rows]))
    made.set_input("has_reported", YEAR, np.array([row[3] is not None for row in rows]))
    return made


def simulation_of_situation(rules: TaxBenefitSystem, rows: Sequence[Row]) -> Simulation:
    """The same from a situation, as openfisca's web API and its documentation give the figures."""
    regions = {
        code: {
            "inhabitants": {YEAR: inhabitants},
            "planned": {YEAR: planned},
            "reported": {YEAR: reported or 0},
            "has_reported": {YEAR: reported is not None},
        }
        for code, inhabitants, planned, reported in rows
    }
    countries = {"all": {"members": [row[0] for row in rows]}}
    return SimulationBuilder().build_from_entities(rules, {"regions": regions, "countries": countries})


def shares(made: Simulation) -> list[Any]:
    """Each region's kronor from the three pots, as arrays of floats."""
    return [made.calculate(name, YEAR) for name in AWARDS]

"""How the steps of explanations are written, and the explanations of awards and of pots."""

from collections.abc import Callable
from functools import partial
from math import gcd
from typing import Any, NamedTuple

from allocation.engine.evidence import PotEvidence
from allocation.engine.figures import numbers_of
from allocation.engine.measures import rate_text
from allocation.engine.prepared import PreparedPot, Test, Wording, fact_basis
from allocation.engine.rules import NEEDS_REPORT, RATES, UNITS, Basis, Ladder, Measure, Proportional, RuleSet
from allocation.engine.tracestep import Column, Form, Numbers, Quantity, Slot, Total, TraceStep, steps_of

Outline = tuple[Form, ...]
Write = Callable[[Any, Numbers], Any]

_GIVEN_KEYS: dict[Measure, str] = {
    "reported": "reporting",
    "planned": "baseline",
    "inhabitants": "population",
    "increase": "baseline",
    "planned-rate": "rate",
    "reported-rate": "rate",
}


class Outlines(NamedTuple):
    """The forms of the steps of every explanation of a pot.

    Args:
        pot: the steps of the pot itself.
        fell: one per test of the pot (`PreparedPot.reasons`): the steps of those who fell at it.
        usual: the steps of the eligible: one for each step of a ladder, else only one.
        other: the same where the claims exceed the pot, or where nobody's share weighs anything.
    """

    pot: Outline
    fell: list[Outline]
    usual: list[Outline]
    other: list[Outline]


def award_trace(evidence: PotEvidence, place: int) -> tuple[TraceStep, ...]:
    """The ordered steps from a region's figures to its award; the last result is the award.

    Args:
        place: the region's place in code order.
    """
    numbers, outlines = numbers_of(evidence), _outlines(evidence.prepared)
    test = evidence.fell_at[place]
    if test < len(outlines.fell):
        outline = outlines.fell[test]
    else:
        rung = evidence.reached[numbers["sharer"][place]] if evidence.reached else 0
        outline = (outlines.other if _reduced(evidence) else outlines.usual)[rung]
    return steps_of(outline, numbers, place)


def pot_trace(evidence: PotEvidence) -> tuple[TraceStep, ...]:
    """The steps that concern the whole pot; the last result is what stays unallocated."""
    return steps_of(_outlines(evidence.prepared).pot, numbers_of(evidence), 0)


def _reduced(evidence: PotEvidence) -> bool:
    return evidence.oversubscribed or not evidence.split.total_weight


def _outlines(pot: PreparedPot) -> Outlines:
    made: Outlines | None = pot.derived.get("outlines")
    if made is None:
        made = pot.derived["outlines"] = _made(pot, pot.rule.share)
    return made


def _made(pot: PreparedPot, share: Proportional | Ladder) -> Outlines:
    rules = pot.rules
    given = (
        *(_fact(rules, measure) for measure in pot.stated),
        *(_condition(rules, *pair) for pair in zip(pot.tests, pot.wordings, strict=True)),
    )
    refusals = _refusals(pot)
    exact, whole = _share(pot, share), _whole_kronor(rules)
    if isinstance(share, Ladder):
        common: Outline = (_pot_amount(pot), _claims(pot, share))
        below, *reached = (_ladder_step(pot, share, rung) for rung in range(-1, len(share.steps)))
        fell = [*((*given, refusal) for refusal in refusals[:-1]), (*given, below, refusals[-1])]
        usual = [(*given, step, *common, _claim_paid(share)) for step in reached]
        other = [(*given, step, *common, exact, whole) for step in reached]
    else:
        common = (_pot_amount(pot), *_to_share(pot, share))
        fell = [(*given, refusal) for refusal in refusals]
        usual = [(*given, *common, exact, whole)]
        other = [(*given, *common, _share_of_nothing(exact), whole)]
    return Outlines((*common, *_rest(pot)), fell, usual, other)


def _fact(rules: RuleSet, measure: Measure) -> Form:
    """The step that states a figure or measure."""
    inputs: dict[str, Slot]
    match measure:
        case "reported" | "planned" | "inhabitants":
            inputs, operation = {measure: _measured(rules, measure)}, str(measure)
        case "increase":
            inputs = {"reported": _measured(rules, "reported"), "planned": _measured(rules, "planned")}
            operation = "reported - planned"
        case "planned-rate" | "reported-rate":
            posts: Measure = "planned" if measure == "planned-rate" else "reported"
            inputs = {
                posts: _measured(rules, posts),
                "per_inhabitants": Quantity(rules.rate_per, "persons"),
                "inhabitants": _measured(rules, "inhabitants"),
                "decimals": Quantity(rules.rate_decimals, "number"),
            }
            operation = f"half_up({posts} * per_inhabitants / inhabitants, decimals)"
    basis, result = fact_basis(rules, measure), _measured(rules, measure)
    return Form(measure, _GIVEN_KEYS[measure], inputs, operation, result, basis)


def _measured(rules: RuleSet, measure: Measure) -> Column:
    return Column(measure, UNITS[measure], _notation(rules, measure))


def _notation(rules: RuleSet, measure: Measure) -> Write | None:
    """A rate is written as text with its decimals; whole numbers stay as they are."""
    return partial(_rate, decimals=rules.rate_decimals) if measure in RATES else None


def _condition(rules: RuleSet, test: Test, wording: Wording) -> Form:
    """Whether a condition is met, how far off its border is, and the posts there."""
    rule, unit, write = test.rule, wording.unit, _notation(rules, test.rule.measure)
    met, margin, *around = wording.columns
    notes: dict[str, Slot] = {"margin": Column(margin, unit, write)}
    if around:
        border, beyond, value = around
        notes["counted"] = Column(border, "code", partial(_word, word=wording.counted))
        notes["border_posts"] = Column(border, "posts")
        notes["beyond_posts"] = Column(beyond, "posts")
        notes["beyond_value"] = Column(value, unit, write)
    name, bound = wording.limit
    inputs: dict[str, Slot] = {wording.name: _measured(rules, rule.measure), name: bound}
    return Form("condition", rule.key, inputs, wording.operation, Column(met, "truth"), rule.basis, notes)


def _ladder_step(pot: PreparedPot, ladder: Ladder, reached: int) -> Form:
    """The highest step of a ladder that a region reaches; -1 is below the first."""
    measure, unit, steps = ladder.measure, UNITS[ladder.measure], pot.ladder_steps
    name, below = measure.replace("-", "_"), reached < 0
    notes: dict[str, Slot] = {
        "step": Quantity(reached + 1, "number"),
        "step_count": Quantity(len(steps), "number"),
    }
    if not below:
        notes["step_at"] = Quantity(steps[reached][0], unit)
    if reached + 1 < len(steps):
        next_at, next_kr = steps[reached + 1]
        notes["next_at"], notes["next_amount_kr"] = Quantity(next_at, unit), Quantity(next_kr, "kr")
        if measure in NEEDS_REPORT:
            notes["posts_to_next"] = Column("posts_to_next", "posts")
    return Form(
        "ladder-step",
        ladder.key if below else ladder.steps[reached].key,
        {name: _measured(pot.rules, measure), "steps": Quantity([list(pair) for pair in steps], "steps")},
        f"highest_step({name}, steps)",
        Quantity(0 if below else steps[reached][1], "kr"),
        ladder.basis if below else _both(ladder.basis, ladder.steps[reached].basis),
        notes,
    )


def _refusals(pot: PreparedPot) -> list[Form]:
    """The last step of those who get nothing: one for each test at which a region may have fallen."""
    rules, share = pot.rules, pot.rule.share
    rests_on = [("missing", rules.missing_basis)]
    rests_on += [(test.rule.key, test.rule.basis) for test in pot.tests]
    notes: dict[str, Slot] = {
        "can_be_met": Column("can_be_met", "truth"),
        "reported_needed": Column("reported_needed", "posts"),
        "posts_more": Column("posts_more", "posts"),
    }
    if pot.rungs is not None:
        rests_on.append((share.key, share.basis))
        first_at, first_kr = pot.ladder_steps[0]
        notes["first_step_at"] = Quantity(first_at, UNITS[pot.rungs.measure])
        notes["first_step_kr"] = Quantity(first_kr, "kr")
    inputs, nothing = {"reason": Column("reason", "code")}, Quantity(0, "kr")
    return [Form("not-eligible", key, inputs, "0", nothing, basis, notes) for key, basis in rests_on]


def _pot_amount(pot: PreparedPot) -> Form:
    pot_kr = Quantity(pot.rule.amount_kr, "kr")
    return Form("pot-amount", pot.rule.key, {"pot_kr": pot_kr}, "pot_kr", pot_kr, pot.rule.basis)


def _to_share(pot: PreparedPot, share: Proportional) -> list[Form]:
    """What there is to share, and the sum of what it is shared by."""
    pot_kr, cap = pot.rule.amount_kr, share.cap
    _weight, total = _weighed(pot.rules, share)
    steps = [
        Form(
            "sum-of-weights",
            share.key,
            {"sharers": Total("sharers", "regions")},
            "sum(weight)",
            total,
            share.basis,
            {"weight": Quantity(share.weight, "code")},
        )
    ]
    if cap is not None:
        applies = partial(_cap_applies, per_unit_kr=cap.per_unit_kr, pot_kr=pot_kr)
        steps.append(
            Form(
                "unit-cap",
                cap.key,
                {
                    "pot_kr": Quantity(pot_kr, "kr"),
                    "cap_per_unit_kr": Quantity(cap.per_unit_kr, "kr/post"),
                    "sum_of_weights": total,
                },
                "min(pot_kr, cap_per_unit_kr * sum_of_weights)",
                Total("amount_kr", "kr"),
                cap.basis,
                {
                    "cap_applied": Total("sum_of_weights", "truth", applies),
                    "pot_per_unit_kr": Total("sum_of_weights", "kr/post", partial(_price, pot_kr=pot_kr)),
                    "pot_per_unit_decimal": Total(
                        "sum_of_weights", "kr/post", partial(_price_decimal, pot_kr=pot_kr)
                    ),
                },
            )
        )
    return steps


def _claims(pot: PreparedPot, ladder: Ladder) -> Form:
    return Form(
        "claims",
        pot.rule.key,
        {
            "sum_of_claims_kr": Total("sum_of_weights", "kr"),
            "pot_kr": Quantity(pot.rule.amount_kr, "kr"),
        },
        "sum_of_claims_kr <= pot_kr",
        Total("claims_fit", "truth"),
        ladder.basis,
        {
            "sharers": Total("sharers", "regions"),
            "oversubscribed": Total("oversubscribed", "truth"),
        },
    )


def _claim_paid(ladder: Ladder) -> Form:
    claim = Column("weight", "kr")
    return Form("claim-paid", ladder.key, {"claim_kr": claim}, "claim_kr", claim, ladder.basis, rows="sharer")


def _share(pot: PreparedPot, share: Proportional | Ladder) -> Form:
    """The exact share of a sharer."""
    basis, key, weight_is = share.basis, share.key, "claim"
    if isinstance(share, Ladder):
        basis, key = share.oversubscribed, f"{share.key}.oversubscribed"
    else:
        weight_is = share.weight
    weight, total = _weighed(pot.rules, share)
    return Form(
        "share",
        key,
        {"amount_kr": Total("amount_kr", "kr"), "weight": weight, "sum_of_weights": total},
        "amount_kr * weight / sum_of_weights",
        Column("share", "kr", _fraction),
        basis,
        {
            "weight_is": Quantity(weight_is, "code"),
            "percent": Column("weight", "number", _percent),
            "share_decimal": Column("share", "kr", _decimal),
            "sharers": Total("sharers", "regions"),
        },
        "sharer",
    )


def _share_of_nothing(usual: Form) -> Form:
    """The share where every weight is 0: nobody earns anything, and nothing can be divided by the sum."""
    nothing = Quantity("0", "kr")
    return Form(usual.rule, usual.key, usual.inputs, "0", nothing, usual.basis, rows=usual.rows)


def _whole_kronor(rules: RuleSet) -> Form:
    return Form(
        "whole-kronor",
        "rounding",
        {"share_kr": Column("share", "kr", _fraction), "extra_kr": Column("extra_kr", "kr")},
        "floor(share_kr) + extra_kr",
        Column("award_kr", "kr"),
        rules.rounding_basis,
        {
            "floor_kr": Column("floor_kr", "kr"),
            "fraction": Column("remainder", "kr", _fraction),
            "fraction_decimal": Column("remainder", "kr", _decimal),
            "rank": Column("rank", "number"),
            "sharers": Total("sharers", "regions"),
            "leftover_kr": Total("leftover_kr", "kr"),
            "sum_of_floors_kr": Total("sum_of_floors_kr", "kr"),
        },
        "sharer",
    )


def _rest(pot: PreparedPot) -> tuple[Form, Form]:
    """What rounding left of the pot, and what stays unallocated."""
    leftover = Form(
        "leftover-kronor",
        "rounding",
        {"amount_kr": Total("shared_kr", "kr"), "sum_of_floors_kr": Total("sum_of_floors_kr", "kr")},
        "amount_kr - sum_of_floors_kr",
        Total("leftover_kr", "kr"),
        pot.rules.rounding_basis,
    )
    unallocated = Form(
        "unallocated",
        pot.rule.key,
        {"pot_kr": Quantity(pot.rule.amount_kr, "kr"), "allocated_kr": Total("allocated_kr", "kr")},
        "pot_kr - allocated_kr",
        Total("unallocated_kr", "kr"),
        pot.rule.basis,
    )
    return leftover, unallocated


def _weighed(rules: RuleSet, share: Proportional | Ladder) -> tuple[Column, Total]:
    """A sharer's weight and the sum of all weights, in the unit of what the pot is shared by."""
    unit, write = "kr", None
    if not isinstance(share, Ladder):
        unit = "share"
        if share.weight != "equal":
            unit, write = UNITS[share.weight], _notation(rules, share.weight)
    return Column("weight", unit, write), Total("sum_of_weights", unit, write)


def _rate(scaled: int, _numbers: Numbers, *, decimals: int) -> str:
    return rate_text(scaled, decimals)


def _word(_posts: int, _numbers: Numbers, *, word: str) -> str:
    return word


def _fraction(numerator: int, numbers: Numbers) -> str:
    return _ratio(numerator, numbers["sum_of_weights"] or 1)


def _decimal(numerator: int, numbers: Numbers) -> str:
    """Rounded down, so that the decimals never show a krona that the floor does not have."""
    return rate_text(numerator * 10**4 // (numbers["sum_of_weights"] or 1), 4)


def _percent(weight: int, numbers: Numbers) -> str:
    return _half_up(100 * weight, numbers["sum_of_weights"], 4)


def _cap_applies(units: int, _numbers: Numbers, *, per_unit_kr: int, pot_kr: int) -> bool:
    return per_unit_kr * units < pot_kr


def _price(units: int, _numbers: Numbers, *, pot_kr: int) -> str | None:
    """What a unit would cost without the cap; None where there are no units."""
    return _ratio(pot_kr, units) if units else None


def _price_decimal(units: int, _numbers: Numbers, *, pot_kr: int) -> str | None:
    return _half_up(pot_kr, units, 2) if units else None


def _half_up(numerator: int, denominator: int, places: int) -> str:
    scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    return rate_text(scaled, places)


def _ratio(numerator: int, denominator: int) -> str:
    """An exact fraction in its lowest terms; a whole number without a denominator."""
    common = gcd(numerator, denominator)
    lowest = denominator // common
    return f"{numerator // common}/{lowest}" if lowest > 1 else f"{numerator // common}"


def _both(first: Basis, second: Basis) -> Basis:
    """What rests on two rules: each source once, assumed if either is, the reasons one after the other."""
    source = (*first.source, *(part for part in second.source if part not in first.source))
    return Basis(
        source=source,
        assumed=first.assumed or second.assumed,
        why=" ".join(part for part in (first.why, second.why) if part),
        why_sv=" ".join(part for part in (first.why_sv, second.why_sv) if part),
    )

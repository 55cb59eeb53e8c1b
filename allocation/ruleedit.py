"""Rules as a case officer edits them in a scenario: what may be changed, how, and what has been changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from allocation.engine import (
    Basis,
    Cap,
    Condition,
    Ladder,
    PotRule,
    Proportional,
    RuleSet,
    Step,
    parse_rules,
)
from allocation.engine.rules import Weight
from allocation.ruletext import rule_text

NAME_SUFFIX = "-scenario"
ORIGIN = "scenario"

ChangeKind = Literal["threshold", "population", "amount", "bound", "added-bound", "weight", "cap", "steps"]


@dataclass(frozen=True, slots=True)
class PotEdit:
    """What may be changed about one pot.

    Attributes:
        bounds: one per condition of the pot that has a value of its own, in their order.
        weight, cap_kr: of a pot that is shared in proportion; no cap is None.
        steps: of a pot with a ladder, as (from, kronor), in the order of the ladder.
    """

    amount_kr: int
    bounds: tuple[int | Decimal, ...] = ()
    weight: Weight | None = None
    cap_kr: int | None = None
    steps: tuple[tuple[int | Decimal, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleEdit:
    """What may be changed about a rule set; one `PotEdit` per pot in the order of the rule set."""

    threshold: Decimal | None
    population_reference: str
    pots: tuple[PotEdit, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the rules a scenario began from and its own.

    Attributes:
        pot: the title of the pot; empty where the change concerns the whole grant.
        measure: what a bound or a ladder measures.
        before, after: a number, the name of a key or a population, the steps as (from, kronor), or None.
    """

    kind: ChangeKind
    pot: str
    measure: str
    before: object
    after: object


def edit_of(rules: RuleSet) -> RuleEdit:
    """The present values of everything that may be changed."""
    return RuleEdit(rules.threshold, rules.population_reference, tuple(map(_pot_edit, rules.pots)))


def scenario_rules(base: RuleSet, edit: RuleEdit) -> RuleSet:
    """The rules of a scenario: the base with the values of an edit, read by the engine's own reader.

    Every number that differs from the base is marked as assumed, with what it was, beside whatever it
    rests on already. The name says that it is a scenario's, so that it passes for no official version.

    Raises:
        RuleSetInvalid: the values contradict each other; names the key and the reason.
    """
    return parse_rules(rule_text(_edited(base, edit)), origin=ORIGIN)


def changes(base: RuleSet, rules: RuleSet) -> tuple[Change, ...]:
    """What differs between the rules that a scenario began from and its own, in the order of the rules."""
    found: list[Change] = []
    if base.threshold != rules.threshold:
        found.append(Change("threshold", "", "reported-rate", base.threshold, rules.threshold))
    if base.population_reference != rules.population_reference:
        found.append(Change("population", "", "", base.population_reference, rules.population_reference))
    for before, after in zip(base.pots, rules.pots, strict=True):
        found += _pot_changes(before, after)
    return tuple(found)


def valued(conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions that have a value of their own, which may be changed."""
    return [condition for condition in conditions if condition.against == "value"]


def _pot_edit(pot: PotRule) -> PotEdit:
    bounds = tuple(condition.bound for condition in valued(pot.conditions))
    if isinstance(pot.share, Ladder):
        steps = tuple((step.at, step.amount_kr) for step in pot.share.steps)
        return PotEdit(pot.amount_kr, bounds, steps=steps)
    cap = pot.share.cap
    return PotEdit(pot.amount_kr, bounds, weight=pot.share.weight, cap_kr=cap.per_unit_kr if cap else None)


def _edited(base: RuleSet, edit: RuleEdit) -> RuleSet:
    pots = tuple(
        _edited_pot(base, pot, change, edit) for pot, change in zip(base.pots, edit.pots, strict=True)
    )
    total_kr = base.administration_kr + sum(pot.amount_kr for pot in pots)
    name = base.name.removesuffix(NAME_SUFFIX) + NAME_SUFFIX
    return replace(
        base,
        name=name,
        version=f"{name}.1",
        total_kr=total_kr,
        total_basis=_basis(base.total_basis, base.total_kr, total_kr),
        threshold=edit.threshold,
        threshold_basis=(
            _basis(base.threshold_basis, base.threshold, edit.threshold) if base.threshold_basis else None
        ),
        population_reference=edit.population_reference,
        population_basis=_basis(base.population_basis, base.population_reference, edit.population_reference),
        pots=pots,
    )


def _edited_pot(base: RuleSet, pot: PotRule, edit: PotEdit, whole: RuleEdit) -> PotRule:
    left = list(edit.bounds)
    conditions = []
    for condition in pot.conditions:
        bound = left.pop(0) if condition.against == "value" else condition.bound
        basis = _basis(condition.basis, condition.bound, bound)
        if condition.against == "threshold":
            # The reader takes the bound from the threshold; that this rests on a change must show here too.
            basis = _basis(condition.basis, base.threshold, whole.threshold)
        conditions.append(replace(condition, bound=bound, basis=basis))
    share: Ladder | Proportional
    if isinstance(pot.share, Ladder):
        share = replace(pot.share, steps=_steps(pot.share.steps, edit.steps))
    else:
        share = _proportional(pot.share, edit)
        if share.weight == "increase" and pot.share.weight != "increase":
            conditions += _missing_increase(conditions)
    return replace(
        pot,
        amount_kr=edit.amount_kr,
        basis=_basis(pot.basis, pot.amount_kr, edit.amount_kr),
        conditions=tuple(conditions),
        share=share,
    )


def _missing_increase(conditions: Sequence[Condition]) -> list[Condition]:
    """The condition without which the increase cannot be the key: that there is one."""
    for condition in conditions:
        if condition.measure == "increase" and condition.comparison == "at-least" and condition.bound >= 1:
            return []
    why = "Added in a scenario: the pot is shared by the increase, so there must be one."
    why_sv = "Tillagt i ett scenario: potten delas efter ökningen, så det måste finnas en."
    basis = Basis((), assumed=True, why=why, why_sv=why_sv)
    return [Condition("", "increase", "at-least", "value", 1, "increase-below-minimum", basis)]


def _proportional(share: Proportional, edit: PotEdit) -> Proportional:
    weight = edit.weight or share.weight
    before_kr = share.cap.per_unit_kr if share.cap else None
    if edit.cap_kr is None:
        cap = None
    elif share.cap is None:
        cap = Cap("", edit.cap_kr, _added())
    else:
        cap = replace(
            share.cap, per_unit_kr=edit.cap_kr, basis=_basis(share.cap.basis, before_kr, edit.cap_kr)
        )
    basis = _basis(share.basis, share.weight, weight)
    if before_kr is not None and edit.cap_kr is None:
        basis = _basis(basis, f"cap {before_kr}", "no cap")
    return replace(share, weight=weight, cap=cap, basis=basis)


def _steps(before: Sequence[Step], wanted: Sequence[tuple[int | Decimal, int]]) -> tuple[Step, ...]:
    known = {step.at: step for step in before}
    steps = []
    for at, amount_kr in wanted:
        step = known.get(at)
        basis = _basis(step.basis, step.amount_kr, amount_kr) if step else _added()
        steps.append(Step("", at, amount_kr, basis))
    return tuple(steps)


def _added() -> Basis:
    return Basis((), assumed=True, why="Added in a scenario.", why_sv="Tillagt i ett scenario.")


def _basis(basis: Basis, before: object, after: object) -> Basis:
    if before == after:
        return basis
    why = f"{basis.why} Changed in a scenario, which began from {before}."
    why_sv = f"{basis.why_sv} Ändrat i ett scenario, som utgick från {before}."
    return Basis(basis.source, assumed=True, why=why.strip(), why_sv=why_sv.strip())


def _pot_changes(before: PotRule, after: PotRule) -> list[Change]:
    found: list[Change] = []
    if before.amount_kr != after.amount_kr:
        found.append(Change("amount", before.title, "", before.amount_kr, after.amount_kr))
    for old, new in zip(before.conditions, after.conditions, strict=False):
        if old.against == "value" and old.bound != new.bound:
            found.append(Change("bound", before.title, old.measure, old.bound, new.bound))
    found += [
        Change("added-bound", before.title, new.measure, None, new.bound)
        for new in after.conditions[len(before.conditions) :]
    ]
    if isinstance(before.share, Ladder) and isinstance(after.share, Ladder):
        old_steps = tuple((step.at, step.amount_kr) for step in before.share.steps)
        new_steps = tuple((step.at, step.amount_kr) for step in after.share.steps)
        if old_steps != new_steps:
            found.append(Change("steps", before.title, before.share.measure, old_steps, new_steps))
    elif isinstance(before.share, Proportional) and isinstance(after.share, Proportional):
        if before.share.weight != after.share.weight:
            found.append(Change("weight", before.title, "", before.share.weight, after.share.weight))
        caps = [share.cap.per_unit_kr if share.cap else None for share in (before.share, after.share)]
        if caps[0] != caps[1]:
            found.append(Change("cap", before.title, "", *caps))
    return found

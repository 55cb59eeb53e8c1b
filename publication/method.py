"""A rule set as the page "How it is computed" tells it: every number with its source or its assumption."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from allocation.engine import (
    Basis,
    Condition,
    Ladder,
    PotRule,
    Proportional,
    RuleSet,
    available_rules,
    load_rules,
)
from allocation.engine.published import published_versions
from allocation.explanation import cap_text, key_text
from allocation.tracewords import SUBJECTS, condition_text
from allocation.wording import MEASURES
from reporting.templatetags.platsplan import figure, kr, number, rate

_VERSIONS = Path(__file__).parent / "data" / "rule-versions.toml"
_SIGNS = {"at-least": ">=", "above": ">", "at-most": "<=", "below": "<"}
_UNITS = {"planned-rate": "rate", "reported-rate": "rate", "inhabitants": "persons"}
BAR_WIDTH = 600


@dataclass(frozen=True, slots=True)
class Cited:
    """A source: its short name, its title in the reader's language, its address if there is one."""

    id: str
    number: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a statement rests on: sources, and why it was assumed; `why` is empty where nothing is."""

    sources: tuple[Cited, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule in one sentence or two, with its ground. `anchor` is where on the page it stands."""

    anchor: str
    title: str
    text: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder; `per_post_kr` is the amount for each post of the step."""

    at: str
    amount_kr: int
    per_post_kr: int | None
    ground: Ground


@dataclass(frozen=True, slots=True)
class Pot:
    """A pot: who shares it, by which key, and what bounds it.

    Attributes:
        formula: the share as a calculation in words; empty for a ladder.
        climbed: what the steps of a ladder are counted in, where it is not the extra posts.
        x, width: its place in a bar `BAR_WIDTH` wide that is all the money, ready for SVG.
    """

    id: str
    title: str
    amount_kr: int
    ground: Ground
    who: tuple[Statement, ...]
    key: Statement
    formula: str
    bounds: tuple[Statement, ...]
    rungs: tuple[Rung, ...]
    climbed: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: its checksum, when it was published and what it changed."""

    version: str
    sha256: str
    published: date
    change: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Method:
    """A rule set, told in the reader's language.

    Attributes:
        shared_kr: what the pots are together.
        compared: what is compared before any pot: plan, rate, limit, inhabitants, dates, missing.
        assumptions: every statement of the rule set that is assumed, with its reason.
    """

    rules: RuleSet
    shared_kr: int
    total: Ground
    administration: Ground
    administration_width: str
    compared: tuple[Statement, ...]
    pots: tuple[Pot, ...]
    rounding: Statement
    sources: tuple[Cited, ...]
    assumptions: tuple[Statement, ...]
    versions: tuple[Version, ...]


def rules_called(name: str) -> RuleSet | None:
    """The shipped rule set of a name such as `at-2022`, or of its version, such as `at-2022.1`."""
    shipped = [load_rules(one) for one in available_rules()]
    return next((rules for rules in shipped if name in (rules.name, rules.version)), None)


def method_of(rules: RuleSet, *, population: str = "") -> Method:
    """Tell a rule set in the language that is active.

    Args:
        population: title of the count of inhabitants; while it is not loaded, the rules' own word stands.
    """
    told = _Teller(rules, population or rules.population_reference)
    compared = told.compared()
    pots = told.pots()
    rounding = told.rounding()
    return Method(
        rules=rules,
        shared_kr=rules.total_kr - rules.administration_kr,
        total=told.ground(rules.total_basis),
        administration=told.ground(rules.administration_basis),
        administration_width=told.width(rules.administration_kr),
        compared=compared,
        pots=pots,
        rounding=rounding,
        sources=tuple(told.sources.values()),
        assumptions=tuple(_assumed(told, compared, pots, rounding)),
        versions=versions_of(rules),
    )


def versions_of(rules: RuleSet) -> tuple[Version, ...]:
    """Every version of a rule set that was ever published, the newest first."""
    own = [version for version in published_versions() if version.rpartition(".")[0] == rules.name]
    own.sort(key=lambda version: int(version.rpartition(".")[2]), reverse=True)
    return tuple(
        Version(
            version=version,
            sha256=published_versions()[version],
            published=version_notes()[version]["published"],
            change=version_notes()[version]["change_sv" if _is_swedish() else "change"],
            is_current=version == rules.version,
        )
        for version in own
    )


@cache
def version_notes() -> dict[str, dict[str, Any]]:
    """Version -> when it was published and what it changed, in English and Swedish."""
    return tomllib.loads(_VERSIONS.read_text(encoding="utf-8"))


def _is_swedish() -> bool:
    return get_language() == "sv"


def _assumed(
    told: "_Teller", compared: tuple[Statement, ...], pots: tuple[Pot, ...], rounding: Statement
) -> Iterator[Statement]:
    rules = told.rules
    yield from (
        Statement("money", title, text, told.ground(basis))
        for title, text, basis in (
            (_("The grant"), kr(rules.total_kr), rules.total_basis),
            (_("Administration"), kr(rules.administration_kr), rules.administration_basis),
        )
        if basis.assumed
    )
    yield from (statement for statement in compared if statement.ground.why)
    for pot in pots:
        if pot.ground.why:
            yield Statement(pot.key.anchor, pot.title, kr(pot.amount_kr), pot.ground)
        for part in (*pot.who, pot.key):
            if part.ground.why:
                yield Statement(part.anchor, pot.title, part.text, part.ground)
        for rung in pot.rungs:
            if rung.ground.why:
                text = _("The step at %(at)s gives %(amount)s.") % {
                    "at": rung.at,
                    "amount": kr(rung.amount_kr),
                }
                yield Statement(pot.key.anchor, pot.title, text, rung.ground)
        for part in pot.bounds:
            if part.ground.why:
                yield Statement(part.anchor, pot.title, part.text, part.ground)
    if rounding.ground.why:
        yield rounding


class _Teller:
    """Writes the parts of one rule set."""

    def __init__(self, rules: RuleSet, population: str) -> None:
        self.rules = rules
        self.population = population
        self.sources = {
            source.id: Cited(source.id, place, source.title_sv if _is_swedish() else source.title, source.url)
            for place, source in enumerate(rules.sources, 1)
        }

    def ground(self, *bases: Basis) -> Ground:
        cited = dict.fromkeys(name for basis in bases for name in basis.source)
        why = " ".join(basis.why_sv if _is_swedish() else basis.why for basis in bases if basis.assumed)
        return Ground(tuple(self.sources[name] for name in cited), why)

    def width(self, kronor: int) -> str:
        """As text, since a template would write a number with the language's decimal comma."""
        return f"{kronor * BAR_WIDTH / max(self.rules.total_kr, 1):.1f}"

    def compared(self) -> tuple[Statement, ...]:
        rules = self.rules
        per = number(rules.rate_per)
        found = [
            self._compared(
                "baseline",
                _("The plan"),
                _(
                    "A region is compared with the number of AT posts that it had planned for %(year)d. "
                    "The increase is reported posts less planned ones."
                )
                % {"year": rules.year},
                rules.baseline_basis,
            ),
            self._compared(
                "rate",
                _("The rate"),
                _(
                    "The rate is AT posts per %(per)s inhabitants, rounded to %(decimals)d decimals, "
                    "half upwards."
                )
                % {"per": per, "decimals": rules.rate_decimals},
                rules.rate_basis,
            ),
        ]
        if rules.threshold is not None and rules.threshold_basis is not None:
            found.append(
                self._compared(
                    "limit",
                    _("The limit"),
                    _(
                        "The limit is %(limit)s AT posts per %(per)s inhabitants. It was decided once, "
                        "and is not computed anew when regions report."
                    )
                    % {"limit": rate(rules.threshold), "per": per},
                    rules.threshold_basis,
                )
            )
        return (
            *found,
            self._compared(
                "population",
                _("The inhabitants"),
                _("The inhabitants are those of the count “%(reference)s”.") % {"reference": self.population},
                rules.population_basis,
            ),
            self._compared("dates", _("The dates"), self._dates(), rules.reporting_basis),
            self._compared(
                "missing",
                _("A missing report"),
                _("A region that has not reported takes part in nothing. It never counts as zero posts."),
                rules.missing_basis,
            ),
        )

    def _dates(self) -> str:
        first, last = self.rules.report_by, self.rules.final_report_by
        text = _("The regions report by %(day)s.") % {"day": date_format(first, "j F Y")}
        if last is not None:
            text += " " + _("The final report is due by %(day)s.") % {"day": date_format(last, "j F Y")}
        return text

    def _compared(self, anchor: str, title: str, text: str, basis: Basis) -> Statement:
        return Statement(anchor, title, text, self.ground(basis))

    def rounding(self) -> Statement:
        text = _(
            "Each share is computed exactly and rounded down. The kronor that are left over go, one each, "
            "to the largest fractions, and among equal ones to the lowest county code. "
            "So the sum is what there was to share, to the krona."
        )
        return Statement("rounding", _("Whole kronor"), text, self.ground(self.rules.rounding_basis))

    def pots(self) -> tuple[Pot, ...]:
        found = []
        before = 0
        for pot in self.rules.pots:
            found.append(self._pot(pot, before))
            before += pot.amount_kr
        return tuple(found)

    def _pot(self, pot: PotRule, before_kr: int) -> Pot:
        anchor = f"pot-{pot.id}"
        ladder = pot.share if isinstance(pot.share, Ladder) else None
        return Pot(
            id=pot.id,
            title=pot.title,
            amount_kr=pot.amount_kr,
            ground=self.ground(pot.basis),
            who=tuple(self._condition(part, anchor) for part in pot.conditions),
            key=Statement(anchor, pot.title, self._key(pot), self.ground(pot.share.basis)),
            formula=_formula(pot),
            bounds=tuple(self._bounds(pot, anchor)),
            rungs=tuple(self._rungs(ladder)) if ladder else (),
            climbed=str(MEASURES[ladder.measure]) if ladder and ladder.measure != "increase" else "",
            x=self.width(before_kr),
            width=self.width(pot.amount_kr),
        )

    def _condition(self, condition: Condition, anchor: str) -> Statement:
        text = condition_text(
            {
                "operation": f"{condition.measure.replace('-', '_')} {_SIGNS[condition.comparison]} bound",
                "inputs": {
                    "bound": {"value": condition.bound, "unit": _UNITS.get(condition.measure, "posts")}
                },
            }
        )
        return Statement(anchor, "", text[0].upper() + text[1:], self.ground(condition.basis))

    def _key(self, pot: PotRule) -> str:
        if isinstance(pot.share, Proportional):
            return key_text(pot.share)
        if pot.share.measure == "increase":
            return _(
                "A ladder decides. A region gets the amount of the highest step that its increase reaches."
            )
        return _(
            "A ladder decides. A region gets the amount of the highest step that %(measure)s reaches."
        ) % {"measure": SUBJECTS[pot.share.measure]}

    def _bounds(self, pot: PotRule, anchor: str) -> Iterator[Statement]:
        if isinstance(pot.share, Ladder):
            text = _("If the claims together are more than the pot, each is reduced in the same proportion.")
            yield Statement(
                anchor, _("When the pot is not enough"), text, self.ground(pot.share.oversubscribed)
            )
        elif pot.share.cap is not None:
            text = cap_text(pot.share) + " " + _("What that leaves is not paid out.")
            yield Statement(anchor, _("The most for a post"), text, self.ground(pot.share.cap.basis))

    def _rungs(self, ladder: Ladder) -> Iterator[Rung]:
        for step in ladder.steps:
            at = figure(Decimal(step.at)) if ladder.measure.endswith("rate") else number(step.at)
            whole = step.at if ladder.measure == "increase" and step.at > 0 else None
            yield Rung(
                at=at,
                amount_kr=step.amount_kr,
                per_post_kr=int(step.amount_kr // whole) if whole else None,
                ground=self.ground(step.basis),
            )


def _formula(pot: PotRule) -> str:
    if isinstance(pot.share, Ladder):
        return ""
    parts = {
        "reported-rate": _("the region’s rate ÷ the rates of all who share"),
        "planned-rate": _("the region’s planned rate ÷ the planned rates of all who share"),
        "increase": _("the region’s extra posts ÷ the extra posts of all who share"),
        "reported": _("the region’s posts ÷ the posts of all who share"),
        "planned": _("the region’s planned posts ÷ the planned posts of all who share"),
        "inhabitants": _("the region’s inhabitants ÷ the inhabitants of all who share"),
        "equal": _("1 ÷ the number who share"),
    }
    return f"{kr(pot.amount_kr)} × {parts[pot.share.weight]}"

"""Reads rule sets from TOML files and refuses those that contradict themselves."""

import hashlib
import re
import tomllib
from collections.abc import Collection
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

from allocation.engine.errors import RuleSetInvalid, RuleSetNotFound
from allocation.engine.published import RULES_FOLDER, check_published
from allocation.engine.reports import LARGEST_FIGURE, clip
from allocation.engine.rules import (
    NEEDS_REPORT,
    RATES,
    Basis,
    Cap,
    Comparison,
    Condition,
    Ladder,
    Measure,
    PotRule,
    Proportional,
    RuleSet,
    Source,
    Step,
    Weight,
)
from allocation.engine.tables import Table

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_DECIMALS = 4
_LARGEST_RATE = 1_000_000
_MISSED = {"at-least": "below", "above": "at-or-below", "at-most": "above", "below": "at-or-above"}


def available_rules() -> tuple[str, ...]:
    """Names of the rule sets that are shipped, in order."""
    return tuple(sorted(path.stem for path in RULES_FOLDER.glob("*.toml")))


@cache
def load_rules(name: str) -> RuleSet:
    """Load a shipped rule set by its name, such as `at-2022`.

    Raises:
        RuleSetNotFound: there is no rule set of that name.
        RuleSetInvalid: the file breaks a rule; names file, key and reason.
        RuleSetChanged: the file bears a published version and has another text.
    """
    if name not in available_rules():
        shipped = ", ".join(available_rules())
        raise RuleSetNotFound(
            clip(name), "name", f"no such rule set; there are {shipped}, or give a path that ends in .toml"
        )
    rules = load_rules_file(RULES_FOLDER / f"{name}.toml")
    if rules.name != name:
        raise RuleSetInvalid(rules.origin, "name", f"must be {name}, like the file, not {rules.name}")
    check_published(rules)
    return rules


def load_rules_file(path: Path) -> RuleSet:
    """Load a rule set from any TOML file.

    Raises:
        RuleSetNotFound: the file cannot be read.
        RuleSetInvalid: the file breaks a rule; names file, key and reason.
    """
    origin = path.name if path.name.isprintable() else ascii(path.name)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "cannot be read"
        raise RuleSetNotFound(origin, "the file", reason) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleSetInvalid(origin, "the file", f"must be UTF-8; byte {error.start + 1} is not") from error
    return parse_rules(text, origin=origin)


def parse_rules(text: str, *, origin: str) -> RuleSet:
    """Read a rule set from TOML text.

    Args:
        origin: what to call the text in errors; normally the file's name.

    Raises:
        RuleSetInvalid: names origin, key and reason.
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal)
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    except (ValueError, ArithmeticError, RecursionError) as error:
        reason = " ".join(str(error).split()) or "cannot be parsed"
        raise RuleSetInvalid(origin, "the file", f"is not TOML: {reason}") from error
    return _Reader(Table(content, origin=origin, key="")).rule_set(text=text, sha256=digest)


class _Reader:
    """Builds one rule set. Holds what later tables refer back to: sources, decimals, threshold."""

    def __init__(self, top: Table) -> None:
        self.top = top
        self.sources: tuple[Source, ...] = ()
        self.source_ids: frozenset[str] = frozenset()
        self.decimals = 0
        self.threshold: Decimal | None = None

    def rule_set(self, *, text: str, sha256: str) -> RuleSet:
        top = self.top
        top.whole("schema", least=1, most=1)
        name = self._slug(top, "name")
        version = top.text("version")
        if not re.fullmatch(rf"{re.escape(name)}\.[1-9][0-9]*", version):
            raise top.invalid("version", f"must be {name}. and a number, not {clip(version)}")
        year = top.whole("year", least=2000, most=2100)
        title = top.text("title")
        self.sources = self._sources(top.table("sources"))
        self.source_ids = frozenset(source.id for source in self.sources)

        total_kr, total_basis = self._kronor(top.table("total"))
        administration_kr, administration_basis = self._kronor(top.table("administration"))

        rate = top.table("rate")
        rate_per = rate.whole("per_inhabitants", least=1, most=1_000_000)
        self.decimals = rate.whole("decimals", least=0, most=_MOST_DECIMALS)
        rate.choice("rounding", ("half-up",))
        rate_basis = self._basis(rate)

        threshold_basis = None
        if top.has("threshold"):
            threshold = top.table("threshold")
            self.threshold = threshold.rate("rate", decimals=self.decimals, most=_LARGEST_RATE)
            threshold_basis = self._basis(threshold)

        population = top.table("population")
        population_reference = self._slug(population, "reference")
        population_basis = self._basis(population)
        baseline = top.table("baseline")
        baseline_name = self._slug(baseline, "plan")
        baseline_basis = self._basis(baseline)
        reporting = top.table("reporting")
        report_by = reporting.day("report_by")
        final_report_by = reporting.day("final_report_by") if reporting.has("final_report_by") else None
        if final_report_by is not None and final_report_by <= report_by:
            raise reporting.invalid("final_report_by", "must be later than report_by")
        reporting_basis = self._basis(reporting)
        missing = top.table("missing")
        missing.choice("treatment", ("not-eligible",))
        missing_basis = self._basis(missing)
        rounding = top.table("rounding")
        rounding.choice("method", ("largest-remainder",))
        rounding.choice("ties", ("lowest-code-first",))
        rounding_basis = self._basis(rounding)

        pots = self._pots(top.tables("pot"))
        top.finish()
        if administration_kr + sum(pot.amount_kr for pot in pots) != total_kr:
            parts = " + ".join(str(kr) for kr in (administration_kr, *(pot.amount_kr for pot in pots)))
            raise top.invalid(
                "total.amount_kr",
                f"must be the administration and the pots together, {parts}, not {total_kr}",
            )
        return RuleSet(
            name=name,
            version=version,
            year=year,
            title=title,
            sources=self.sources,
            total_kr=total_kr,
            total_basis=total_basis,
            administration_kr=administration_kr,
            administration_basis=administration_basis,
            rate_per=rate_per,
            rate_decimals=self.decimals,
            rate_basis=rate_basis,
            threshold=self.threshold,
            threshold_basis=threshold_basis,
            population_reference=population_reference,
            population_basis=population_basis,
            baseline=baseline_name,
            baseline_basis=baseline_basis,
            report_by=report_by,
            final_report_by=final_report_by,
            reporting_basis=reporting_basis,
            missing_basis=missing_basis,
            rounding_basis=rounding_basis,
            pots=pots,
            text=text,
            sha256=sha256,
            origin=top.origin,
        )

    def _slug(self, table: Table, name: str) -> str:
        value = table.text(name)
        if not _NAME.fullmatch(value):
            raise table.invalid(name, f"must be small letters, digits and hyphens, not {clip(value)}")
        return value

    def _sources(self, table: Table) -> tuple[Source, ...]:
        sources = []
        for name in table.names():
            source = table.table(name)
            sources.append(
                Source(
                    id=name,
                    title=source.text("title"),
                    title_sv=source.text("title_sv"),
                    url=self._address(source) if source.has("url") else "",
                )
            )
            source.finish()
        return tuple(sources)

    def _address(self, table: Table) -> str:
        # A page links to it, so nothing but a web page may stand there.
        value = table.text("url")
        if not value.startswith(("https://", "http://")):
            raise table.invalid("url", f"must begin with https:// or http://, not {clip(value)}")
        return value

    def _basis(self, table: Table) -> Basis:
        """Take `source`, `assumed`, `why` and `why_sv`, the last keys of every table with a number."""
        cited = self._cited(table)
        assumed = False
        if table.has("assumed"):
            value = table.take("assumed")
            if value is not True:
                raise table.invalid("assumed", f"must be true or left out, not {clip(value)}")
            assumed = True
        why = why_sv = ""
        if assumed:
            why, why_sv = table.text("why"), table.text("why_sv")
        elif table.has("why") or table.has("why_sv"):
            raise table.invalid("why", "belongs to an assumption, and assumed = true is missing")
        elif not cited:
            raise table.invalid("source", "is missing: give a source, or assumed = true and why")
        table.finish()
        return Basis(source=cited, assumed=assumed, why=why, why_sv=why_sv)

    def _cited(self, table: Table) -> tuple[str, ...]:
        if not table.has("source"):
            return ()
        value: Any = table.take("source")
        if type(value) is not list or not value:
            raise table.invalid("source", f"must be a list of one or more sources, not {clip(value)}")
        for place, source in enumerate(value):
            if type(source) is not str or source not in self.source_ids:
                raise table.invalid("source", f"{clip(source)} does not stand under sources")
            if source in value[:place]:
                raise table.invalid("source", f"{clip(source)} is given twice")
        return tuple(value)

    def _kronor(self, table: Table) -> tuple[int, Basis]:
        return table.whole("amount_kr", least=0, most=LARGEST_FIGURE), self._basis(table)

    def _pots(self, tables: list[Table]) -> tuple[PotRule, ...]:
        pots: list[PotRule] = []
        for table in tables:
            pot_id = self._slug(table, "id")
            if any(pot.id == pot_id for pot in pots):
                raise table.invalid("id", f"{pot_id} is the id of an earlier pot too")
            title = table.text("title")
            amount_kr = table.whole("amount_kr", least=0, most=LARGEST_FIGURE)
            conditions: tuple[Condition, ...] = ()
            if table.has("condition"):
                conditions = tuple(self._condition(part) for part in table.tables("condition"))
            share = self._share(table.table("share"), conditions)
            basis = self._basis(table)
            pots.append(PotRule(table.key, pot_id, title, amount_kr, conditions, share, basis))
        return tuple(pots)

    def _condition(self, table: Table) -> Condition:
        measure = cast(Measure, table.choice("measure", get_args(Measure)))
        comparison = cast(Comparison, table.choice("comparison", get_args(Comparison)))
        if measure in NEEDS_REPORT and comparison not in ("at-least", "above"):
            # Otherwise one more reported post could cost the region money.
            raise table.invalid("comparison", f"must be at-least or above for {measure}, not {comparison}")
        bound: int | Decimal
        if table.has("against"):
            table.choice("against", ("threshold",))
            if measure not in RATES:
                raise table.invalid("against", f"the threshold is a rate, and {measure} is not")
            if self.threshold is None:
                raise table.invalid("against", "the rule set has no threshold")
            against, bound = "threshold", self.threshold
        else:
            against, bound = "value", self._bound(table, "value", measure)
        noun = "threshold" if against == "threshold" else _limit_noun(comparison)
        return Condition(
            key=table.key,
            measure=measure,
            comparison=comparison,
            against="threshold" if against == "threshold" else "value",
            bound=bound,
            reason=f"{measure}-{_MISSED[comparison]}-{noun}",
            basis=self._basis(table),
        )

    def _bound(self, table: Table, name: str, measure: Measure) -> int | Decimal:
        if measure in RATES:
            return table.rate(name, decimals=self.decimals, most=_LARGEST_RATE)
        least = -LARGEST_FIGURE if measure == "increase" else 0
        return table.whole(name, least=least, most=LARGEST_FIGURE)

    def _share(self, table: Table, conditions: Collection[Condition]) -> Proportional | Ladder:
        if table.choice("method", ("proportional", "ladder")) == "ladder":
            return self._ladder(table)
        weight = cast(Weight, table.choice("weight", get_args(Weight)))
        if weight == "increase" and not any(_keeps_increase_positive(part) for part in conditions):
            raise table.invalid("weight", "the pot needs a condition that the increase is at least 1")
        cap = None
        if table.has("cap"):
            part = table.table("cap")
            per_unit_kr = part.whole("per_unit_kr", least=1, most=LARGEST_FIGURE)
            part.choice("unit", ("increase",))
            if weight != "increase":
                # With another weight, one region's extra posts would raise the other regions' awards.
                raise part.invalid("unit", f"a cap per extra post needs weight = increase, not {weight}")
            cap = Cap(part.key, per_unit_kr, self._basis(part))
        return Proportional(table.key, weight, cap, self._basis(table))

    def _ladder(self, table: Table) -> Ladder:
        measure = cast(Measure, table.choice("measure", get_args(Measure)))
        steps: list[Step] = []
        for part in table.tables("step"):
            at = self._bound(part, "at", measure)
            if measure in ("increase", "reported") and at < 1:
                raise part.invalid("at", f"must be at least 1, not {at}")
            if steps and at <= steps[-1].at:
                raise part.invalid("at", f"must be above the step before it, {steps[-1].at}, not {at}")
            amount_kr = part.whole("amount_kr", least=1, most=LARGEST_FIGURE)
            if steps and amount_kr <= steps[-1].amount_kr:
                raise part.invalid(
                    "amount_kr", f"must be above the step before it, {steps[-1].amount_kr}, not {amount_kr}"
                )
            steps.append(Step(part.key, at, amount_kr, self._basis(part)))
        excess = table.table("oversubscribed")
        excess.choice("method", ("proportional-to-claims",))
        return Ladder(table.key, measure, tuple(steps), self._basis(excess), self._basis(table))


def _limit_noun(comparison: Comparison) -> str:
    return "minimum" if comparison in ("at-least", "above") else "maximum"


def _keeps_increase_positive(condition: Condition) -> bool:
    if condition.measure != "increase":
        return False
    least = {"at-least": 1, "above": 0}.get(condition.comparison)
    return least is not None and condition.bound >= least

"""Hypothesis strategies for reports and rule sets, and a slow reference calculation with fractions."""

import math
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from allocation.engine import Condition, Ladder, PotRule, Report, RuleSet, load_rules
from tests.engine.factories import by_ladder, by_weight, pot_text, rule_text, rules_of

CODES = [f"{number:02}" for number in range(1, 26)]

# Small and few values, so that ties and borders are met often.
inhabitants = st.one_of(st.integers(1, 3_000_000), st.sampled_from([1000, 10_000, 100_000]))
posts = st.one_of(st.integers(0, 400), st.integers(10, 20))


@st.composite
def report_lists(draw: st.DrawFn, *, least: int = 0) -> list[Report]:
    """Reports of up to twelve regions, some of them missing."""
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, min_size=least, max_size=12))
    reports = []
    for code in codes:
        planned = draw(posts)
        near = st.integers(max(0, planned - 3), planned + 45)
        reported = draw(st.one_of(near, near, posts, st.none()))
        reports.append(Report(code, draw(inhabitants), planned, reported))
    return reports


rates = st.integers(0, 3000).map(lambda hundredths: f"{hundredths / 100:.2f}")


@st.composite
def conditions(draw: st.DrawFn, *, threshold: bool) -> str:
    """The body of one condition that the reader accepts."""
    measure = draw(
        st.sampled_from(["planned", "reported", "increase", "inhabitants", "planned-rate", "reported-rate"])
    )
    needs_report = measure in ("reported", "increase", "reported-rate")
    comparison = draw(
        st.sampled_from(["at-least", "above"] if needs_report else ["at-least", "above", "at-most", "below"])
    )
    body = f'measure = "{measure}"\ncomparison = "{comparison}"\n'
    if measure.endswith("-rate"):
        if threshold and draw(st.booleans()):
            return body + 'against = "threshold"'
        return body + f"value = {draw(rates)}"
    most = {"inhabitants": 3_000_000, "increase": 20}.get(measure, 60)
    return body + f"value = {draw(st.integers(0, most))}"


@st.composite
def pots(draw: st.DrawFn, pot_id: str, *, threshold: bool) -> tuple[str, int]:
    """The text of one pot, and its kronor."""
    amount_kr = draw(st.one_of(st.integers(0, 100), st.integers(0, 400_000_000)))
    tests = draw(st.lists(conditions(threshold=threshold), max_size=3))
    if draw(st.booleans()):
        measure = draw(st.sampled_from(["increase", "reported", "reported-rate"]))
        borders = sorted(draw(st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True)))
        claims = sorted(draw(st.sets(st.integers(1, 40_000_000), min_size=5, max_size=5)))
        share = by_ladder(measure, *zip(borders, claims, strict=False))
    else:
        weight = draw(
            st.sampled_from(
                ["reported-rate", "planned-rate", "increase", "increase", "reported", "planned",
                 "inhabitants", "equal"]
            )
        )  # fmt: skip
        cap_kr = None
        if weight == "increase":
            tests.append('measure = "increase"\ncomparison = "at-least"\nvalue = 1')
            cap_kr = draw(st.one_of(st.none(), st.integers(1, 3_000_000)))
        share = by_weight(weight, cap_kr=cap_kr)
    return pot_text(pot_id, amount_kr, share, *tests), amount_kr


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """A shipped rule set, or one with one to four pots of any kind."""
    if draw(st.integers(0, 4)) == 0:
        return load_rules(draw(st.sampled_from(["at-2022", "at-2024"])))
    threshold = draw(st.one_of(st.none(), rates))
    drawn = [
        draw(pots(f"pot-{number}", threshold=threshold is not None))
        for number in range(draw(st.integers(1, 4)))
    ]
    administration_kr = draw(st.integers(0, 1000))
    return rules_of(
        rule_text(
            *(text for text, _ in drawn),
            total_kr=administration_kr + sum(amount_kr for _, amount_kr in drawn),
            administration_kr=administration_kr,
            threshold=threshold,
        )
    )


def reference(rules: RuleSet, reports: list[Report]) -> dict[str, list[int]]:
    """Region code -> kronor per pot, by the rules as they are written down and with fractions throughout."""
    ordered = sorted(reports, key=lambda report: report.code)
    result: dict[str, list[int]] = {report.code: [] for report in ordered}
    for pot in rules.pots:
        shares = _exact_shares(rules, pot, [part for part in ordered if _eligible(rules, pot, part)])
        whole = {code: math.floor(share) for code, share in shares.items()}
        left = sum(shares.values()) - sum(whole.values())
        ranked = sorted(shares, key=lambda code: (whole[code] - shares[code], code))
        for code in ranked[: int(left)]:
            whole[code] += 1
        for code, kronor in result.items():
            kronor.append(whole.get(code, 0))
    return result


def _measure(rules: RuleSet, name: str, report: Report) -> Fraction:
    reported = report.reported or 0
    if name == "increase":
        return Fraction(reported - report.planned)
    if name.endswith("-rate"):
        number = report.planned if name == "planned-rate" else reported
        exact = Fraction(number * rules.rate_per, report.inhabitants)
        return Fraction(math.floor(exact * 100 + Fraction(1, 2)), 100)
    return Fraction({"planned": report.planned, "reported": reported}.get(name, report.inhabitants))


def _eligible(rules: RuleSet, pot: PotRule, report: Report) -> bool:
    return report.reported is not None and all(_met(rules, part, report) for part in pot.conditions)


def _met(rules: RuleSet, condition: Condition, report: Report) -> bool:
    value, bound = _measure(rules, condition.measure, report), Fraction(Decimal(condition.bound))
    return {
        "at-least": value >= bound,
        "above": value > bound,
        "at-most": value <= bound,
        "below": value < bound,
    }[condition.comparison]


def _exact_shares(rules: RuleSet, pot: PotRule, eligible: list[Report]) -> dict[str, Fraction]:
    share = pot.share
    if isinstance(share, Ladder):
        claims = {}
        for report in eligible:
            value = _measure(rules, share.measure, report)
            reached = [step.amount_kr for step in share.steps if Fraction(Decimal(step.at)) <= value]
            if reached:
                claims[report.code] = Fraction(reached[-1])
        total = sum(claims.values())
        if total <= pot.amount_kr:
            return claims
        return {code: pot.amount_kr * claim / total for code, claim in claims.items()}
    weights = {
        report.code: Fraction(1) if share.weight == "equal" else _measure(rules, share.weight, report)
        for report in eligible
    }
    total = Fraction(sum(weights.values()))
    amount = Fraction(pot.amount_kr)
    if share.cap is not None:
        units = sum(_measure(rules, "increase", report) for report in eligible)
        amount = min(amount, share.cap.per_unit_kr * Fraction(units))
    return {code: amount * weight / total if total else Fraction(0) for code, weight in weights.items()}

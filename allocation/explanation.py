"""Why a region gets what it gets: sentences and lines built from the stored trace of an award."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from allocation.engine import Ladder, PotRule, Proportional, RuleSet
from allocation.wording import reason_text
from reporting.templatetags.platsplan import kr, number, rate, signed

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the calculation: what it is, its value, whether it is the outcome."""

    label: str
    value: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One award explained: figure, rule, calculation, amount.

    Attributes:
        figure: the figure that matters most, written out; `figure_text` says what it is.
        rule: the rule in sentences; `sources` and `assumptions` tell what it rests on.
        lines: the calculation, line by line.
        note: how the amount became whole kronor, or why there is none.
        change: what would change the outcome; empty where nothing would.
        margin: a warning that one post decides; empty elsewhere.
    """

    pot: str
    title: str
    amount_kr: int
    eligible: bool
    assumed: bool
    figure: str
    figure_text: str
    rule: tuple[str, ...]
    sources: tuple[str, ...]
    assumptions: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str
    change: str
    margin: str


def explain(
    trace: Sequence[Step], *, pot: PotRule, rules: RuleSet, eligible: bool, reason: str
) -> Explanation:
    """Explain one award from its trace.

    Args:
        trace: the award's steps as stored, `TraceStep.as_json` each.
        pot, rules: the rule set of the run, for titles and for the pot that a region takes no part in.
        eligible, reason: as in the award.
    """
    steps = {step["rule"]: step for step in trace}
    figure, figure_text = _figure(steps, pot)
    return Explanation(
        pot=pot.id,
        title=pot.title,
        amount_kr=int(trace[-1]["result"]),
        eligible=eligible,
        assumed=any(step["assumed"] for step in trace),
        figure=figure,
        figure_text=figure_text,
        rule=(_who_shares(trace, pot), _how_it_is_shared(pot)),
        sources=_sources(trace, rules),
        assumptions=_assumptions(trace),
        lines=tuple(_lines(steps, trace, pot)),
        note=_note(steps) if eligible else str(reason_text(reason)),
        change=_change(steps, reason=reason),
        margin=_margin(trace) if eligible else "",
    )


def _value(step: Step, name: str) -> Any:
    return step["inputs"][name]["value"]


def _noted(step: Step, name: str) -> Any:
    note = step["notes"].get(name)
    return None if note is None else note["value"]


def _decimal(text: str, decimals: int) -> str:
    """A decimal number with no-break spaces and the language's decimal sign, cut to some decimals."""
    whole, _point, rest = text.partition(".")
    digits = (rest + "0" * decimals)[:decimals]
    return (
        f"{number(int(whole))}{get_format('DECIMAL_SEPARATOR')}{digits}" if decimals else number(int(whole))
    )


def _written(value: Any, unit: str) -> str:
    if value is None:
        return _("not available")
    if unit == "rate":
        return str(rate(Decimal(str(value))))
    if unit in ("kr", "kr/post"):
        return str(kr(int(value)))
    return str(number(int(value)))


def _figure(steps: Mapping[str, Step], pot: PotRule) -> tuple[str, str]:
    reported = steps["reported"]["result"]
    if reported is None:
        return "–", _("The region has not reported. That is not the same as 0 posts.")
    if (
        "reported-rate" in steps
        and isinstance(pot.share, Proportional)
        and pot.share.weight == "reported-rate"
    ):
        text = _("AT posts per 100 000 inhabitants: %(posts)s posts, %(persons)s inhabitants.") % {
            "posts": number(reported),
            "persons": number(steps["inhabitants"]["result"]),
        }
        if "planned-rate" in steps:
            text += " " + _("In the plan the rate was %(rate)s.") % {
                "rate": rate(Decimal(steps["planned-rate"]["result"]))
            }
        return str(rate(Decimal(steps["reported-rate"]["result"]))), text
    if "increase" in steps:
        return str(signed(steps["increase"]["result"])), _(
            "AT posts more than planned: %(reported)s reported, %(planned)s in the plan."
        ) % {"reported": number(reported), "planned": number(steps["planned"]["result"])}
    return str(number(reported)), _("AT posts in the region's report.")


def _bound(step: Step) -> tuple[str, str, str]:
    """Measure, comparison and bound of a condition, the bound written out."""
    # From the operation: the database keeps no order among the inputs.
    measure, comparison, right = step["operation"].split()
    bound = step["inputs"][right]
    return measure, comparison, _written(bound["value"], bound["unit"])


def _condition(step: Step) -> str:
    measure, comparison, bound = _bound(step)
    phrases = {
        ("planned_rate", ">="): _("the plan reaches at least %(bound)s per 100 000 inhabitants"),
        ("planned_rate", "<"): _("the plan is below %(bound)s per 100 000 inhabitants"),
        ("reported_rate", ">="): _("the report reaches at least %(bound)s per 100 000 inhabitants"),
        ("increase", ">="): _("the increase is at least %(bound)s"),
        ("reported", ">="): _("at least %(bound)s posts are reported"),
    }
    phrase = phrases.get((measure, comparison), f"{measure.replace('_', ' ')} {comparison} %(bound)s")
    return phrase % {"bound": bound}


def _who_shares(trace: Sequence[Step], pot: PotRule) -> str:
    conditions = [_condition(step) for step in trace if step["rule"] == "condition"]
    if not conditions:
        return _("%(amount)s goes to every region that reports.") % {"amount": kr(pot.amount_kr)}
    joined = conditions[-1]
    if len(conditions) > 1:
        joined = _("%(first)s and %(last)s") % {"first": ", ".join(conditions[:-1]), "last": joined}
    return _("%(amount)s goes to regions where %(conditions)s.") % {
        "amount": kr(pot.amount_kr),
        "conditions": joined,
    }


def _how_it_is_shared(pot: PotRule) -> str:
    share = pot.share
    if isinstance(share, Ladder):
        steps = ", ".join(f"{number(int(step.at))} → {kr(step.amount_kr)}" for step in share.steps)
        return _("A ladder gives by the increase, the highest step reached: %(steps)s.") % {"steps": steps}
    texts = {
        "reported-rate": _("It is shared in proportion to the reported rate."),
        "planned-rate": _("It is shared in proportion to the planned rate."),
        "increase": _("Every extra post gives the same."),
        "reported": _("It is shared in proportion to the reported posts."),
        "inhabitants": _("It is shared in proportion to the inhabitants."),
        "equal": _("It is shared in equal parts."),
    }
    text = texts.get(share.weight, share.weight)
    if share.cap is not None:
        text += " " + _("An extra post gives at most %(cap)s.") % {"cap": kr(share.cap.per_unit_kr)}
    return text


def _sources(trace: Sequence[Step], rules: RuleSet) -> tuple[str, ...]:
    titles = {
        source.id: source.title_sv if get_language() == "sv" else source.title for source in rules.sources
    }
    used = dict.fromkeys(
        name
        for step in trace
        if step["rule"] not in ("reported", "planned", "inhabitants")
        for name in step["source"]
    )
    return tuple(titles.get(name, name) for name in used)


def _assumptions(trace: Sequence[Step]) -> tuple[str, ...]:
    key = "why_sv" if get_language() == "sv" else "why"
    return tuple(dict.fromkeys(step[key] for step in trace if step["assumed"] and step[key]))


def _lines(steps: Mapping[str, Step], trace: Sequence[Step], pot: PotRule) -> list[Line]:
    if "not-eligible" in steps:
        return [_condition_line(step) for step in trace if step["rule"] == "condition"]
    if "ladder-step" in steps:
        return _ladder_lines(steps)
    if "unit-cap" in steps:
        return _capped_lines(steps)
    return _proportional_lines(steps, pot)


def _condition_line(step: Step) -> Line:
    left = step["inputs"][_bound(step)[0]]
    met = {True: _("met"), False: _("not met"), None: _("cannot be judged")}[step["result"]]
    sentence = _condition(step)
    return Line(sentence[0].upper() + sentence[1:], f"{_written(left['value'], left['unit'])}, {met}")


def _proportional_lines(steps: Mapping[str, Step], pot: PotRule) -> list[Line]:
    total, share = steps["sum-of-weights"], steps["share"]
    weight = _written_weight(_value(share, "weight"), total["unit"])
    weights = _written_weight(_value(share, "sum_of_weights"), total["unit"])
    sharers = _value(total, "sharers")
    labels = {
        "reported-rate": _("The region's rate"),
        "increase": _("The region's increase"),
        "reported": _("The region's posts"),
        "inhabitants": _("The region's inhabitants"),
    }
    name = _noted(total, "weight")
    return [
        Line(labels.get(name, _("The region's weight")), weight),
        Line(
            ngettext("Sum for %(count)d region", "Sum for %(count)d regions", sharers) % {"count": sharers},
            weights,
        ),
        Line(
            _("The region's share, %(part)s / %(whole)s") % {"part": weight, "whole": weights},
            f"{_decimal(_noted(share, 'percent'), 4)}\u00a0%",
        ),
        Line(
            _("of %(amount)s") % {"amount": kr(_value(share, "amount_kr"))},
            _decimal(_noted(share, "share_decimal"), 2),
            is_sum=True,
        ),
    ]


def _written_weight(value: Any, unit: str) -> str:
    return str(rate(Decimal(str(value)))) if unit == "rate" else str(number(int(value)))


def _capped_lines(steps: Mapping[str, Step]) -> list[Line]:
    cap, share = steps["unit-cap"], steps["share"]
    units, per_unit = _value(cap, "sum_of_weights"), _value(cap, "cap_per_unit_kr")
    applied = _noted(cap, "cap_applied")
    extra = _value(share, "weight")
    lines = [
        Line(
            ngettext("%(pot)s / %(count)s extra post", "%(pot)s / %(count)s extra posts", int(units))
            % {"pot": kr(_value(cap, "pot_kr")), "count": number(int(units))},
            _decimal(_noted(cap, "pot_per_unit_decimal"), 2),
        ),
        Line(
            _("The highest amount per post applies")
            if applied
            else _("The highest amount per post is not reached"),
            str(kr(per_unit)),
        ),
        Line(
            _("The region's increase, %(reported)s − %(planned)s")
            % {
                "reported": number(steps["reported"]["result"]),
                "planned": number(steps["planned"]["result"]),
            },
            str(number(int(extra))),
        ),
    ]
    label = (
        f"{number(int(extra))} × {kr(per_unit)}"
        if applied
        else _("%(part)s of %(whole)s extra posts")
        % {"part": number(int(extra)), "whole": number(int(units))}
    )
    return [*lines, Line(label, _decimal(_noted(share, "share_decimal"), 2), is_sum=True)]


def _ladder_lines(steps: Mapping[str, Step]) -> list[Line]:
    step, claims = steps["ladder-step"], steps["claims"]
    lines = [
        Line(
            _("The region's increase, %(reported)s − %(planned)s")
            % {
                "reported": number(steps["reported"]["result"]),
                "planned": number(steps["planned"]["result"]),
            },
            str(number(_value(step, "increase"))),
        ),
        Line(
            _("Highest step reached: %(at)s posts") % {"at": number(int(_noted(step, "step_at")))},
            str(kr(step["result"])),
        ),
        Line(_("All claims together"), str(kr(_value(claims, "sum_of_claims_kr")))),
    ]
    if _noted(claims, "oversubscribed"):
        share = steps["share"]
        return [
            *lines,
            Line(_("More than the pot, which is shared by claim"), str(kr(_value(claims, "pot_kr")))),
            Line(_("The region's share"), _decimal(_noted(share, "share_decimal"), 2), is_sum=True),
        ]
    return [
        *lines,
        Line(_("They fit in the pot, so the claim is paid as it is"), str(kr(step["result"])), is_sum=True),
    ]


def _note(steps: Mapping[str, Step]) -> str:
    whole = steps.get("whole-kronor")
    if whole is None or _noted(whole, "fraction") == "0":
        return _("Whole kronor from the start.")
    floor = kr(_noted(whole, "floor_kr"))
    place = {
        "rank": _noted(whole, "rank"),
        "count": _noted(whole, "sharers"),
        "left": number(_noted(whole, "leftover_kr")),
    }
    if _value(whole, "extra_kr"):
        return (
            _("Rounded: %(floor)s plus 1 krona.") % {"floor": floor}
            + " "
            + (_("%(left)s kronor were left; the fraction is number %(rank)d of %(count)d.") % place)
        )
    return (
        _("Rounded down to %(floor)s.") % {"floor": floor}
        + " "
        + (_("%(left)s kronor were left; the fraction is number %(rank)d of %(count)d.") % place)
    )


def _change(steps: Mapping[str, Step], *, reason: str) -> str:
    ladder = steps.get("ladder-step")
    if ladder is not None:
        more = _noted(ladder, "posts_to_next")
        if more is None:
            return _("The highest step of the ladder is reached.")
        return ngettext(
            "%(count)d post more reaches the next step, %(amount)s.",
            "%(count)d posts more reach the next step, %(amount)s.",
            more,
        ) % {"count": more, "amount": kr(_noted(ladder, "next_amount_kr"))}
    out = steps.get("not-eligible")
    if out is None:
        return ""
    if not _noted(out, "can_be_met"):
        return _("No report can change that: the plan decides.")
    needed, more = _noted(out, "reported_needed"), _noted(out, "posts_more")
    first_kr = _noted(out, "first_step_kr")
    if reason == "not-reported":
        return _("The region takes part from %(posts)s reported posts.") % {"posts": number(needed)}
    if first_kr is not None and more is not None:
        return ngettext(
            "%(count)d post more reaches the first step, %(amount)s.",
            "%(count)d posts more reach the first step, %(amount)s.",
            more,
        ) % {"count": more, "amount": kr(first_kr)}
    if more is None:
        return ""
    return ngettext(
        "%(count)d post more, %(needed)s in all, and the region takes part.",
        "%(count)d posts more, %(needed)s in all, and the region takes part.",
        more,
    ) % {"count": more, "needed": number(needed)}


def _margin(trace: Sequence[Step]) -> str:
    """A warning where one post less would have put the region outside."""
    counts = {step["rule"]: step["result"] for step in trace if step["rule"] in ("planned", "reported")}
    for step in trace:
        if step["rule"] != "condition" or not step["result"]:
            continue
        beyond, counted = _noted(step, "beyond_posts"), _noted(step, "counted")
        measure, comparison, bound = _bound(step)
        if beyond is None or comparison not in (">=", ">") or counts[counted] - beyond != 1:
            continue
        unit = step["inputs"][measure]["unit"]
        figures = {
            "posts": number(beyond),
            "value": _written(_noted(step, "beyond_value"), unit),
            "bound": bound,
        }
        if counted == "planned":
            return (
                _("With one post less in the plan, %(posts)s, the rate had been %(value)s, below %(bound)s.")
                % figures
            )
        if measure == "increase":
            return (
                _("With one post less, %(posts)s, the increase had been %(value)s, below %(bound)s.")
                % figures
            )
        return (
            _("With one post less in the report, %(posts)s, the rate had been %(value)s, below %(bound)s.")
            % figures
        )
    return ""

"""Why a region gets what it gets: sentences and lines built from the stored trace of an award."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from allocation.calculation import Line, calculation_lines
from allocation.engine import Basis, Ladder, PotRule, Proportional, RuleSet
from allocation.tracewords import SUBJECTS, Step, bound_of, condition_text, noted_in, value_in, written
from allocation.wording import reason_text
from reporting.templatetags.platsplan import kr, number, rate, signed


@dataclass(frozen=True, slots=True)
class Explanation:
    """One award explained: figure, rule, calculation, amount.

    Attributes:
        figure: the figure that matters most, written out; `figure_text` says what it is.
        rule: the rule in sentences; `sources` and `assumptions` tell what it rests on, also where the
            rule names figures that this region's own amount does not rest on.
        lines: the calculation, line by line.
        note: how the amount became whole kronor, or why there is none.
        change: what would change the outcome; empty where nothing would.
        reduced: that the claims of a ladder exceed the pot; empty where they do not.
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
    reduced: str
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
        assumptions=_assumptions(trace, pot),
        lines=tuple(calculation_lines(steps, trace)),
        note=_note(steps) if eligible else str(reason_text(reason)),
        change=_change(steps, reason=reason),
        reduced=_reduced(steps),
        margin=_margin(trace) if eligible else "",
    )


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


def _who_shares(trace: Sequence[Step], pot: PotRule) -> str:
    conditions = [condition_text(step) for step in trace if step["rule"] == "condition"]
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
        unit = "rate" if share.measure.endswith("rate") else "posts"
        # A step stays on one line.
        steps = ", ".join(
            f"{written(step.at, unit)}\u00a0→\u00a0{kr(step.amount_kr)}" for step in share.steps
        )
        if share.measure == "increase":
            return _("A ladder gives by the increase, the highest step reached: %(steps)s.") % {
                "steps": steps
            }
        return _("A ladder gives by %(measure)s, the highest step reached: %(steps)s.") % {
            "measure": SUBJECTS[share.measure],
            "steps": steps,
        }
    return " ".join(filter(None, (key_text(share), cap_text(share))))


def key_text(share: Proportional) -> str:
    """What a pot is shared in proportion to, in one sentence."""
    texts = {
        "reported-rate": _("It is shared in proportion to the reported rate."),
        "planned-rate": _("It is shared in proportion to the planned rate."),
        "increase": _("Every extra post gives the same."),
        "reported": _("It is shared in proportion to the reported posts."),
        "planned": _("It is shared in proportion to the planned posts."),
        "inhabitants": _("It is shared in proportion to the inhabitants."),
        "equal": _("It is shared in equal parts."),
    }
    return texts.get(share.weight, share.weight)


def cap_text(share: Proportional) -> str:
    """The most that an extra post gives, in one sentence; empty where there is no limit."""
    if share.cap is None:
        return ""
    return _("An extra post gives at most %(cap)s.") % {"cap": kr(share.cap.per_unit_kr)}


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


def _assumptions(trace: Sequence[Step], pot: PotRule) -> tuple[str, ...]:
    swedish = get_language() == "sv"
    key = "why_sv" if swedish else "why"
    used = [step[key] for step in trace if step["assumed"] and step[key]]
    stated = [basis.why_sv if swedish else basis.why for basis in _stated(pot) if basis.assumed]
    return tuple(dict.fromkeys(used + stated))


def _stated(pot: PotRule) -> Iterator[Basis]:
    """What the sentences of `_how_it_is_shared` rest on."""
    share = pot.share
    yield share.basis
    if isinstance(share, Ladder):
        yield from (step.basis for step in share.steps)
    elif share.cap is not None:
        yield share.cap.basis


def _note(steps: Mapping[str, Step]) -> str:
    whole = steps.get("whole-kronor")
    if whole is None or noted_in(whole, "fraction") == "0":
        return _("Whole kronor from the start.")
    floor = kr(noted_in(whole, "floor_kr"))
    place = {
        "rank": noted_in(whole, "rank"),
        "count": noted_in(whole, "sharers"),
        "left": number(noted_in(whole, "leftover_kr")),
    }
    if value_in(whole, "extra_kr"):
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
        more = noted_in(ladder, "posts_to_next")
        if more is None:
            ahead = noted_in(ladder, "next_amount_kr") is not None
            return "" if ahead else _("The highest step of the ladder is reached.")
        return ngettext(
            "%(count)d post more reaches the next step, %(amount)s.",
            "%(count)d posts more reach the next step, %(amount)s.",
            more,
        ) % {"count": more, "amount": kr(noted_in(ladder, "next_amount_kr"))}
    out = steps.get("not-eligible")
    if out is None:
        return ""
    if not noted_in(out, "can_be_met"):
        return _("No report can change that: the plan decides.")
    needed, more = noted_in(out, "reported_needed"), noted_in(out, "posts_more")
    first_kr = noted_in(out, "first_step_kr")
    if reason == "not-reported":
        return ngettext(
            "The region takes part from %(posts)s reported post.",
            "The region takes part from %(posts)s reported posts.",
            needed,
        ) % {"posts": number(needed)}
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


def _reduced(steps: Mapping[str, Step]) -> str:
    claims = steps.get("claims")
    if claims is None or not noted_in(claims, "oversubscribed"):
        return ""
    return _("All claims together are %(claims)s. The pot is %(pot)s, so each is reduced in proportion.") % {
        "claims": kr(value_in(claims, "sum_of_claims_kr")),
        "pot": kr(value_in(claims, "pot_kr")),
    }


def _margin(trace: Sequence[Step]) -> str:
    """A warning where one post less would have put the region outside."""
    counts = {step["rule"]: step["result"] for step in trace if step["rule"] in ("planned", "reported")}
    for step in trace:
        if step["rule"] != "condition" or not step["result"]:
            continue
        beyond, counted = noted_in(step, "beyond_posts"), noted_in(step, "counted")
        measure, comparison, bound = bound_of(step)
        if beyond is None or comparison not in (">=", ">") or counts[counted] - beyond != 1:
            continue
        unit = step["inputs"][measure]["unit"]
        figures = {
            "posts": number(beyond),
            "value": written(noted_in(step, "beyond_value"), unit),
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

"""What the regions' pages show of the agency's computations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from allocation import decided, selectors
from allocation.engine import parse_rules
from allocation.models import AllocationRun, Letter, RunRegion
from allocation.preview import Preview, previews_of
from allocation.wording import reason_text
from reporting.forms import FiguresForm
from reporting.home import chip_of
from reporting.models import Submission
from reporting.templatetags.platsplan import chip

register = template.Library()


@dataclass(frozen=True, slots=True)
class PotLine:
    """A region's part of one pot."""

    title: str
    eligible: bool
    amount_kr: int
    reason: str | Promise
    assumed: bool


@dataclass(frozen=True, slots=True)
class PreliminaryGrant:
    """What a region would get by the run that holds now."""

    run: AllocationRun
    total_kr: int
    pots: tuple[PotLine, ...]
    figures: RunRegion
    is_waiting: bool
    version: int | None
    is_example: bool


@lru_cache(maxsize=32)
def pot_titles(rules_text: str) -> dict[str, str]:
    """Pot -> title, from a rule set's text."""
    return {pot.id: pot.title for pot in parse_rules(rules_text, origin="run").pots}


@register.simple_tag
def preliminary_grants(submission: Submission) -> list[PreliminaryGrant]:
    """The region's awards in the runs that hold now, one line per grant in the order of the years."""
    results = selectors.results_of(submission.reporting_round, submission.region_id)
    return [
        PreliminaryGrant(
            run=result.figures.run,
            total_kr=result.figures.total_kr,
            pots=_pot_lines(result),
            figures=result.figures,
            is_waiting=result.is_waiting,
            version=result.version,
            is_example=result.is_example,
        )
        for result in results
    ]


def _pot_lines(result: selectors.RegionResult) -> tuple[PotLine, ...]:
    """The awards in the order of the rule set's pots."""
    awards = {award.pot: award for award in result.awards}
    return tuple(
        PotLine(title, award.eligible, award.amount_kr, reason_text(award.reason), award.assumed)
        for pot, title in pot_titles(result.figures.run.rules_text).items()
        if (award := awards.get(pot)) is not None
    )


@register.simple_tag
def decision_letters(submission: Submission) -> list[Letter]:
    """The region's letters in the round, newest first, with `is_replaced`."""
    return decided.letters_to(submission.region_id, submission.reporting_round)


@register.simple_tag
def grant_previews(submission: Submission, form: FiguresForm) -> tuple[Preview, ...]:
    """What the figures in the form would give, for each grant of the round."""
    return previews_of(submission, form.texts())


@register.simple_tag
def grant_previews_of(submission: Submission, texts: Mapping[str, str]) -> tuple[Preview, ...]:
    """What a draft's texts would give, for each grant of the round."""
    return previews_of(submission, texts)


@register.simple_tag
def report_chip(submission: Submission) -> SafeString:
    """The chip that tells a region where its report stands."""
    state, label = chip_of(submission)
    return chip(state, str(label))

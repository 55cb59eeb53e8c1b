"""What the regions' pages show of the agency's computations."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from allocation import decided, money
from allocation.models import Letter, RoundGrant
from allocation.preview import Preview, previews_of
from allocation.submitted import previews_of_submitted
from reporting.forms import FiguresForm
from reporting.home import chip_of
from reporting.models import Region, ReportingRound, Submission
from reporting.templatetags.platsplan import chip

register = template.Library()


@register.simple_tag
def submitted_previews(
    submission: Submission, at_posts: Mapping[int, int], letters: Sequence[Letter]
) -> tuple[Preview, ...]:
    """What the region's newest version gives, by the same rule as the panel beside the form."""
    return previews_of_submitted(submission, at_posts, letters)


@register.simple_tag
def decision_letters(submission: Submission) -> list[Letter]:
    """The region's letters in the round, newest first, with `is_replaced`."""
    return decided.letters_to(submission.region_id, submission.reporting_round)


@register.simple_tag
def money_of(region: Region, reporting_round: ReportingRound) -> dict[str, Any]:
    """What a region has been paid of a round's grants, and is asked to pay back. Two queries."""
    grants = RoundGrant.objects.filter(reporting_round=reporting_round)
    claims = money.claims_on(region, grants)
    return {
        "payments": money.payments_to(region, grants),
        "claims": [(claim, claim.amount_kr - money.repaid_kr(claim)) for claim in claims],
    }


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

"""A report checked with everything that its checks rest on: plans, the rules' stages, the previous round."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet

from reporting.checks import Finding, check_texts
from reporting.fields import QUESTION_BY_KEY, Cell, Field, field_named
from reporting.models import (
    Baseline,
    CheckRule,
    Figure,
    Indicator,
    PostType,
    Revision,
    RevisionFinding,
    Submission,
    Years,
)
from reporting.selectors import plans_of


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """What a report's checks rest on, read once.

    Attributes:
        plans: year -> the plan of the 2021 agreement.
        past_plans: the same for the past years that the round follows up.
        stages: soft rule -> stage, for the rules that the agency has moved.
        earlier: figure -> what the region reported for it in its previous round.
        reasons: (rule, question) -> the comment that the region gave in its previous round.
    """

    years: Years
    plans: Mapping[int, Baseline]
    past_plans: Mapping[int, Baseline]
    stages: Mapping[str, str]
    earlier: Mapping[str, Decimal]
    reasons: Mapping[tuple[str, str], str]

    def check(self, texts: Mapping[str, str], *, submitting: bool) -> tuple[Finding, ...]:
        """The errors and warnings in a draft's texts, in the order of the form."""
        found = self.check_with_shadows(texts, submitting=submitting)
        return tuple(finding for finding in found if finding.level != "shadow")

    def check_with_shadows(self, texts: Mapping[str, str], *, submitting: bool) -> tuple[Finding, ...]:
        """As `check`, with what rules in shadow found; to be counted, never to be shown to a region."""
        found = check_texts(
            texts,
            years=self.years,
            plans={year: plan.planned_posts for year, plan in self.plans.items()},
            submitting=submitting,
            stages=self.stages,
            earlier=self.earlier,
        )
        return tuple(self._with_suggestion(finding) for finding in found)

    def _with_suggestion(self, finding: Finding) -> Finding:
        field = field_named(finding.field)
        reason = self.reasons.get((finding.code, field.question.key)) if field else None
        return replace(finding, suggestion=reason) if reason and finding.level == "warning" else finding


def checks_of(submission: Submission) -> CheckedReport:
    """Read what a report's checks rest on. Five queries, whatever the report holds."""
    years = submission.reporting_round.years
    plans = plans_of(submission.region_id, (*years, *years.past))
    before = _previous_revision(submission)
    return CheckedReport(
        years=years,
        plans={year: plan for year, plan in plans.items() if year in years},
        past_plans={year: plan for year, plan in plans.items() if year in years.past},
        stages=dict(CheckRule.objects.values_list("code", "stage")),
        earlier=_reported(before) if before else {},
        reasons=_reasons(before) if before else {},
    )


def _previous_revision(submission: Submission) -> Revision | None:
    """The version that the region submitted last in a round that opened before this one."""
    earlier: QuerySet[Revision] = Revision.objects.filter(
        submission__region=submission.region_id,
        submission__reporting_round__opens_at__lt=submission.reporting_round.opens_at,
    )
    return earlier.order_by("-submission__reporting_round__opens_at", "-number").first()


def _reported(revision: Revision) -> dict[str, Decimal]:
    figures = Figure.objects.filter(revision=revision, posts__isnull=False)
    posts = {
        Cell(PostType(figure.post_type), figure.year).field: Decimal(figure.posts or 0) for figure in figures
    }
    answers = Indicator.objects.filter(revision=revision, value__isnull=False)
    return posts | {
        Field(QUESTION_BY_KEY[answer.key], answer.year).name: answer.value
        for answer in answers
        if answer.key in QUESTION_BY_KEY and answer.value is not None
    }


def _reasons(revision: Revision) -> dict[tuple[str, str], str]:
    """The reason given last for each rule and question; the latest year's where there are several."""
    found = RevisionFinding.objects.filter(revision=revision).exclude(comment="").order_by("field")
    return {
        (finding.code, field.question.key): finding.comment
        for finding in found
        if (field := field_named(finding.field)) is not None
    }

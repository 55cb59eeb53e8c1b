"""A report checked with everything that its checks rest on: plans, the rules' stages, the previous round."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import connection

from reporting.checks import MISSING_REASON, Finding, check_texts
from reporting.fields import QUESTION_BY_KEY, Cell, Field, field_named
from reporting.models import Baseline, PostType, Submission, Years

# The plan, the rules' stages, the inhabitants, and what the region submitted last in a round that opened
# before this one. One statement, because the form asks at every field that is saved.
_BASIS = """
SELECT kind, key, year, value, field, text
  FROM (
    WITH before AS (
      SELECT revision.id
        FROM reporting_revision revision
        JOIN reporting_submission submission ON submission.id = revision.submission_id
        JOIN reporting_reportinground earlier ON earlier.id = submission.reporting_round_id
       WHERE submission.region_id = %(region)s AND earlier.opens_at < %(opens_at)s
       ORDER BY earlier.opens_at DESC, revision.number DESC
       LIMIT 1
    )
    SELECT 'stage' AS kind, code AS key, NULL::int AS year, NULL::numeric AS value, '' AS field, stage AS text
      FROM reporting_checkrule
     UNION ALL
    SELECT 'plan', standing, year, planned_posts, '', source
      FROM reporting_baseline
     WHERE region_id = %(region)s AND post_type = 'AT' AND year = ANY(%(years)s)
     UNION ALL
    SELECT 'inhabitants', reference.slug, NULL, persons, '', ''
      FROM reporting_inhabitants
      JOIN reporting_populationreference reference ON reference.id = reference_id
     WHERE region_id = %(region)s
     UNION ALL
    SELECT 'figure', post_type, year, posts, '', ''
      FROM reporting_figure JOIN before ON before.id = revision_id WHERE posts IS NOT NULL
     UNION ALL
    SELECT 'indicator', key, year, value, '', ''
      FROM reporting_indicator JOIN before ON before.id = revision_id WHERE value IS NOT NULL
     UNION ALL
    SELECT 'reason', code, NULL, NULL, field, comment
      FROM reporting_revisionfinding JOIN before ON before.id = revision_id WHERE comment <> ''
     UNION ALL
    SELECT 'missing', key, NULL, NULL, COALESCE(year::text, ''), comment
      FROM reporting_indicator JOIN before ON before.id = revision_id WHERE value IS NULL
  ) basis
 ORDER BY field
"""


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """What a report's checks rest on, read once.

    Attributes:
        plans: year -> the plan of the 2021 agreement.
        past_plans: the same for the past years that the round follows up.
        stages: soft rule -> stage, for the rules that the agency has moved.
        inhabitants: population reference -> the region's inhabitants.
        earlier: figure -> what the region reported for it in its previous round.
        reasons: (rule, question) -> the comment that the region gave in its previous round.
    """

    years: Years
    plans: Mapping[int, Baseline]
    past_plans: Mapping[int, Baseline]
    stages: Mapping[str, str]
    inhabitants: Mapping[str, int]
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
    """Read what a report's checks rest on. One query, whatever the report holds.

    Of the reasons given for a question in several years the latest year's counts.
    """
    years = submission.reporting_round.years
    plans: dict[int, Baseline] = {}
    stages: dict[str, str] = {}
    inhabitants: dict[str, int] = {}
    earlier: dict[str, Decimal] = {}
    reasons: dict[tuple[str, str], str] = {}
    for kind, key, year, value, name, text in _basis(submission):
        if kind == "stage":
            stages[key] = text
        elif kind == "plan":
            plans[year] = Baseline(
                region_id=submission.region_id,
                year=year,
                post_type=PostType.AT,
                planned_posts=int(value),
                standing=key,
                source=text,
            )
        elif kind == "inhabitants":
            inhabitants[key] = int(value)
        elif kind == "figure":
            earlier[Cell(PostType(key), year).field] = value
        elif kind == "indicator" and key in QUESTION_BY_KEY:
            earlier[Field(QUESTION_BY_KEY[key], year).name] = value
        elif kind == "reason" and (field := field_named(name)) is not None:
            reasons[key, field.question.key] = text
        elif kind == "missing":
            reasons[MISSING_REASON, key] = text
    return CheckedReport(
        years=years,
        plans={year: plan for year, plan in plans.items() if year in years},
        past_plans={year: plan for year, plan in plans.items() if year in years.past},
        stages=stages,
        inhabitants=inhabitants,
        earlier=earlier,
        reasons=reasons,
    )


def same_reason(one: str, other: str) -> bool:
    """Whether two comments say the same, whatever their spaces and capitals."""
    return one.casefold().split() == other.casefold().split()


def _basis(submission: Submission) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        reporting_round = submission.reporting_round
        years = reporting_round.years
        cursor.execute(
            _BASIS,
            {
                "region": submission.region_id,
                "opens_at": reporting_round.opens_at,
                "years": [*years, *years.past],
            },
        )
        return list(cursor.fetchall())

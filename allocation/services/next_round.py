"""The next round from the last: looking at what would be made, and making it in one step."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from allocation.engine import available_rules, load_rules
from allocation.services.grants import add_grant
from reporting.errors import DomainError, FieldProblem
from reporting.locks import lock_round
from reporting.models import (
    SUBMITTING_ROLES,
    Baseline,
    Figure,
    Membership,
    PlanBasis,
    PopulationReference,
    PostType,
    Region,
    ReportingRound,
    Role,
    RoundOrigin,
    Standing,
    User,
)
from reporting.models.rounds import Years
from reporting.services.roles import must_have
from reporting.services.submissions import open_reports

SOURCE_MAX = 300
# A report in one of these states has been looked at and accepted by the agency.
ACCEPTED = ("approved", "decided")


@dataclass(frozen=True, slots=True)
class NextRound:
    """What an administrator has chosen for the next round."""

    name: str
    slug: str
    first_year: int
    last_year: int
    follow_up_from: int | None
    opens_at: datetime
    closes_at: datetime
    basis: PlanBasis
    population_reference: str = ""
    rules_names: Sequence[str] = field(default_factory=tuple)

    @property
    def years(self) -> Years:
        """The years that will be reported."""
        return Years.of(self.first_year, self.last_year, past_from=self.follow_up_from)


@dataclass(frozen=True, slots=True)
class PlannedYear:
    """A region's plan for a year: one that exists, one that will be made, or none (`posts` is None)."""

    year: int
    posts: int | None
    standing: str = ""
    source: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class NextRoundRegion:
    """What the next round will have for one region."""

    code: str
    name: str
    ombud: str
    people: int
    has_signatory: bool
    plans: tuple[PlannedYear, ...]


@dataclass(frozen=True, slots=True)
class NextRoundPreview:
    """Everything that would be made; `sha256` says whether it is still the same when it is made."""

    made_from: ReportingRound
    regions: tuple[NextRoundRegion, ...]
    sha256: str

    @property
    def new_plans(self) -> int:
        """How many plans would be made."""
        return sum(plan.is_new for region in self.regions for plan in region.plans)

    @property
    def without_plan(self) -> tuple[str, ...]:
        """Names of the regions that would lack a plan for some year."""
        return tuple(
            region.name for region in self.regions if any(plan.posts is None for plan in region.plans)
        )

    @property
    def without_signatory(self) -> tuple[str, ...]:
        """Names of the regions where nobody could submit."""
        return tuple(region.name for region in self.regions if not region.has_signatory)


def preview_next_round(*, made_from: ReportingRound, chosen: NextRound) -> NextRoundPreview:
    """What `create_next_round` would make now. Changes nothing; five queries."""
    plans: dict[str, dict[int, Baseline]] = {}
    for plan in Baseline.objects.filter(post_type=PostType.AT):
        plans.setdefault(plan.region_id, {})[plan.year] = plan
    reported = _reported(made_from) if chosen.basis != PlanBasis.PLAN else {}
    members: dict[str, list[Membership]] = {}
    for member in Membership.objects.filter(user__is_active=True).select_related("user"):
        members.setdefault(member.region_id, []).append(member)
    regions = tuple(
        NextRoundRegion(
            code=region.code,
            name=region.short_name,
            ombud=next((m.user.name for m in members.get(region.code, ()) if m.role == Role.OMBUD), ""),
            people=len(members.get(region.code, ())),
            has_signatory=any(m.role in SUBMITTING_ROLES for m in members.get(region.code, ())),
            plans=tuple(
                _planned(year, plans.get(region.code, {}), reported.get(region.code, {}), chosen.basis)
                for year in chosen.years
            ),
        )
        for region in Region.objects.order_by("code")
    )
    content = json.dumps([asdict(region) for region in regions], sort_keys=True, ensure_ascii=False)
    return NextRoundPreview(made_from, regions, hashlib.sha256(content.encode()).hexdigest())


def check_next_round(*, chosen: NextRound, preview: NextRoundPreview, at: datetime) -> None:
    """Refuse what would not work.

    Raises:
        FieldProblem: the closing moment has passed, a plan is missing, or a rule set does not fit.
    """
    if chosen.closes_at <= at:
        raise FieldProblem("closes_at", _("That moment has passed. Nobody could report."))
    if preview.without_plan:
        raise FieldProblem(
            "basis",
            _("There is nothing to take a plan from for %(regions)s. Choose another basis.")
            % {"regions": ", ".join(preview.without_plan)},
        )
    if not chosen.rules_names:
        return
    reference = _whole_reference(chosen.population_reference)
    for name in chosen.rules_names:
        if name not in available_rules():
            raise FieldProblem("rules_names", _("There is no rule set called %(rules)s.") % {"rules": name})
        rules = load_rules(name)
        if rules.year not in chosen.years:
            text = _("%(rules)s is for %(year)d, which the round does not ask for.")
            raise FieldProblem("rules_names", text % {"rules": name, "year": rules.year})
        if rules.population_reference != reference.slug:
            text = _(
                "%(rules)s counts by the population reference %(wanted)s, and %(chosen)s is chosen. Choose"
                " the one of the rule set, or a rule set for the other."
            )
            words = {"rules": name, "wanted": rules.population_reference, "chosen": reference.slug}
            raise FieldProblem("population_reference", text % words)


@transaction.atomic
def create_next_round(
    *, made_from_id: int, chosen: NextRound, seen_sha256: str, by: User, at: datetime
) -> ReportingRound:
    """Make a round from an earlier one: a report for every region, plans, grants, and how it came to be.

    People keep their roles, which belong to regions and not to rounds. A plan that exists is never
    replaced: runs of other rounds rest on it.

    Args:
        seen_sha256: `NextRoundPreview.sha256` of what `by` has read through.

    Raises:
        NotAllowed: `by` may not add rounds.
        FieldProblem: something that was chosen does not fit.
        DomainError: what would be made is another than what was read through.
    """
    must_have(by, "reporting.add_reportinground")
    made_from = lock_round(made_from_id)
    preview = preview_next_round(made_from=made_from, chosen=chosen)
    if preview.sha256 != seen_sha256:
        raise DomainError(
            _("Figures, plans or people have changed since you read it through. Look at it once more.")
        )
    check_next_round(chosen=chosen, preview=preview, at=at)
    try:
        with transaction.atomic():
            made = _new_round(made_from, chosen)
            Baseline.objects.bulk_create(_new_plans(preview))
    except ValidationError as error:
        name, found = next(iter(error.message_dict.items()))
        raise FieldProblem(name, found[0]) from error
    except IntegrityError as error:  # somebody was faster
        raise DomainError(_("Somebody is making the same round or plan. Look at it once more.")) from error
    open_reports(reporting_round=made, region_codes=[region.code for region in preview.regions])
    for name in chosen.rules_names:
        add_grant(round_id=made.pk, rules_name=name, by=by)
    RoundOrigin.objects.create(
        reporting_round=made,
        made_from=made_from,
        basis=chosen.basis,
        plan_count=preview.new_plans,
        population_reference=PopulationReference.objects.filter(slug=chosen.population_reference).first(),
        by=by,
        by_name=by.name,
        at=at,
    )
    return made


def _new_round(made_from: ReportingRound, chosen: NextRound) -> ReportingRound:
    made = ReportingRound(
        slug=chosen.slug,
        name=chosen.name,
        first_year=chosen.first_year,
        last_year=chosen.last_year,
        follow_up_from=chosen.follow_up_from,
        opens_at=chosen.opens_at,
        closes_at=chosen.closes_at,
        is_demo=made_from.is_demo,
    )
    made.full_clean()
    made.save()
    return made


def _new_plans(preview: NextRoundPreview) -> list[Baseline]:
    return [
        Baseline(
            region_id=region.code,
            year=plan.year,
            post_type=PostType.AT,
            planned_posts=plan.posts,
            standing=plan.standing,
            source=plan.source,
        )
        for region in preview.regions
        for plan in region.plans
        if plan.is_new and plan.posts is not None
    ]


def _reported(made_from: ReportingRound) -> dict[str, dict[int, PlannedYear]]:
    """Region -> year -> the AT posts that its newest version reports, as a plan."""
    found: dict[str, dict[int, PlannedYear]] = {}
    figures = Figure.objects.filter(
        revision__submission__reporting_round=made_from,
        revision__number=F("revision__submission__revision_count"),
        post_type=PostType.AT,
        posts__isnull=False,
    ).select_related("revision__submission__reporting_round")
    for figure in figures:
        revision = figure.revision
        report = revision.submission
        if made_from.is_demo:
            standing = Standing.SYNTHETIC
        else:
            standing = Standing.OFFICIAL if report.state in ACCEPTED else Standing.UNCONFIRMED
        source = f"Rapport {revision.receipt_number}, uppgift för {figure.year}"
        found.setdefault(report.region_id, {})[figure.year] = PlannedYear(
            figure.year, figure.posts, str(standing), source
        )
    return found


def _planned(
    year: int, plans: Mapping[int, Baseline], reported: Mapping[int, PlannedYear], basis: PlanBasis
) -> PlannedYear:
    if year in plans:
        plan = plans[year]
        return PlannedYear(year, plan.planned_posts, plan.standing, plan.source)
    if basis != PlanBasis.PLAN and (of := _nearest(year, reported)):
        taken = reported[of]
        return PlannedYear(year, taken.posts, taken.standing, taken.source[:SOURCE_MAX], is_new=True)
    if basis != PlanBasis.REPORTED and (of := _nearest(year, plans)):
        plan = plans[of]
        carried = f"Planen för {of} förd vidare. {plan.source}"
        return PlannedYear(year, plan.planned_posts, plan.standing, carried[:SOURCE_MAX], is_new=True)
    return PlannedYear(year, None)


def _nearest(year: int, years: Mapping[int, object]) -> int | None:
    """The newest year that is not later than `year`."""
    return max((of for of in years if of <= year), default=None)


def _whole_reference(slug: str) -> PopulationReference:
    reference = PopulationReference.objects.filter(slug=slug).first()
    if reference is None:
        raise FieldProblem("population_reference", _("Choose the population that the grants are counted by."))
    counted = set(reference.inhabitants.values_list("region_id", flat=True))
    missing = [region.short_name for region in Region.objects.order_by("code") if region.code not in counted]
    if missing:
        text = _("%(reference)s lacks %(regions)s.")
        words = {"reference": reference.title, "regions": ", ".join(missing)}
        raise FieldProblem("population_reference", text % words)
    return reference

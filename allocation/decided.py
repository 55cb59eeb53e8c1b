"""Questions to the decisions: which is in force, what it gives each region, which letters there are."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from allocation.models import AllocationRun, Decision, DecisionState, Exemption, Letter, RoundGrant, RunRegion
from reporting.models import Document, Region, ReportingRound, User


def decision_in_force(round_grant: RoundGrant) -> Decision | None:
    """The newest decision that has been made on a grant; None before the first."""
    made = Decision.objects.filter(round_grant=round_grant, state=DecisionState.DECIDED)
    return made.select_related("run", "round_grant__reporting_round").order_by("-number").first()


def decisions_in_force(reporting_round: ReportingRound) -> dict[int, Decision]:
    """Grant's key -> the decision in force, for the grants of a round that have one. One query."""
    made = Decision.objects.filter(
        round_grant__reporting_round=reporting_round, state=DecisionState.DECIDED
    ).select_related("run", "round_grant__reporting_round")
    return {decision.round_grant_id: decision for decision in made.order_by("number")}


def with_decided(runs: QuerySet[AllocationRun]) -> QuerySet[AllocationRun]:
    """Runs with `is_decided`: whether the decision in force rests on that very run."""
    made = Decision.objects.filter(run=OuterRef("pk"), state=DecisionState.DECIDED)
    return runs.annotate(is_decided=Exists(made.exclude(corrections__state=DecisionState.DECIDED)))


@dataclass(frozen=True, slots=True)
class OnGrant:
    """What is decided and what is proposed on a grant."""

    in_force: Decision | None
    proposal: Decision | None


def on_grant(round_grant: RoundGrant) -> OnGrant:
    """The newest decision that has been made, and the proposal that waits. One query."""
    found = Decision.objects.filter(
        round_grant=round_grant, state__in=[DecisionState.DECIDED, DecisionState.PROPOSED]
    )
    decisions = list(
        found.select_related("run", "round_grant__reporting_round", "corrects").order_by("number")
    )
    return OnGrant(
        in_force=next((one for one in reversed(decisions) if one.state == DecisionState.DECIDED), None),
        proposal=next((one for one in decisions if one.state == DecisionState.PROPOSED), None),
    )


def open_proposal(round_grant: RoundGrant) -> Decision | None:
    """The proposal on a grant that waits for an answer; None where none does."""
    waiting = Decision.objects.filter(round_grant=round_grant, state=DecisionState.PROPOSED)
    return waiting.select_related("run", "round_grant__reporting_round", "corrects").first()


def open_proposals() -> list[Decision]:
    """Every proposal that waits for an answer, the oldest first."""
    waiting = Decision.objects.filter(state=DecisionState.PROPOSED).order_by("proposed_at", "pk")
    return list(waiting.select_related("run", "round_grant__reporting_round", "corrects"))


def amounts_of(decision: Decision) -> dict[str, int]:
    """Region code -> kronor by a decision's run. Runs never change, so neither do these."""
    rows = RunRegion.objects.filter(run=decision.run_id).order_by("region_id")
    return dict(rows.values_list("region_id", "total_kr"))


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction changes for one region, in kronor."""

    region: Region
    before_kr: int
    after_kr: int

    @property
    def difference_kr(self) -> int:
        """More, or less if negative."""
        return self.after_kr - self.before_kr


def changes_between(before_run: int, after_run: int) -> tuple[Change, ...]:
    """Every region in two runs of a grant, in the order of the county codes."""
    before = dict(RunRegion.objects.filter(run=before_run).values_list("region_id", "total_kr"))
    rows = RunRegion.objects.filter(run=after_run).select_related("region").order_by("region_id")
    return tuple(Change(row.region, before.get(row.region_id, 0), row.total_kr) for row in rows)


def changes_of(decision: Decision) -> tuple[Change, ...]:
    """Every region before and after a correction, in the order of the county codes; empty for a first one."""
    if decision.corrects is None:
        return ()
    return changes_between(decision.corrects.run_id, decision.run_id)


def exemptions_of(round_grant: RoundGrant) -> dict[str, Exemption]:
    """Region code -> the newest word about its exemption, withdrawn or not."""
    rows = Exemption.objects.filter(round_grant=round_grant).order_by("region_id", "-pk")
    return {row.region_id: row for row in rows.distinct("region_id")}


def letters_to(region_code: str, reporting_round: ReportingRound) -> list[Letter]:
    """A region's letters in a round, newest first, with `is_replaced`; without their bytes. One query."""
    later = Decision.objects.filter(corrects=OuterRef("decision"), state=DecisionState.DECIDED)
    letters = Letter.objects.filter(
        region_id=region_code, decision__round_grant__reporting_round=reporting_round
    ).annotate(is_replaced=Exists(later))
    return list(_light(letters).order_by("-decision__decided_at", "-pk"))


def letters_of(decision: Decision) -> list[Letter]:
    """A decision's letters in the order of the county codes. Their bytes are not read."""
    return list(_light(Letter.objects.filter(decision=decision)).order_by("region_id"))


def _light(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    return letters.select_related(
        "region", "document__log_entry", "decision__round_grant__reporting_round"
    ).defer("document__content")


def deciders() -> list[User]:
    """People at the agency whose role includes deciding."""
    return holders_of("decide_decision")


def holders_of(codename: str) -> list[User]:
    """People at the agency whose role includes a right to decisions or money, by address. One query."""
    permission = Permission.objects.filter(content_type__app_label="allocation", codename=codename)
    has_it = Q(groups__permissions__in=permission) | Q(user_permissions__in=permission)
    return list(User.objects.filter(has_it, is_staff=True, is_active=True).distinct().order_by("email"))


def is_replaced(document: Document) -> bool:
    """Whether the decision that an issued document tells of has been replaced by a later one."""
    about = Q(corrects__record__document=document) | Q(corrects__letters__document=document)
    return Decision.objects.filter(about, state=DecisionState.DECIDED).exists()

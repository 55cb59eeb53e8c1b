"""What must hold before a run can be decided on, each with its state and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allocation import decided, desk
from allocation.bundles import computed_again
from allocation.engine import EngineError, load_rules
from allocation.engine.published import published_versions
from allocation.models import AllocationRun, Award, Decision, Exemption, RunRegion
from allocation.runner import report_of
from allocation.staleness import Inputs, inputs_now, staleness_of
from reporting.errors import DomainError
from reporting.models import State, Submission

APPROVED = (State.APPROVED, State.DECIDED)
SHOWN_NAMES = 6


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One thing that must hold.

    Attributes:
        code: what it is about, such as "regions"; where one mends it follows from that.
        text: what holds, or what is missing and what to do about it.
    """

    code: str
    is_met: bool
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Unapproved:
    """A region whose report is not approved, and the exemption that holds for it, if any."""

    submission: Submission
    exemption: Exemption | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a run can be decided on."""

    prerequisites: tuple[Prerequisite, ...]
    unapproved: tuple[Unapproved, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return all(prerequisite.is_met for prerequisite in self.prerequisites)

    @property
    def missing(self) -> tuple[Prerequisite, ...]:
        """What is missing."""
        return tuple(prerequisite for prerequisite in self.prerequisites if not prerequisite.is_met)

    @property
    def exemptions(self) -> tuple[Exemption, ...]:
        """Those that hold."""
        return tuple(region.exemption for region in self.unapproved if region.exemption is not None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What readiness is judged by.

    Attributes:
        rows, awards: the run's, the rows in the order of the county codes.
        reports: the round's, with regions and round.
        exemptions: region code -> the newest word about its exemption.
    """

    rows: Sequence[RunRegion]
    awards: Sequence[Award]
    reports: Sequence[Submission]
    exemptions: Mapping[str, Exemption]
    in_force: Decision | None
    work: desk.Work
    inputs: Inputs


def facts_of(run: AllocationRun, *, decisions: decided.OnGrant | None = None) -> Facts:
    """Read what readiness is judged by. A fixed number of queries."""
    grant = run.round_grant
    return Facts(
        rows=list(run.regions.select_related("region").order_by("region_id")),
        awards=list(run.awards.all()),
        reports=reports_of_round(grant.reporting_round_id),
        exemptions=decided.exemptions_of(grant),
        in_force=(decisions or decided.on_grant(grant)).in_force,
        work=desk.work_on(run),
        inputs=inputs_now([grant])[grant.pk],
    )


def reports_of_round(round_id: int) -> list[Submission]:
    """A round's reports in the order of the county codes."""
    reports = Submission.objects.filter(reporting_round=round_id)
    return list(reports.select_related("region", "reporting_round").order_by("region"))


def readiness_of(run: AllocationRun, *, at: datetime, facts: Facts | None = None) -> Readiness:
    """Look at everything that must hold before `run` is decided on, as it stands at the moment `at`.

    A fixed number of queries; none where the facts are given. Under the round's lock the answer holds
    until the transaction ends.
    """
    known = facts or facts_of(run)
    unapproved = tuple(
        Unapproved(report, _holding(known.exemptions.get(report.region_id), report))
        for report in known.reports
        if report.state not in APPROVED
    )
    return Readiness(
        prerequisites=(
            _current(run, known),
            _reconciles(run, known),
            _regions(known.reports, unapproved),
            _time(known.reports, at=at),
            _rules(run),
            _appeal(run),
            _new(run, known.in_force),
        ),
        unapproved=unapproved,
    )


def _met(code: str, title: str, text: str) -> Prerequisite:
    return Prerequisite(code=code, is_met=True, title=title, text=text)


def _lacking(code: str, title: str, text: str) -> Prerequisite:
    return Prerequisite(code=code, is_met=False, title=title, text=text)


def _holding(exemption: Exemption | None, report: Submission) -> Exemption | None:
    """An exemption holds for the version that it names: a newer one must be looked at."""
    if exemption is None or exemption.withdrawn or exemption.version != report.revision_count:
        return None
    return exemption


def _current(run: AllocationRun, known: Facts) -> Prerequisite:
    problem = _staleness(run, known)
    if problem:
        return _lacking("current", _("The run does not hold"), problem)
    text = _("It is the newest, and the reports say what it was computed from.")
    return _met("current", _("The run holds now"), text)


def _staleness(run: AllocationRun, known: Facts) -> str:
    """Why the run must not be decided on, or an empty text."""
    if run.round_grant.current_run_id != run.pk:
        return _("A later run has replaced it. Propose that one instead.")
    if known.work.waiting is not None:
        return _("A recomputation has been asked for and is not done. Wait for it.")
    if known.work.failed is not None:
        return _("The last recomputation failed, so the run may be older than the reports. Recompute.")
    try:
        for figures in known.inputs.figures.values():
            report_of(figures, run.round_grant)
    except DomainError as error:
        return str(error)
    stale = staleness_of([run], now={run.round_grant_id: known.inputs}, rows=known.rows)[run.pk]
    if stale.regions:
        names = _names(stale.regions)
        return _("Figures have changed since: %(names)s. Recompute.") % {"names": names}
    if stale.is_stale:
        return _("The rules have changed since. Recompute.")
    return ""


def _reconciles(run: AllocationRun, known: Facts) -> Prerequisite:
    try:
        computed_again(run, rows=known.rows, awards=known.awards)
    except (DomainError, EngineError) as error:
        return _lacking("reconciles", _("The pots do not reconcile"), str(error))
    return _met(
        "reconciles",
        _("The pots reconcile"),
        _("Difference 0 kr in every pot and in the sum; computed again, the awards are the same."),
    )


def _regions(reports: Sequence[Submission], unapproved: Sequence[Unapproved]) -> Prerequisite:
    missing = [region.submission.region.short_name for region in unapproved if region.exemption is None]
    exempt = [region.submission.region.short_name for region in unapproved if region.exemption is not None]
    approved = _("%(count)d of %(all)d reports are approved.") % {
        "count": len(reports) - len(unapproved),
        "all": len(reports),
    }
    if missing:
        text = _("Approve, or except with a reason: %(names)s.") % {"names": _names(missing)}
        return _lacking("regions", _("Reports are not approved"), f"{approved} {text}")
    if exempt:
        text = _("Excepted with a reason: %(names)s.") % {"names": _names(exempt)}
        return _met("regions", _("Every report is approved or excepted"), f"{approved} {text}")
    return _met("regions", _("Every report is approved"), approved)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    if more <= 0:
        return shown
    return shown + " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}


def _time(reports: Sequence[Submission], *, at: datetime) -> Prerequisite:
    awaited = [report for report in reports if report.revision_count == 0 and not report.has_closed(at=at)]
    if awaited:
        names = _names([report.region.short_name for report in awaited])
        return _lacking(
            "time",
            _("The time for reporting is not over"),
            _("These regions may still report and have not: %(names)s.") % {"names": names},
        )
    if all(report.has_closed(at=at) for report in reports):
        return _met("time", _("The time for reporting is over"), _("For every region."))
    return _met("time", _("Every region that may still report has done so"), _("Nobody is waited for."))


def _rules(run: AllocationRun) -> Prerequisite:
    published = published_versions().get(run.rules_version)
    if published is None:
        text = _("%(version)s is not published. Publish it, then recompute.")
        return _lacking("rules", _("The rules are not published"), text % {"version": run.rules_version})
    if published != run.rules_sha256 or load_rules(run.round_grant.rules_name).sha256 != run.rules_sha256:
        text = _("The run's text is not that of %(version)s as it is now. Recompute.")
        return _lacking("rules", _("The rules have changed"), text % {"version": run.rules_version})
    text = _("%(version)s, checksum %(sha256)s.")
    return _met(
        "rules",
        _("The rules are published and unchanged"),
        text % {"version": run.rules_version, "sha256": run.rules_sha256[:12]},
    )


def _appeal(run: AllocationRun) -> Prerequisite:
    if not settings.AGENCY_NAME:
        return _lacking(
            "agency",
            _("The agency has no name"),
            _("The letters say whose decision it is. Whoever runs the service sets AGENCY_NAME."),
        )
    if run.round_grant.appeal_text.strip():
        return _met(
            "appeal", _("The letters say how to appeal"), _("As written for the grant, on the round.")
        )
    return _lacking(
        "appeal",
        _("How to appeal is not written"),
        _("Write on the round how the decision is appealed, or that it cannot be. Every letter says so."),
    )


def _new(run: AllocationRun, in_force: Decision | None) -> Prerequisite:
    if in_force is None:
        return _met("new", _("The first decision on the grant"), _("Nothing is decided before."))
    words = {"number": in_force.label}
    if in_force.run_id == run.pk:
        return _lacking(
            "new",
            _("The run is decided already"),
            _("Decision %(number)s rests on it. Nothing has changed since.") % words,
        )
    return _met(
        "new",
        _("A correction"),
        _("It replaces decision %(number)s, which stays as it was made.") % words,
    )

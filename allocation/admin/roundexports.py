"""Taking out what regions have reported in rounds, and what the checks found, with the rules' versions."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.engine import available_rules, load_rules
from allocation.models import RoundGrant
from reporting.admin.exports import hand_out
from reporting.admin.readonly import signed_in
from reporting.models import ExportFormat, Figure, ReportingRound, RevisionFinding
from reporting.services.exports import EXPORT
from reporting.tables import Column, Table, Value


class RoundExportMixin:
    """Actions on the list of rounds: the figures of their newest versions, and the findings in them."""

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Backs `permissions=["export"]`: without it the actions are not even listed."""
        return signed_in(request).has_perm(EXPORT)

    @admin.action(description=gettext_lazy("Take out the figures as Excel"), permissions=["export"])
    def figures_xlsx(self, request: HttpRequest, queryset: QuerySet[ReportingRound]) -> HttpResponse | None:
        """The figures as a workbook."""
        return _hand_out(request, queryset, figures_of_rounds(queryset), ExportFormat.XLSX)

    @admin.action(description=gettext_lazy("Take out the figures as CSV"), permissions=["export"])
    def figures_csv(self, request: HttpRequest, queryset: QuerySet[ReportingRound]) -> HttpResponse | None:
        """The figures as CSV."""
        return _hand_out(request, queryset, figures_of_rounds(queryset), ExportFormat.CSV)

    @admin.action(description=gettext_lazy("Take out the findings as Excel"), permissions=["export"])
    def findings_xlsx(self, request: HttpRequest, queryset: QuerySet[ReportingRound]) -> HttpResponse | None:
        """The findings as a workbook."""
        return _hand_out(request, queryset, findings_of_rounds(queryset), ExportFormat.XLSX)

    @admin.action(description=gettext_lazy("Take out the findings as CSV"), permissions=["export"])
    def findings_csv(self, request: HttpRequest, queryset: QuerySet[ReportingRound]) -> HttpResponse | None:
        """The findings as CSV."""
        return _hand_out(request, queryset, findings_of_rounds(queryset), ExportFormat.CSV)


def rule_versions(rounds: QuerySet[ReportingRound]) -> list[str]:
    """The versions of the rules that grants of the rounds are computed by: the current run's, or today's."""
    grants = RoundGrant.objects.filter(reporting_round__in=rounds).select_related("current_run")
    known = available_rules()
    versions = {
        grant.current_run.rules_version if grant.current_run else load_rules(grant.rules_name).version
        for grant in grants
        if grant.current_run or grant.rules_name in known
    }
    return sorted(versions)


def figures_of_rounds(rounds: QuerySet[ReportingRound]) -> Table:
    """Every figure of the newest version of every report. One query."""
    figures = (
        Figure.objects.filter(
            revision__submission__reporting_round__in=rounds,
            revision__number=F("revision__submission__revision_count"),
        )
        .select_related("revision__submission__region", "revision__submission__reporting_round")
        .order_by(
            "revision__submission__reporting_round", "revision__submission__region", "post_type", "year"
        )
    )
    columns = [
        Column(_("Round"), width=22),
        Column(_("Code"), width=8),
        Column(_("Region"), width=22),
        Column(_("State"), width=20),
        Column(_("Version"), "number", 10),
        Column(_("Submitted"), "moment", 18),
        Column(_("Posts"), width=26),
        Column(_("Year"), "year", 8),
        Column(_("Reported"), "number", 12),
        Column(_("Comment"), width=60),
    ]
    rows: list[list[Value]] = []
    for figure in figures:
        version = figure.revision
        report = version.submission
        rows.append(
            [
                report.reporting_round.name,
                report.region_id,
                report.region.short_name,
                report.get_state_display(),
                version.number,
                version.submitted_at,
                figure.get_post_type_display(),
                figure.year,
                figure.posts,
                figure.comment,
            ]
        )
    return Table(_("Reported figures"), [], columns, rows)


def findings_of_rounds(rounds: QuerySet[ReportingRound]) -> Table:
    """What the checks found in the newest version of every report, with the reasons given. One query."""
    findings = (
        RevisionFinding.objects.filter(
            revision__submission__reporting_round__in=rounds,
            revision__number=F("revision__submission__revision_count"),
        )
        .select_related("revision__submission__region", "revision__submission__reporting_round")
        .order_by("revision__submission__reporting_round", "revision__submission__region", "pk")
    )
    columns = [
        Column(_("Round"), width=22),
        Column(_("Code"), width=8),
        Column(_("Region"), width=22),
        Column(_("Version"), "number", 10),
        Column(_("Rule"), width=22),
        Column(_("Stage"), width=16),
        Column(_("Field"), width=22),
        Column(_("Finding"), width=60),
        Column(_("Comment"), width=60),
    ]
    rows: list[list[Value]] = []
    for finding in findings:
        report = finding.revision.submission
        rows.append(
            [
                report.reporting_round.name,
                report.region_id,
                report.region.short_name,
                finding.revision.number,
                finding.code,
                finding.get_stage_display(),
                finding.field,
                finding.title,
                finding.comment,
            ]
        )
    return Table(_("Findings in reports"), [], columns, rows)


def _hand_out(
    request: HttpRequest, rounds: QuerySet[ReportingRound], table: Table, kind: ExportFormat
) -> HttpResponse | None:
    names = list(rounds.values_list("name", flat=True))
    return hand_out(request, table, kind=kind, rounds=names, rules=rule_versions(rounds))

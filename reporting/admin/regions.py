"""Regions and the reference figures of each, with standing and source."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reporting.admin.exports import ExportMixin
from reporting.admin.readonly import NeverDeletedMixin, ReadOnlyMixin, StandingMixin
from reporting.models import (
    Baseline,
    Inhabitants,
    Membership,
    PostType,
    PublishedRate,
    Region,
)
from reporting.tables import Column, Table, Value
from reporting.templatetags.platsplan import number, rate


class RegionInhabitantsInline(ReadOnlyMixin, admin.TabularInline):
    """A region's inhabitants in every population reference."""

    model = Inhabitants
    fields = ["reference", "count", "standing_tag", "source"]
    readonly_fields = ["count", "standing_tag", "source"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inhabitants]:
        """With the reference, which carries standing and source."""
        return super().get_queryset(request).select_related("reference", "region")

    @admin.display(description=_("inhabitants"))
    def count(self, obj: Inhabitants) -> str:
        """Inhabitants, written with thousands."""
        return number(obj.persons)

    @admin.display(description=_("standing"))
    def standing_tag(self, obj: Inhabitants) -> str:
        """The standing of the reference."""
        return render_to_string("admin/_standing.html", {"value": obj.reference.standing})

    @admin.display(description=_("source"))
    def source(self, obj: Inhabitants) -> str:
        """The source of the reference."""
        return obj.reference.source


class BaselineInline(ReadOnlyMixin, StandingMixin, admin.TabularInline):
    """A region's plan of the 2021 agreement."""

    model = Baseline
    fields = ["post_type", "year", "planned_posts", "standing_tag", "source"]
    readonly_fields = ["standing_tag"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Baseline]:
        """With the region, whose name stands in each row."""
        return super().get_queryset(request).select_related("region")


class PublishedRateInline(ReadOnlyMixin, StandingMixin, admin.TabularInline):
    """A region's rates as printed."""

    model = PublishedRate
    fields = ["year", "rate_text", "standing_tag", "source"]
    readonly_fields = ["rate_text", "standing_tag"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublishedRate]:
        """With the region, whose name stands in each row."""
        return super().get_queryset(request).select_related("region")

    @admin.display(description=_("AT posts per 100 000 inhabitants"))
    def rate_text(self, obj: PublishedRate) -> str:
        """The rate with two decimals."""
        return rate(obj.rate)


class RegionPeopleInline(ReadOnlyMixin, admin.TabularInline):
    """Who serves the region. Roles are given on the person's own page."""

    model = Membership
    fields = ["user", "role"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """With the person and the region, whose names stand in each row."""
        return super().get_queryset(request).select_related("user", "region")


@admin.register(Region)
class RegionAdmin(ExportMixin, NeverDeletedMixin, admin.ModelAdmin):
    """The 21 regions. An administrator may correct names and the organisation number."""

    list_display = ["code", "name", "inhabitants_text", "plan_text", "rate_text", "organisation_number"]
    list_display_links = ["code", "name"]
    search_fields = ["code", "name", "short_name", "county"]
    show_full_result_count = False
    fields = [
        "code",
        "name",
        "short_name",
        "county",
        "organisation_number",
        "organisation_number_standing",
    ]
    inlines = [RegionInhabitantsInline, BaselineInline, PublishedRateInline, RegionPeopleInline]

    actions = ["export_xlsx", "export_csv"]

    def table_of(self, request: HttpRequest, queryset: QuerySet[Region]) -> Table:
        """The chosen regions with their newest figures, each with its standing."""
        columns = [
            Column(gettext("Code"), width=22),
            Column(gettext("Region"), width=30),
            Column(gettext("County"), width=24),
            Column(gettext("Organisation number"), width=22),
            Column(gettext("Inhabitants"), "number", 16, is_summed=True),
            Column(gettext("Population reference"), width=34),
            Column(gettext("Standing"), width=16),
            Column(gettext("Planned AT posts"), "number", 14),
            Column(gettext("Year"), "year", 10),
            Column(gettext("Standing"), width=16),
        ]
        rows: list[list[Value]] = []
        for region in queryset:
            counted = next(iter(region.newest_inhabitants), None)  # type: ignore[attr-defined]  # set by the prefetch
            plan = next(iter(region.at_plans[-1:]), None)  # type: ignore[attr-defined]  # set by the prefetch
            rows.append(
                [
                    region.code,
                    region.name,
                    region.county,
                    region.organisation_number,
                    counted.persons if counted else None,
                    counted.reference.title if counted else "",
                    counted.reference.get_standing_display() if counted else "",
                    plan.planned_posts if plan else None,
                    plan.year if plan else None,
                    plan.get_standing_display() if plan else "",
                ]
            )
        return Table(gettext("Regions"), [], columns, rows)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There are 21 regions; they come with the reference data."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> list[str]:
        """The county code is the region's key."""
        return ["code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Region]:
        """With the figures that the list shows: three queries, however many regions."""
        newest = Inhabitants.objects.select_related("reference").order_by("-reference__reference_date")
        plans = Baseline.objects.filter(post_type=PostType.AT).order_by("year")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("inhabitants", queryset=newest, to_attr="newest_inhabitants"),
                Prefetch("baselines", queryset=plans, to_attr="at_plans"),
                Prefetch(
                    "published_rates",
                    queryset=PublishedRate.objects.order_by("-year"),
                    to_attr="newest_rates",
                ),
            )
        )

    @admin.display(description=_("inhabitants"))
    def inhabitants_text(self, obj: Region) -> str:
        """Inhabitants in the newest population reference, with standing."""
        found = obj.newest_inhabitants  # type: ignore[attr-defined]  # set by the prefetch
        if not found:
            return number(None)
        return _figure(number(found[0].persons), found[0].reference.title, found[0].reference.standing)

    @admin.display(description=_("planned AT posts"))
    def plan_text(self, obj: Region) -> str:
        """The plan of the first year, with standing."""
        found = obj.at_plans  # type: ignore[attr-defined]  # set by the prefetch
        if not found:
            return number(None)
        return _figure(number(found[0].planned_posts), str(found[0].year), found[0].standing)

    @admin.display(description=_("published rate"))
    def rate_text(self, obj: Region) -> str:
        """The rate printed last, with standing."""
        found = obj.newest_rates  # type: ignore[attr-defined]  # set by the prefetch
        if not found:
            return rate(None)
        return _figure(rate(found[0].rate), str(found[0].year), found[0].standing)


def _figure(value: str, of: str, standing: str) -> str:
    return render_to_string("admin/_figure.html", {"value": value, "of": of, "standing": standing})

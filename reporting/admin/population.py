"""Population references: reading them in from Statistics Sweden's file, and showing them."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin.exports import ExportMixin
from reporting.admin.forms import DayInput
from reporting.admin.readonly import ReadOnlyMixin, StandingMixin, signed_in
from reporting.errors import FieldProblem
from reporting.models import Inhabitants, PopulationReference, Region, Standing
from reporting.pxweb import MAX_BYTES, MOST_PERSONS, PxWebManyYears, PxWebRefused, read_population
from reporting.services.population import (
    ADD,
    MUCH_PERCENT,
    PopulationSource,
    compare_population,
    load_population,
    national_total,
)
from reporting.tables import Column, Table, Value
from reporting.templatetags.platsplan import number

# How long what was read in may be looked at before it is saved.
SEEN_FOR = timedelta(hours=2)
_SALT = "platsplan.population"
_STANDINGS = [
    (Standing.OFFICIAL, gettext_lazy("official: counted at the end of a year")),
    (Standing.PUBLISHED, gettext_lazy("published: a projection")),
]


class PopulationFileForm(forms.Form):
    """The file, and where it comes from."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=150,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=gettext_lazy(
            "CSV from the Statistical Database (PxWeb): one row for each county, at most 200 kB."
        ),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year to read"),
        required=False,
        min_value=1968,
        max_value=2100,
        help_text=gettext_lazy("Needed only where the file has several years."),
    )
    national_total = forms.IntegerField(
        label=gettext_lazy("National total"),
        required=False,
        min_value=1,
        max_value=MOST_PERSONS,
        help_text=gettext_lazy("Needed where the file has no row “00 Riket”. The regions must sum to it."),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        help_text=gettext_lazy("Such as Folkmängd 31 december 2023."),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Identifier"),
        max_length=50,
        help_text=gettext_lazy("What rule sets call it, such as actual-2023-12-31."),
    )
    reference_date = forms.DateField(label=gettext_lazy("Date"), widget=DayInput)
    standing = forms.ChoiceField(label=gettext_lazy("Standing"), choices=_STANDINGS)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=300,
        help_text=gettext_lazy("The table's name and address, and the day when it was fetched."),
    )
    licence = forms.CharField(label=gettext_lazy("Licence"), max_length=120, initial="CC0")

    def clean_file(self) -> Any:
        """A file that is too large is not read at all."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            text = _("The file is larger than %(size)d kB. A table of the regions is far smaller.")
            raise forms.ValidationError(text % {"size": MAX_BYTES // 1000})
        return file


class SeenForm(forms.Form):
    """What was read in and shown, sealed, and the word that large changes have been looked at."""

    seen = forms.CharField(widget=forms.HiddenInput)
    much_confirmed = forms.BooleanField(
        label=gettext_lazy("I have looked at the large changes, and they are right"), required=False
    )


class ReferenceInhabitantsInline(ReadOnlyMixin, admin.TabularInline):
    """All regions' inhabitants in one population reference."""

    model = Inhabitants
    fields = ["region", "count"]
    readonly_fields = ["count"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inhabitants]:
        """With region and reference, whose names stand in each row."""
        return super().get_queryset(request).select_related("region", "reference").order_by("region")

    @admin.display(description=gettext_lazy("inhabitants"))
    def count(self, obj: Inhabitants) -> str:
        """Inhabitants, written with thousands."""
        return number(obj.persons)


@admin.register(PopulationReference)
class PopulationReferenceAdmin(ExportMixin, ReadOnlyMixin, StandingMixin, admin.ModelAdmin):
    """Dated counts of inhabitants. Runs rest on them, so they are read in from a file and never edited."""

    list_display = ["title", "slug", "reference_date", "region_count", "total", "standing_tag", "source"]
    fields = [
        "title",
        "slug",
        "reference_date",
        "standing_tag",
        "source",
        "licence",
        "file_name",
        "file_sha256",
        "national_total",
        "loaded_by",
        "loaded_at",
        "is_used",
    ]
    readonly_fields = ["standing_tag", "is_used"]
    list_select_related = ["loaded_by"]
    show_full_result_count = False
    inlines = [ReferenceInhabitantsInline]
    actions = ["export_xlsx", "export_csv"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PopulationReference]:
        """With the number of regions and the sum."""
        references: QuerySet[PopulationReference] = super().get_queryset(request)
        return references.annotate(counted=Count("inhabitants"), persons=Sum("inhabitants__persons"))

    def table_of(self, request: HttpRequest, queryset: QuerySet[PopulationReference]) -> Table:
        """What is taken out: a row for each region of each reference."""
        return inhabitants_table(queryset)

    @admin.display(description=gettext_lazy("regions"), ordering="counted")
    def region_count(self, obj: PopulationReference) -> int:
        """How many regions are counted."""
        return int(obj.counted)  # type: ignore[attr-defined]  # annotated

    @admin.display(description=gettext_lazy("inhabitants"), ordering="persons")
    def total(self, obj: PopulationReference) -> str:
        """The sum over the regions."""
        return number(obj.persons)  # type: ignore[attr-defined]  # annotated

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Reading in a file is the only way in."""
        return signed_in(request).has_perm(ADD)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Choose a file; look at what it says; keep it. Nothing is saved before the last step."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "seen" in request.POST:
            return self._keep(request)
        form = PopulationFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                seen = _read(form.cleaned_data)
            except PxWebManyYears as error:
                form.add_error("year", str(error))
            except FieldProblem as error:
                form.add_error(error.field, str(error))
            except PxWebRefused as error:
                form.add_error("file", str(error))
            else:
                return self._show(request, seen, SeenForm(initial={"seen": _sealed(seen, request)}))
        return self._page(request, "upload.html", {"form": form}, status=400 if form.errors else 200)

    def _keep(self, request: HttpRequest) -> HttpResponse:
        try:
            seen = _unsealed(request)
        except BadSignature:
            messages.error(request, _("What was read in is too old. Choose the file again."))
            return redirect("admin:reporting_populationreference_add")
        form = SeenForm(request.POST)
        if form.is_valid():
            details = {
                **seen["source"],
                "reference_date": date.fromisoformat(seen["source"]["reference_date"]),
            }
            try:
                reference = load_population(
                    source=PopulationSource(**details),
                    persons=seen["persons"],
                    nation=seen["nation"],
                    much_confirmed=form.cleaned_data["much_confirmed"],
                    by=signed_in(request),
                    at=timezone.now(),
                )
            except FieldProblem as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                self.log_addition(request, reference, [{"added": {}}])
                text = _("%(title)s has been saved, with %(persons)s inhabitants.")
                words = {"title": reference.title, "persons": number(seen["nation"])}
                messages.success(request, text % words)
                return redirect("admin:reporting_populationreference_change", reference.pk)
        return self._show(request, seen, form, status=400)

    def _show(
        self, request: HttpRequest, seen: dict[str, Any], form: SeenForm, status: int = 200
    ) -> HttpResponse:
        day = date.fromisoformat(seen["source"]["reference_date"])
        comparison = compare_population(seen["persons"], reference_date=day)
        context = {"form": form, "seen": seen, "day": day, "comparison": comparison, "percent": MUCH_PERCENT}
        return self._page(request, "check.html", context, status=status)

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int
    ) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request),
            "title": _("Read in a population from Statistics Sweden"),
            "opts": self.opts,
            **context,
        }
        where = f"admin/reporting/populationreference/{template}"
        return TemplateResponse(request, where, whole, status=status)


def _read(typed: dict[str, Any]) -> dict[str, Any]:
    """What a file and the form around it say, as plain values that a page can carry."""
    file, day = typed["file"], typed["reference_date"]
    counties = dict(Region.objects.order_by("code").values_list("code", "county"))
    table = read_population(file.read(), counties=counties, year=typed["year"])
    if table.year != day.year:
        text = _("The column that was read is for %(year)d, and the date is in another year.")
        raise FieldProblem("reference_date", text % {"year": table.year})
    if PopulationReference.objects.filter(slug=typed["slug"]).exists():
        raise FieldProblem("slug", _("There is a population reference with this identifier."))
    nation = national_total(
        in_file=table.nation, typed=typed["national_total"], regions=sum(table.persons.values())
    )
    source = {name: typed[name] for name in ("title", "slug", "standing", "source", "licence")}
    source |= {
        "reference_date": day.isoformat(),
        "file_name": file.name[:150],
        "file_sha256": table.sha256,
    }
    return {
        "source": source,
        "persons": dict(table.persons),
        "nation": nation,
        "in_file": table.nation is not None,
    }


def _sealed(seen: dict[str, Any], request: HttpRequest) -> str:
    return signing.dumps([signed_in(request).pk, seen], salt=_SALT, compress=True)


def _unsealed(request: HttpRequest) -> dict[str, Any]:
    """What the asker was shown, unless it has been altered, is somebody else's, or too old."""
    person, seen = signing.loads(request.POST["seen"], salt=_SALT, max_age=SEEN_FOR)
    if person != signed_in(request).pk:
        raise BadSignature("somebody else's")
    found: dict[str, Any] = seen
    return found


def inhabitants_table(references: QuerySet[PopulationReference]) -> Table:
    """The inhabitants of each region in each chosen reference, with source and standing. One query."""
    found = Inhabitants.objects.filter(reference__in=references.order_by().values("pk"))
    rows: list[list[Value]] = [
        [
            one.reference.title,
            one.reference.reference_date,
            one.region_id,
            one.region.short_name,
            one.persons,
            str(one.reference.get_standing_display()),
            one.reference.source,
        ]
        for one in found.select_related("reference", "region").order_by("reference", "region")
    ]
    columns = [
        Column(_("Population reference"), width=36),
        Column(_("Date"), "day", 14),
        Column(_("Code"), width=8),
        Column(_("Region"), width=22),
        Column(_("Inhabitants"), "number", 14),
        Column(_("Standing"), width=18),
        Column(_("Source"), width=60),
    ]
    return Table(_("Population references"), [], columns, rows)

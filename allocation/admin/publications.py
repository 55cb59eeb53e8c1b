"""Publishing a run from its page, and the publications, which can be withdrawn but never changed."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from allocation.admin.lists import GrantListMixin, publications_table
from allocation.decided import decision_in_force
from allocation.models import NOTE_MAX, AllocationRun, Publication
from allocation.publications import newest_publication
from allocation.services.publications import may_publish, publish_run, withdraw_publication
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.tables import Table

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object


class PublishMixin(Base):
    """Adds to a run's page the address where it is made public."""

    def get_urls(self) -> list[URLPattern]:
        """The button's own address, before the page that catches everything."""
        publish = require_http_methods(["GET", "HEAD", "POST"])(self.publish_view)
        wrapped = self.admin_site.admin_view(publish)
        own = [path("<path:object_id>/publish/", wrapped, name="allocation_allocationrun_publish")]
        return [*own, *super().get_urls()]

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What everybody will see, and the button that makes it so."""
        person = signed_in(request)
        run: AllocationRun | None = self.get_object(request, unquote(object_id))
        if not may_publish(person):
            raise PermissionDenied
        if run is None:
            raise Http404
        note, problem = "", ""
        if request.method == "POST":
            note = request.POST.get("note", "")
            try:
                publish_run(run=run, by=person, note=note, at=timezone.now())
            except DomainError as error:
                problem = str(error)
            else:
                messages.success(request, _("Run %(number)d is public now.") % {"number": run.number})
                return redirect("admin:allocation_allocationrun_change", run.pk)
        decision = decision_in_force(run.round_grant)
        if decision is not None and decision.run_id != run.pk:
            decision = None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish run %(number)d") % {"number": run.number},
            "opts": self.opts,
            "run": run,
            "note": note,
            "note_max": NOTE_MAX,
            "problem": problem,
            "newest": newest_publication(run),
            "decision": decision,
            "may_be_public": decision is not None or run.round_grant.current_run_id == run.pk,
            "reported_count": run.regions.exclude(reported_posts=None).count(),
            "region_count": run.regions.count(),
        }
        return TemplateResponse(request, "admin/allocation/allocationrun/publish.html", context)


@admin.register(Publication)
class PublicationAdmin(GrantListMixin, ReadOnlyMixin, admin.ModelAdmin):
    """What has been published, when and by whom."""

    rounds_at = "run__round_grant__reporting_round__name"
    rules_at = "run__rules_version"
    actions = ["export_xlsx", "export_csv"]

    empty_words = gettext_lazy("A run is published with the button on its page.")
    list_display = ["name", "grant", "published_at", "published_by_name", "place"]
    list_filter = ["run__round_grant__reporting_round"]
    list_select_related = ["run__round_grant__reporting_round", "withdrawal", "decision"]
    show_full_result_count = False
    list_per_page = 50

    def get_urls(self) -> list[URLPattern]:
        """The button's own address, before the page that catches everything."""
        withdraw = self.admin_site.admin_view(require_http_methods(["POST"])(self.withdraw_view))
        return [
            path("<path:object_id>/withdraw/", withdraw, name="allocation_publication_withdraw"),
            *super().get_urls(),
        ]

    def table_of(self, request: HttpRequest, queryset: QuerySet[Publication]) -> Table:
        """What is taken out: a row for each publication."""
        return publications_table(queryset)

    @admin.display(description=gettext_lazy("run"), ordering="run__number")
    def name(self, obj: Publication) -> str:
        """The run's number within its grant."""
        return _("Run %(number)d") % {"number": obj.run.number}

    @admin.display(description=gettext_lazy("grant"), ordering="run__round_grant")
    def grant(self, obj: Publication) -> str:
        """The grant and its round."""
        return str(obj.run.round_grant)

    @admin.display(description=gettext_lazy("state"))
    def place(self, obj: Publication) -> str:
        """Whether everybody sees it now."""
        is_newest = getattr(obj, "newest", None) == obj.pk
        return render_to_string("admin/_publication_place.html", {"publication": obj, "is_newest": is_newest})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        """With the newest publication of each one's grant."""
        same_grant = Publication.objects.filter(run__round_grant=OuterRef("run__round_grant"))
        newest = Subquery(same_grant.order_by("-pk").values("pk")[:1])
        rows: QuerySet[Publication] = super().get_queryset(request)
        return rows.annotate(newest=newest)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A publication, and the form that withdraws it."""
        publication = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, publication):
            raise PermissionDenied
        if publication is None:
            raise Http404
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, publication)

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the publication back, with the reason typed."""
        publication = self.get_object(request, unquote(object_id))
        if not may_publish(signed_in(request)):
            raise PermissionDenied
        if publication is None:
            raise Http404
        reason = request.POST.get("reason", "")
        try:
            withdraw_publication(
                publication_id=publication.pk, by=signed_in(request), reason=reason, at=timezone.now()
            )
        except DomainError as error:
            return self._page(request, publication, problem=str(error), reason=reason)
        self.message_user(request, _("The figures have left the open pages."), messages.SUCCESS)
        return redirect("admin:allocation_publication_change", publication.pk)

    def _page(
        self, request: HttpRequest, publication: Publication, *, problem: str = "", reason: str = ""
    ) -> HttpResponse:
        newest = newest_publication(publication.run)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publication of run %(number)d") % {"number": publication.run.number},
            "opts": self.opts,
            "publication": publication,
            "run": publication.run,
            "reports": publication.reports.select_related("region", "revision").order_by("region"),
            "is_newest": newest is not None and newest.pk == publication.pk,
            "may_withdraw": may_publish(signed_in(request)),
            "problem": problem,
            "reason": reason,
        }
        return TemplateResponse(request, "admin/allocation/publication/page.html", context)

"""Questions about what has been published, for the desk and for the open pages."""

from django.db.models import Max, OuterRef, QuerySet, Subquery

from allocation.models import AllocationRun, Publication


def publications_in_force() -> list[Publication]:
    """Every grant's newest publication that has not been withdrawn, the newest first.

    A grant whose newest publication was withdrawn has none: an older one does not come back by itself.
    """
    newest = (
        Publication.objects.order_by().values("run__round_grant").annotate(newest=Max("pk")).values("newest")
    )
    found = Publication.objects.filter(pk__in=Subquery(newest), withdrawal=None)
    return list(found.select_related("run__round_grant__reporting_round", "decision").order_by("-pk"))


def with_public(runs: QuerySet[AllocationRun]) -> QuerySet[AllocationRun]:
    """Runs with `public_id`: the publication by which everybody sees that very run now, or None."""
    of_grant = Publication.objects.filter(run__round_grant=OuterRef(OuterRef("round_grant"))).order_by("-pk")
    public = Publication.objects.filter(pk=Subquery(of_grant.values("pk")[:1]), withdrawal=None)
    return runs.annotate(public_id=Subquery(public.filter(run=OuterRef("pk")).values("pk")[:1]))


def newest_publication(run: AllocationRun) -> Publication | None:
    """The last publication of the run's grant, withdrawn or not."""
    found = Publication.objects.filter(run__round_grant=run.round_grant_id)
    return found.select_related("run", "withdrawal").order_by("-pk").first()

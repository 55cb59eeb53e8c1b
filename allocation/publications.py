"""Questions about what has been published, for the desk and for the open pages."""

from django.db.models import Max, Subquery

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


def newest_publication(run: AllocationRun) -> Publication | None:
    """The last publication of the run's grant, withdrawn or not."""
    found = Publication.objects.filter(run__round_grant=run.round_grant_id)
    return found.select_related("run", "withdrawal").order_by("-pk").first()

"""What the desk's pages about runs show of their publication."""

from django import template

from allocation.models import AllocationRun, Publication
from allocation.publications import newest_publication

register = template.Library()


@register.simple_tag
def publication_of(run: AllocationRun) -> Publication | None:
    """The publication by which everybody sees this very run now; None where it is not public."""
    newest = newest_publication(run)
    return newest if newest and newest.run_id == run.pk and newest.withdrawn_at is None else None

"""Making a run public, and taking that back."""

from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from allocation import selectors
from allocation.decided import decision_in_force
from allocation.errors import PublicationRefused
from allocation.models import NOTE_MAX, AllocationRun, Decision, Publication, PublishedReport, Withdrawal
from allocation.publications import newest_publication
from reporting.locks import lock_round
from reporting.models import Revision, User
from reporting.services.roles import must_have

_PERMISSION = "allocation.publish_run"


def may_publish(person: User) -> bool:
    """Whether the person may publish runs and withdraw them."""
    return person.is_staff and person.has_perm(_PERMISSION)


@transaction.atomic
def publish_run(*, run: AllocationRun, by: User, note: str = "", at: datetime) -> Publication:
    """Make a run public, with the versions of the reports that counted in it.

    Whatever the grant had published before is replaced on the open pages, and kept. The amounts are called
    decided if the decision in force rests on the run, else preliminary.

    Args:
        note: what the open pages say about it; may be empty.

    Raises:
        NotAllowed: `by` may not publish.
        PublicationRefused: the run is public already, has been replaced without being decided on, or
            its reports have changed too far to tell which versions counted.
    """
    must_have(by, _PERMISSION)
    lock_round(run.round_grant.reporting_round_id)
    note = note.strip()
    if len(note) > NOTE_MAX:
        raise PublicationRefused(
            _("The note has %(length)d characters, and may have %(most)d.")
            % {"length": len(note), "most": NOTE_MAX}
        )
    run = AllocationRun.objects.select_related("round_grant").get(pk=run.pk)
    decision = decision_in_force(run.round_grant)
    if decision is not None and decision.run_id != run.pk:
        decision = None
    if decision is None and run.round_grant.current_run_id != run.pk:
        text = _("Run %(number)d has been replaced. Publish the run that holds now.")
        raise PublicationRefused(text % {"number": run.number})
    versions = _versions_that_counted(run)
    newest = newest_publication(run)
    if newest is not None and newest.withdrawn_at is None and _is_same(newest, run, versions, decision):
        raise PublicationRefused(_("Run %(number)d is public already.") % {"number": run.number})
    publication = Publication.objects.create(
        run=run,
        published_at=at,
        published_by=by,
        published_by_name=by.name,
        decision=decision,
        note=note,
    )
    try:
        with transaction.atomic():
            PublishedReport.objects.bulk_create(
                PublishedReport(publication=publication, region_id=code, revision=revision)
                for code, revision in versions.items()
            )
    except DatabaseError as error:
        raise PublicationRefused(
            _("The reports have changed since the run. Ask for a recomputation and publish its run.")
        ) from error
    return publication


@transaction.atomic
def withdraw_publication(*, publication_id: int, by: User, reason: str, at: datetime) -> Withdrawal:
    """Take a publication back: its figures leave the open pages at once. The rows stay.

    Raises:
        NotAllowed: `by` may not withdraw.
        PublicationRefused: there is no reason, or it has been withdrawn or replaced already.
    """
    must_have(by, _PERMISSION)
    publication = Publication.objects.select_related("run__round_grant").get(pk=publication_id)
    lock_round(publication.run.round_grant.reporting_round_id)
    reason = reason.strip()
    if not reason:
        raise PublicationRefused(_("Give the reason why the figures are taken back."))
    if Withdrawal.objects.filter(publication=publication).exists():
        raise PublicationRefused(_("The publication has been withdrawn already."))
    newest = newest_publication(publication.run)
    if newest is None or newest.pk != publication.pk:
        raise PublicationRefused(_("A newer publication has replaced this one already."))
    return Withdrawal.objects.create(
        publication=publication,
        withdrawn_at=at,
        withdrawn_by=by,
        withdrawn_by_name=by.name,
        reason=reason,
    )


def _versions_that_counted(run: AllocationRun) -> dict[str, Revision]:
    """Region code -> the version that counted when the run was last found to hold."""
    latest = selectors.latest_recomputation(run)
    basis = {row["region"]: row["revision"] for row in (latest.basis if latest else ())}
    counted = run.regions.exclude(reported_posts=None).select_related("revision")
    rows = {row.region_id: row.revision for row in counted}
    by_number = {
        (revision.submission.region_id, revision.number): revision
        for revision in Revision.objects.filter(
            submission__reporting_round=run.round_grant.reporting_round_id, submission__region__in=rows
        ).select_related("submission")
    }
    found = {code: by_number.get((code, basis.get(code) or 0), stored) for code, stored in rows.items()}
    return {code: revision for code, revision in found.items() if revision is not None}


def _is_same(
    publication: Publication, run: AllocationRun, versions: dict[str, Revision], decision: Decision | None
) -> bool:
    published = dict(publication.reports.values_list("region_id", "revision_id"))
    return (
        publication.run_id == run.pk
        and publication.decision_id == (decision.pk if decision else None)
        and published == {code: revision.pk for code, revision in versions.items()}
    )

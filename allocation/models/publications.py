"""What the agency has published: a run, with the versions of the reports that counted in it."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocation.models.decisions import Decision
from allocation.models.runs import AllocationRun
from reporting.models import Region, Revision, User, append_only, never_emptied

NOTE_MAX = 600

# A version is published with a run only if the run counted those very figures.
_AS_IT_COUNTED = """
IF NOT EXISTS (
    SELECT FROM allocation_publication AS publication
    JOIN allocation_allocationrun AS run ON run.id = publication.run_id
    JOIN allocation_roundgrant AS round_grant ON round_grant.id = run.round_grant_id
    JOIN allocation_runregion AS counted
      ON counted.run_id = run.id AND counted.region_id = NEW.region_id
    JOIN reporting_revision AS revision ON revision.id = NEW.revision_id
    JOIN reporting_submission AS submission ON submission.id = revision.submission_id
    JOIN reporting_figure AS figure
      ON figure.revision_id = revision.id AND figure.post_type = 'AT' AND figure.year = round_grant.year
    WHERE publication.id = NEW.publication_id
      AND submission.reporting_round_id = round_grant.reporting_round_id
      AND submission.region_id = NEW.region_id
      AND figure.posts = counted.reported_posts
)
THEN
    RAISE EXCEPTION 'version % did not count in publication %', NEW.revision_id, NEW.publication_id;
END IF;
RETURN NEW;
"""

# What is called decided has been decided, by this very run.
_AS_DECIDED = """
IF NOT EXISTS (
    SELECT FROM allocation_decision
    WHERE id = NEW.decision_id AND run_id = NEW.run_id AND state = 'decided'
)
THEN
    RAISE EXCEPTION 'run % has not been decided by decision %', NEW.run_id, NEW.decision_id;
END IF;
RETURN NEW;
"""


class Publication(models.Model):
    """A run made public, once. The newest publication of a grant counts; a withdrawn one shows nothing."""

    run = models.ForeignKey(
        AllocationRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="publications"
    )
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        User, verbose_name=_("published by"), on_delete=models.PROTECT, related_name="+"
    )
    published_by_name = models.CharField(_("name"), max_length=150)
    decision = models.ForeignKey(
        Decision,
        verbose_name=_("decision"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="publications",
        help_text=_("Empty: the amounts were preliminary."),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("Stands on the open pages."))

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ("-pk",)
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="decided_as_it_says",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__decision__isnull=False),
                func=_AS_DECIDED,
            ),
        )
        permissions = (("publish_run", _("Can publish runs and withdraw them")),)

    def __str__(self) -> str:
        return str(self.run)

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the publication was withdrawn; None while it has not been."""
        withdrawal = getattr(self, "withdrawal", None)
        return withdrawal.withdrawn_at if withdrawal else None


class PublishedReport(models.Model):
    """A version of a region's report, published with a run that counted its figures."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="reports")
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="published_reports"
    )
    revision = models.ForeignKey(
        Revision, verbose_name=_("version"), on_delete=models.PROTECT, related_name="publications"
    )

    class Meta:
        verbose_name = _("published report")
        verbose_name_plural = _("published reports")
        ordering = ("publication", "region")
        constraints = (
            models.UniqueConstraint(
                fields=["publication", "region"], name="one_version_per_publication_and_region"
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="as_it_counted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_AS_IT_COUNTED,
            ),
        )

    def __str__(self) -> str:
        return f"{self.publication}, {self.region_id}"


class Withdrawal(models.Model):
    """Why a publication was taken back, by whom and when. It cannot be undone, only published anew."""

    publication = models.OneToOneField(
        Publication, verbose_name=_("publication"), on_delete=models.PROTECT, related_name="withdrawal"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"))
    withdrawn_by = models.ForeignKey(
        User, verbose_name=_("withdrawn by"), on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_by_name = models.CharField(_("name"), max_length=150)
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("withdrawal of a publication")
        verbose_name_plural = _("withdrawals of publications")
        constraints = (
            models.CheckConstraint(condition=~models.Q(reason=""), name="withdrawal_has_a_reason"),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return str(self.publication)

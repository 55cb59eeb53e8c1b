"""Requests to recompute a round, and the worker that is at each."""

from datetime import datetime, timedelta

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from allocation.models.runs import AllocationRun
from reporting.models import ReportingRound, User, append_only, begins, never_emptied, tracked

# A worker that takes a request over has a greater number than everyone who had it before.
_CLAIMS_ARE_COUNTED = """
IF NEW.token <> OLD.token + (NEW.state = 'running' AND OLD.state <> 'running')::int THEN
    RAISE EXCEPTION 'the token of recomputation % counts how often it was claimed', OLD.id;
END IF;
RETURN NEW;
"""


class RequestState(models.TextChoices):
    """Where a request stands."""

    REQUESTED = "requested", _("Waiting")
    RUNNING = "running", _("Being computed")
    STUCK = "stuck", _("Stuck")
    DONE = "done", pgettext_lazy("recomputation", "Done")
    FAILED = "failed", _("Failed")


class Cause(models.TextChoices):
    """What asked for it."""

    SUBMITTED = "submitted", _("A report was submitted")
    APPROVED = "approved", _("A report was approved")
    RETURNED = "returned", _("A report was returned")
    GRANT = "grant", _("A grant was added")
    ASKED = "asked", _("Asked for by hand")


# Six signs of life missed. A worker that waits for the round's lock still gives them.
SILENCE = timedelta(seconds=30)

OPEN_STATES = (RequestState.REQUESTED, RequestState.RUNNING, RequestState.STUCK)
TRANSITIONS = (
    ("requested", "running"),
    ("requested", "done"),  # answered by the snapshot of another request
    ("running", "done"),
    ("running", "failed"),
    ("running", "stuck"),
    ("stuck", "running"),
    ("stuck", "done"),
    ("stuck", "failed"),
)


@tracked(exclude=["heartbeat_at"])
class Recomputation(models.Model):
    """A request to recompute a round, written with the change that asked for it.

    `basis` tells, once it is done, which version of each region's report counted and where
    that report stood: [{"region", "revision", "state"}], revision None where nothing was submitted.
    `token` counts how often a worker has claimed it; only the last claim can be answered.
    """

    reporting_round = models.ForeignKey(
        ReportingRound, verbose_name=_("round"), on_delete=models.PROTECT, related_name="recomputations"
    )
    reason = models.CharField(_("reason"), max_length=40, choices=Cause.choices)
    requested_by = models.ForeignKey(
        User,
        verbose_name=_("asked for by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=20, choices=RequestState.choices, default=RequestState.REQUESTED
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    token = models.PositiveIntegerField(_("claim"), default=0)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    basis = models.JSONField(_("reports that counted"), default=list, blank=True)
    runs = models.ManyToManyField(
        AllocationRun, verbose_name=_("runs"), blank=True, related_name="recomputations"
    )

    class Meta:
        verbose_name = _("recomputation")
        verbose_name_plural = _("recomputations")
        ordering = ("-requested_at", "-pk")
        indexes = (
            models.Index(
                fields=["reporting_round", "requested_at"],
                condition=models.Q(state__in=["requested", "running", "stuck"]),
                name="recomputation_open",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=RequestState.values), name="recomputation_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=Cause.values), name="recomputation_reason_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running")
                | (~models.Q(worker="") & models.Q(started_at__isnull=False, heartbeat_at__isnull=False)),
                name="a_worker_is_at_what_is_running",
            ),
        )
        triggers = (
            pgtrigger.FSM(name="allowed_transitions", field="state", transitions=list(TRANSITIONS)),
            begins("requested"),
            pgtrigger.ReadOnly(
                name="as_asked", fields=["id", "reporting_round", "reason", "requested_by", "requested_at"]
            ),
            pgtrigger.Trigger(
                name="token_counts_claims",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_CLAIMS_ARE_COUNTED,
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answered_is_answered",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="done") | pgtrigger.Q(old__state="failed"),
            ),
            never_emptied(),
        )
        permissions = (("request_recomputation", _("Can ask for a recomputation")),)

    def __str__(self) -> str:
        return f"{self.reporting_round}, {self.requested_at:%Y-%m-%d %H:%M:%S}"

    @property
    def is_open(self) -> bool:
        """Whether it has neither been answered nor given up."""
        return self.state in OPEN_STATES

    def seems_stuck(self, *, at: datetime) -> bool:
        """Whether it is stuck, or will be marked so as soon as any worker is there to mark it."""
        silent = self.heartbeat_at is not None and self.heartbeat_at < at - SILENCE
        return self.state == RequestState.STUCK or (self.state == RequestState.RUNNING and silent)


class RecomputationRun(Recomputation.runs.through):  # type: ignore[name-defined,misc]  # made by Django
    """A run that answered a request. Written with the answer, never changed."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("answer to a recomputation")
        verbose_name_plural = _("answers to recomputations")
        triggers = (append_only(), never_emptied())

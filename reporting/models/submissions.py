"""A region's report in a round: what is being typed, what was submitted, what happened to it."""

import hashlib
import json
from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.people import Language, Role, User
from reporting.models.regions import PostType, Region
from reporting.models.rounds import STOCKHOLM, ReportingRound
from reporting.models.triggers import append_only, begins, never_emptied, only_with_its_version

MAX_POSTS = 9_999
COMMENT_MAX = 600
# Far more than any field takes, so that what is typed wrongly is kept; and less than fills a disk.
TEXT_MAX = 20_000


# The agency's decision is the extension's row; the report only repeats it.
_EXTENDED_AS_WAS_GRANTED = """
IF TG_OP = 'INSERT' THEN
    IF NEW.extended_until IS NULL THEN
        RETURN NEW;
    END IF;
ELSIF NEW.extended_until IS NOT DISTINCT FROM OLD.extended_until OR NEW.extended_until IS NOT DISTINCT FROM (
    SELECT closes_at FROM reporting_extension WHERE submission_id = NEW.id ORDER BY id DESC LIMIT 1
)
THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'report % has no extension until %', NEW.id, NEW.extended_until;
"""


class State(models.TextChoices):
    """Where a report is."""

    NOT_STARTED = "not_started", _("Not started")
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")
    DECIDED = "decided", _("Decided")


# A decision on the round's grant closes every report that has a version; the agency can return it again.
TRANSITIONS = (
    ("not_started", "draft"),
    ("not_started", "submitted"),
    ("draft", "submitted"),
    ("submitted", "in_review"),
    ("submitted", "approved"),
    ("submitted", "returned"),
    ("in_review", "submitted"),
    ("in_review", "approved"),
    ("in_review", "returned"),
    ("returned", "submitted"),
    ("approved", "returned"),
    ("submitted", "decided"),
    ("in_review", "decided"),
    ("returned", "decided"),
    ("approved", "decided"),
    ("decided", "returned"),
)


@tracked()
class Submission(models.Model):
    """One region's report in one round. Its figures are its revisions."""

    reporting_round = models.ForeignKey(
        ReportingRound, verbose_name=_("round"), on_delete=models.PROTECT, related_name="submissions"
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="submissions"
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.NOT_STARTED)
    revision_count = models.PositiveIntegerField(_("versions"), default=0)
    draft_changed_at = models.DateTimeField(_("draft changed"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("last submitted"), null=True, blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    extended_until = models.DateTimeField(_("extended until"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("last changed"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("reporting_round", "region")
        constraints = (
            models.UniqueConstraint(
                fields=["reporting_round", "region"], name="one_report_per_round_and_region"
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="report_state_is_known"),
        )
        triggers = (
            pgtrigger.FSM(name="allowed_transitions", field="state", transitions=list(TRANSITIONS)),
            begins("not_started"),
            pgtrigger.ReadOnly(name="stays_with_its_region", fields=["id", "reporting_round", "region"]),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="versions_only_grow",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__revision_count__lt=pgtrigger.F("old__revision_count")),
            ),
            pgtrigger.Trigger(
                name="extended_as_was_granted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_EXTENDED_AS_WAS_GRANTED,
            ),
            never_emptied(),
        )
        permissions = (
            ("review_submission", _("Can review reports")),
            ("approve_submission", _("Can approve reports")),
            ("return_submission", _("Can return reports for completion")),
            ("extend_submission", _("Can extend the time for a region")),
            ("receive_status_report", _("Receives the status report")),
            ("send_status_report", _("Can send the status report")),
        )

    def __str__(self) -> str:
        return f"{self.region}, {self.reporting_round}"

    def get_absolute_url(self) -> str:
        return reverse("reporting:report", args=[self.reporting_round.slug, self.region_id])

    @property
    def case_number(self) -> str:
        """The report's case number, such as PP-2022-2024-03: one per round and region."""
        return f"PP-{self.reporting_round.slug}-{self.region_id}"

    @property
    def has_newer_draft(self) -> bool:
        """Whether something has been typed since the last submission."""
        if self.draft_changed_at is None:
            return False
        return self.submitted_at is None or self.draft_changed_at > self.submitted_at

    @property
    def is_locked(self) -> bool:
        """Approved and decided figures are locked until the agency returns the report."""
        return self.state in (State.APPROVED, State.DECIDED)

    @property
    def closes_at(self) -> datetime:
        """The region's closing moment, which itself is too late: its extension's, else the round's."""
        closes_at = self.reporting_round.closes_at
        return max(closes_at, self.extended_until) if self.extended_until else closes_at

    @property
    def is_extended(self) -> bool:
        """Whether the region has more time than the round gives."""
        return self.closes_at > self.reporting_round.closes_at

    def is_open(self, *, at: datetime) -> bool:
        """Whether the region may report at the moment `at` (aware), apart from completions."""
        return self.reporting_round.opens_at <= at < self.closes_at

    def has_closed(self, *, at: datetime) -> bool:
        """Whether the region's deadline has passed at the moment `at` (aware)."""
        return at >= self.closes_at

    def days_left(self, *, at: datetime) -> int:
        """Whole days in Sweden from `at` to the day of the region's deadline; negative afterwards."""
        return (self.closes_at.astimezone(STOCKHOLM).date() - at.astimezone(STOCKHOLM).date()).days

    def may_be_changed(self, *, at: datetime) -> bool:
        """Until the region's deadline, and after it while the agency waits for a completion.

        Never once approved or decided.
        """
        if self.is_locked:
            return False
        return self.is_open(at=at) or self.state == State.RETURNED


@tracked()
class DraftValue(models.Model):
    """What stands in one field of the draft, exactly as it was typed, valid or not."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="draft_values")
    field = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()
    # the region's system that filled it in on that person's responsibility; empty where the person did
    via = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("draft value")
        verbose_name_plural = _("draft values")
        ordering = ("submission", "field")
        constraints = (
            models.UniqueConstraint(fields=["submission", "field"], name="one_draft_value_per_field"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), TEXT_MAX), name="draft_text_fits"
            ),
        )

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"

    @property
    def saved_by(self) -> str:
        """Who put the text there: a person, or a region's system and the person who answers for it."""
        return f"{self.via}, {self.updated_by.name}" if self.via else self.updated_by.name


class Revision(models.Model):
    """A submitted version of a region's figures. Never changed; a correction is a new revision."""

    submission = models.ForeignKey(
        Submission, verbose_name=_("report"), on_delete=models.PROTECT, related_name="revisions"
    )
    number = models.PositiveIntegerField(_("version"))
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(
        User, verbose_name=_("submitted by"), on_delete=models.PROTECT, related_name="+"
    )
    submitted_by_name = models.CharField(_("name"), max_length=150)
    submitted_by_role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    contact_name = models.CharField(_("contact person"), max_length=150, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=50, blank=True)
    attestation = models.TextField(
        _("attestation"),
        blank=True,
        help_text=_("The exact sentence that was attested; empty in versions from before it was asked for."),
    )
    attestation_language = models.CharField(
        _("language of the attestation"), max_length=2, choices=Language.choices, blank=True
    )
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ("submission", "-number")
        constraints = (
            models.UniqueConstraint(fields=["submission", "number"], name="revisions_are_numbered_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="revisions_start_at_one"),
            models.CheckConstraint(
                condition=models.Q(submitted_by_role__in=Role.values), name="version_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(attestation_language__in=["", *Language.values]),
                name="attestation_language_is_known",
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.submission}, {_('version')} {self.number}"

    @property
    def receipt_number(self) -> str:
        """The receipt's number, such as PP-2022-2024-03-1."""
        return f"{self.submission.case_number}-{self.number}"


class Figure(models.Model):
    """Posts of one kind for one year in a revision. No posts means missing, which is never 0."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="figures")
    year = models.PositiveSmallIntegerField(_("year"))
    post_type = models.CharField(_("posts"), max_length=5, choices=PostType.choices)
    posts = models.PositiveIntegerField(_("reported posts"), null=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ("revision", "post_type", "year")
        constraints = (
            models.UniqueConstraint(
                fields=["revision", "year", "post_type"], name="one_figure_per_year_and_type"
            ),
            models.CheckConstraint(
                condition=models.Q(post_type__in=PostType.values), name="figure_post_type_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(posts__isnull=True) | models.Q(posts__lte=MAX_POSTS),
                name="posts_within_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(post_type="AT") | models.Q(posts__isnull=False),
                name="submitted_at_figures_are_not_missing",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("comment"), COMMENT_MAX), name="figure_comment_fits"
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            only_with_its_version(),
        )

    def __str__(self) -> str:
        return f"{self.get_post_type_display()} {self.year}: {self.posts}"


class Indicator(models.Model):
    """An answer on the page of indicators in a revision. No value means missing, with its reason."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="indicators")
    key = models.CharField(_("indicator"), max_length=40)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, help_text=_("Empty for what is asked once, as it is on the day of reporting.")
    )
    value = models.DecimalField(_("value"), max_digits=6, decimal_places=1, null=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ("revision", "key", "year")
        constraints = (
            models.UniqueConstraint(
                fields=["revision", "key", "year"], name="one_answer_per_indicator", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0, value__lte=MAX_POSTS),
                name="indicator_within_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | ~models.Q(comment=""),
                name="missing_indicator_has_its_reason",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("comment"), COMMENT_MAX), name="indicator_comment_fits"
            ),
        )
        triggers = (append_only(), never_emptied(), only_with_its_version())

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


class EventKind(models.TextChoices):
    """What can happen to a report."""

    SUBMITTED = "submitted", _("Submitted")
    REVIEW_STARTED = "review_started", _("Review started")
    RETURNED = "returned", _("Returned for completion")
    APPROVED = "approved", _("Approved")
    DECIDED = "decided", _("Decided")
    EXTENDED = "extended", _("More time granted")
    EXTENSION_WITHDRAWN = "extension_withdrawn", _("Extension withdrawn")


# What can happen to a report before anything has been submitted.
WITHOUT_VERSION = (EventKind.EXTENDED, EventKind.EXTENSION_WITHDRAWN)


class ReviewEvent(models.Model):
    """Something that happened to a report, with the message that went with it."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="events")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="events", null=True)
    kind = models.CharField(_("event"), max_length=20, choices=EventKind.choices)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    at = models.DateTimeField(_("at"))
    message = models.TextField(_("message"), blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    closes_at = models.DateTimeField(_("extended until"), null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["submission", "-at"]),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revision__isnull=False) | models.Q(kind__in=WITHOUT_VERSION),
                name="event_names_its_version",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="event_kind_is_known"),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.submission}"


def content_sha256(content: dict[str, Any]) -> str:
    """The checksum of a report's content, independent of the order of its keys."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()

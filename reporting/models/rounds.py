"""Rounds: the window in which regions report."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.triggers import append_only, never_emptied

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def swedish_day(at: datetime) -> date:
    """The day that it is in Sweden at a moment: right after midnight, UTC still has the day before."""
    return at.astimezone(STOCKHOLM).date()


class Years(tuple[int, ...]):
    """The years of a round, in order; `past` are the earlier ones whose outcome is asked for."""

    past: tuple[int, ...] = ()

    @classmethod
    def of(cls, first: int, last: int, *, past_from: int | None = None) -> "Years":
        """The years from `first` to `last`, with the outcome of those from `past_from` to before `first`."""
        years = cls(range(first, last + 1))
        years.past = tuple(range(past_from, first)) if past_from else ()
        return years


@tracked()
class ReportingRound(models.Model):
    """A window in which every region reports its posts for some years."""

    slug = models.SlugField(_("address"), unique=True, help_text=_("Part of the address, such as 2022-2024."))
    name = models.CharField(_("name"), max_length=120)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    follow_up_from = models.PositiveSmallIntegerField(
        _("outcome asked from"),
        null=True,
        blank=True,
        help_text=_("The first past year whose outcome is asked for; empty if none is."),
    )
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"), help_text=_("The closing moment itself is too late."))
    is_demo = models.BooleanField(_("holds synthetic data"), default=False, editable=False)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ("-opens_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(last_year__gte=models.F("first_year")), name="round_years_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(follow_up_from__isnull=True)
                | models.Q(follow_up_from__lt=models.F("first_year")),
                name="followed_up_years_are_past",
                violation_error_message=_("Only years before the round's first year have an outcome."),
            ),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="round_closes_after_it_opens",
                violation_error_message=_("The round must close after it opens."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.first_year and self.last_year and self.last_year - self.first_year > 9:
            raise ValidationError({"last_year": _("A round covers at most ten years.")})

    @property
    def years(self) -> Years:
        """The years that are reported, in order, and the past ones whose outcome is asked for."""
        return Years.of(self.first_year, self.last_year, past_from=self.follow_up_from)

    @property
    def years_label(self) -> str:
        """The first and the last year that are reported, or the only one."""
        only = self.first_year == self.last_year
        return str(self.first_year) if only else f"{self.first_year}–{self.last_year}"

    def is_open(self, *, at: datetime) -> bool:
        """Whether regions may report at the moment `at` (aware)."""
        return self.opens_at <= at < self.closes_at

    def has_closed(self, *, at: datetime) -> bool:
        """Whether the deadline has passed at the moment `at` (aware)."""
        return at >= self.closes_at

    def days_left(self, *, at: datetime) -> int:
        """Whole days in Sweden from `at` to the day of the deadline; negative afterwards."""
        return (self.closes_at.astimezone(STOCKHOLM).date() - at.astimezone(STOCKHOLM).date()).days


class PlanBasis(models.TextChoices):
    """What becomes the plan of years that have none, where a round is made from an earlier one."""

    PLAN = "plan", _("The last plan")
    REPORTED = "reported", _("The figures last reported")
    REPORTED_OR_PLAN = "reported_or_plan", _("The figures last reported; the plan where there are none")


class RoundOrigin(models.Model):
    """How a round came to be made from an earlier one. Never changed."""

    reporting_round = models.OneToOneField(
        ReportingRound, verbose_name=_("round"), on_delete=models.PROTECT, related_name="origin"
    )
    made_from = models.ForeignKey(
        ReportingRound, verbose_name=_("made from"), on_delete=models.PROTECT, related_name="successors"
    )
    basis = models.CharField(_("plan taken from"), max_length=20, choices=PlanBasis.choices)
    plan_count = models.PositiveSmallIntegerField(_("plans that were made"))
    population_reference = models.ForeignKey(
        "reporting.PopulationReference",
        verbose_name=_("population reference"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    by = models.ForeignKey("reporting.User", verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("origin of a round")
        verbose_name_plural = _("origins of rounds")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(basis__in=PlanBasis.values), name="plan_basis_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(reporting_round=models.F("made_from")),
                name="round_is_made_from_another",
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.reporting_round} ← {self.made_from}"

"""When each recipient gets the status report."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocation.models.runs import RoundGrant
from reporting.models import ReportingRound, User, tracked


class Weekday(models.IntegerChoices):
    """Days as ISO 8601 numbers them."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


@tracked()
class ReportSchedule(models.Model):
    """On which days and at what time somebody gets the status report, and about what.

    The row without a person is for everybody whose role includes the report and who has no row of
    their own. `since` is when days, time, place or pause were last set: what was due before is not sent.
    `handled_until` is the last moment that was due and has been dealt with.
    """

    person = models.ForeignKey(
        User,
        verbose_name=_("recipient"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="report_schedules",
        help_text=_("Empty: everybody whose role includes the report and who has no schedule of their own."),
    )
    weekdays = ArrayField(models.PositiveSmallIntegerField(choices=Weekday.choices), verbose_name=_("days"))
    time_of_day = models.TimeField(_("time"), help_text=_("Swedish time (Europe/Stockholm)."))
    reporting_round = models.ForeignKey(
        ReportingRound,
        verbose_name=_("round"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: every round with something left to do."),
    )
    round_grant = models.ForeignKey(
        RoundGrant,
        verbose_name=_("grant"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: every grant of the round."),
    )
    paused_until = models.DateField(
        _("paused until"), null=True, blank=True, help_text=_("The last day without a report.")
    )
    since = models.DateTimeField(_("as it is since"))
    handled_until = models.DateTimeField(_("last due"), null=True, blank=True)

    class Meta:
        verbose_name = _("schedule of the status report")
        verbose_name_plural = _("schedules of the status report")
        ordering = ("person__name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(person__isnull=True),
                nulls_distinct=False,
                name="one_schedule_for_everybody_else",
            ),
            models.UniqueConstraint(
                fields=["person", "reporting_round", "round_grant", "time_of_day"],
                condition=models.Q(person__isnull=False),
                nulls_distinct=False,
                name="one_schedule_per_person_topic_and_time",
            ),
            models.CheckConstraint(
                condition=models.Q(weekdays__contained_by=list(Weekday.values), weekdays__len__gt=0),
                name="schedule_has_known_days",
            ),
            models.CheckConstraint(
                condition=models.Q(round_grant__isnull=True) | models.Q(reporting_round__isnull=False),
                name="schedule_of_a_grant_names_its_round",
            ),
        )

    def __str__(self) -> str:
        return str(self.person or _("everybody else"))

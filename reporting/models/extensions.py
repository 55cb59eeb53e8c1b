"""More time for one region, granted by the agency."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.people import User
from reporting.models.submissions import Submission
from reporting.models.triggers import append_only, never_emptied

# The report carries the moment of its newest extension, so that no page has to look for it.
_MOVE_THE_DEADLINE = """
UPDATE reporting_submission SET extended_until = NEW.closes_at WHERE id = NEW.submission_id;
RETURN NULL;
"""


class Extension(models.Model):
    """A region's own closing moment in a round, with its reason. The newest holds; none is ever changed."""

    submission = models.ForeignKey(
        Submission, verbose_name=_("report"), on_delete=models.PROTECT, related_name="extensions"
    )
    closes_at = models.DateTimeField(
        _("closes"),
        null=True,
        help_text=_("Empty where the extension was withdrawn: then the round's own deadline holds."),
    )
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~models.Q(reason=""), name="extension_has_its_reason"),
            models.CheckConstraint(
                condition=models.Q(closes_at__isnull=True) | models.Q(closes_at__gt=models.F("at")),
                name="extension_ends_after_it_is_granted",
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="moves_the_deadline",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=_MOVE_THE_DEADLINE,
            ),
        )

    def __str__(self) -> str:
        return f"{self.submission}: {self.closes_at or _('withdrawn')}"

"""The 21 regions, and the reference figures the grant rests on, each with its standing."""

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.triggers import never_emptied

# A run refers to its rules, and they to the reference; nobody could compute it again if that changed.
_NOT_ONCE_USED = """
IF EXISTS (
    SELECT FROM reporting_populationreference
    WHERE is_used AND (
        (TG_OP <> 'INSERT' AND id = OLD.reference_id) OR (TG_OP <> 'DELETE' AND id = NEW.reference_id)
    )
)
THEN
    RAISE EXCEPTION 'a run was computed from the population reference, so its inhabitants stay';
END IF;
IF TG_OP = 'DELETE' THEN
    RETURN OLD;
END IF;
RETURN NEW;
"""


class Standing(models.TextChoices):
    """How a figure is known. Shown wherever the figure is."""

    OFFICIAL = "official", _("official")
    PUBLISHED = "published", _("published")
    RECONSTRUCTED = "reconstructed", _("reconstructed")
    SYNTHETIC = "synthetic", _("synthetic")
    UNCONFIRMED = "unconfirmed", _("unconfirmed")


class PostType(models.TextChoices):
    """What is counted: AT posts, ST posts, and the ST posts in general medicine among them."""

    AT = "AT", _("AT")
    ST = "ST", _("ST in total")
    ST_GM = "ST_GM", _("of which general medicine")


@tracked()
class Region(models.Model):
    """One of Sweden's 21 regions."""

    code = models.CharField(
        _("county code"),
        max_length=2,
        primary_key=True,
        validators=[RegexValidator(r"^\d{2}$", _("Two digits, for example 03."))],
    )
    name = models.CharField(_("name"), max_length=80, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, unique=True)
    county = models.CharField(_("county"), max_length=40)
    organisation_number = models.CharField(_("organisation number"), max_length=11, unique=True)
    organisation_number_standing = models.CharField(
        _("standing of the organisation number"),
        max_length=20,
        choices=Standing.choices,
        default=Standing.UNCONFIRMED,
    )

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(organisation_number_standing__in=Standing.values),
                name="region_standing_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.name


@tracked()
class PopulationReference(models.Model):
    """A dated count of inhabitants that a rule set can refer to."""

    slug = models.SlugField(_("identifier"), unique=True)
    title = models.CharField(_("title"), max_length=120)
    reference_date = models.DateField(_("date"))
    standing = models.CharField(_("standing"), max_length=20, choices=Standing.choices)
    source = models.CharField(_("source"), max_length=300)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    file_name = models.CharField(_("file"), max_length=150, blank=True)
    file_sha256 = models.CharField(_("checksum of the file (SHA-256)"), max_length=64, blank=True)
    national_total = models.PositiveIntegerField(
        _("national total"), null=True, blank=True, help_text=_("What the regions were found to sum to.")
    )
    loaded_by = models.ForeignKey(
        "reporting.User",
        verbose_name=_("read in by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    loaded_at = models.DateTimeField(_("read in"), null=True, blank=True)
    is_used = models.BooleanField(
        _("a run was computed from it"),
        default=False,
        editable=False,
        help_text=_("Set by the database with the first run. It can never change after that."),
    )

    class Meta:
        verbose_name = _("population reference")
        verbose_name_plural = _("population references")
        ordering = ("reference_date",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(standing__in=Standing.values), name="reference_standing_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(file_sha256="")
                | models.Q(
                    file_sha256__regex=r"^[0-9a-f]{64}$",
                    national_total__isnull=False,
                    loaded_by__isnull=False,
                    loaded_at__isnull=False,
                ),
                name="read_in_reference_says_from_what",
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="used_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__is_used=True),
            ),
            never_emptied(),
        )

    def __str__(self) -> str:
        return self.title


@tracked(part_of="reference")
class Inhabitants(models.Model):
    """Inhabitants of a region in a population reference, whole persons above 0."""

    reference = models.ForeignKey(
        PopulationReference,
        verbose_name=_("population reference"),
        on_delete=models.PROTECT,
        related_name="inhabitants",
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="inhabitants"
    )
    persons = models.PositiveIntegerField(_("inhabitants"))

    class Meta:
        verbose_name = _("inhabitants")
        verbose_name_plural = _("inhabitants")
        ordering = ("reference", "region")
        constraints = (
            models.UniqueConstraint(
                fields=["reference", "region"], name="one_count_per_reference_and_region"
            ),
            models.CheckConstraint(condition=models.Q(persons__gt=0), name="inhabitants_above_zero"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="stay_once_used",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_NOT_ONCE_USED,
            ),
            never_emptied(),
        )

    def __str__(self) -> str:
        return f"{self.region}, {self.reference}: {self.persons}"


@tracked(part_of="region")
class Baseline(models.Model):
    """Posts that a region planned for a year: in the 2021 agreement, or carried on into a later round."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="baselines"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    post_type = models.CharField(_("posts"), max_length=5, choices=PostType.choices, default=PostType.AT)
    planned_posts = models.PositiveIntegerField(_("planned posts"))
    standing = models.CharField(_("standing"), max_length=20, choices=Standing.choices)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("plan of the 2021 agreement")
        verbose_name_plural = _("plans of the 2021 agreement")
        ordering = ("region", "post_type", "year")
        constraints = (
            models.UniqueConstraint(
                fields=["region", "year", "post_type"], name="one_plan_per_region_year_type"
            ),
            models.CheckConstraint(
                condition=models.Q(post_type__in=PostType.values), name="plan_post_type_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(standing__in=Standing.values), name="plan_standing_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.region}, {self.get_post_type_display()} {self.year}: {self.planned_posts}"


@tracked()
class PublishedRate(models.Model):
    """AT posts per 100 000 inhabitants as printed in a public source."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="published_rates"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    rate = models.DecimalField(_("AT posts per 100 000 inhabitants"), max_digits=6, decimal_places=2)
    standing = models.CharField(_("standing"), max_length=20, choices=Standing.choices)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("published rate")
        verbose_name_plural = _("published rates")
        ordering = ("region", "year")
        constraints = (
            models.UniqueConstraint(fields=["region", "year"], name="one_published_rate_per_region_and_year"),
            models.CheckConstraint(
                condition=models.Q(standing__in=Standing.values), name="rate_standing_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.year}: {self.rate}"

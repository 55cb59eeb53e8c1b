"""Taking in a population reference from Statistics Sweden's file: look first, then keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reporting.errors import FieldProblem
from reporting.models import Inhabitants, PopulationReference, Region, Standing, User
from reporting.pxweb import changes_over
from reporting.services.roles import must_have
from reporting.templatetags.platsplan import number

ADD = "reporting.add_populationreference"
# More than any region has changed in a year since the counties got their present borders.
MUCH_PERCENT = 4


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """A region in the difference table; `before` is None where the previous reference lacks it."""

    region: Region
    before: int | None
    after: int
    is_much: bool

    @property
    def change(self) -> int | None:
        """Persons more than before."""
        return None if self.before is None else self.after - self.before

    @property
    def change_pct(self) -> float | None:
        """The change in per cent of what was before."""
        return None if self.before is None else (self.after - self.before) * 100 / self.before


@dataclass(frozen=True, slots=True)
class PopulationComparison:
    """The regions of a file beside those of the reference before it."""

    previous: PopulationReference | None
    rows: tuple[PopulationRow, ...]

    @property
    def total_before(self) -> int | None:
        """The sum before; None where there is nothing to compare with."""
        return sum(row.before or 0 for row in self.rows) if self.previous else None

    @property
    def total(self) -> int:
        """The sum of the file's regions."""
        return sum(row.after for row in self.rows)

    @property
    def change(self) -> int | None:
        """Persons more than before, in all regions."""
        return None if self.total_before is None else self.total - self.total_before

    @property
    def much(self) -> tuple[PopulationRow, ...]:
        """The regions that have changed more than is plausible in a year."""
        return tuple(row for row in self.rows if row.is_much)


def compare_population(persons: Mapping[str, int], *, reference_date: date) -> PopulationComparison:
    """Compare a file's regions with the newest reference from an earlier day.

    Args:
        persons: code of the region -> inhabitants, for every region.
    """
    earlier = PopulationReference.objects.filter(reference_date__lt=reference_date)
    previous = earlier.order_by("-reference_date", "-pk").first()
    before = dict(previous.inhabitants.values_list("region_id", "persons")) if previous else {}
    years = max(1, reference_date.year - previous.reference_date.year) if previous else 1
    much = changes_over(before, persons, percent=MUCH_PERCENT * years, codes=persons)
    return PopulationComparison(
        previous,
        tuple(
            PopulationRow(region, before.get(region.code), persons[region.code], region.code in much)
            for region in Region.objects.order_by("code")
        ),
    )


def national_total(*, in_file: int | None, typed: int | None, regions: int) -> int:
    """The country's inhabitants, which the regions must sum to.

    Args:
        in_file: the row of the whole country in the file, if it has one.
        typed: what the officer has typed, if anything.
        regions: the sum of the regions.

    Raises:
        FieldProblem: nobody says what the country has, or the sums do not agree.
    """
    if in_file is None and typed is None:
        raise FieldProblem(
            "national_total",
            _("The file has no row for the whole country (00 Riket). Type the national total here."),
        )
    if in_file is not None and typed is not None and in_file != typed:
        raise FieldProblem(
            "national_total",
            _("The file says %(file)s for the whole country, and %(typed)s is typed here.")
            % {"file": number(in_file), "typed": number(typed)},
        )
    nation = in_file if in_file is not None else typed
    assert nation is not None
    if nation != regions:
        raise FieldProblem(
            "file" if typed is None else "national_total",
            _("The regions sum to %(sum)s, and the whole country has %(nation)s: a difference of %(apart)s.")
            % {"sum": number(regions), "nation": number(nation), "apart": number(abs(regions - nation))},
        )
    return nation


@dataclass(frozen=True, slots=True)
class PopulationSource:
    """Where a population reference comes from."""

    title: str
    slug: str
    reference_date: date
    standing: Standing
    source: str
    licence: str
    file_name: str
    file_sha256: str


@transaction.atomic
def load_population(
    *,
    source: PopulationSource,
    persons: Mapping[str, int],
    nation: int,
    much_confirmed: bool,
    by: User,
    at: datetime,
) -> PopulationReference:
    """Keep a population reference with the inhabitants of every region. It can be chosen at once.

    Args:
        persons: code of the region -> inhabitants; exactly the regions.
        nation: the national total, which they sum to.
        much_confirmed: whether `by` has looked at regions that have changed much.

    Raises:
        NotAllowed: `by` may not add population references.
        FieldProblem: the identifier is taken, a region is missing, the sum is wrong, or much has changed
            and nobody has confirmed it.
    """
    must_have(by, ADD)
    codes = set(Region.objects.values_list("code", flat=True))
    if set(persons) != codes or any(count <= 0 for count in persons.values()):
        raise FieldProblem("file", _("The file must have every region, each with inhabitants."))
    national_total(in_file=nation, typed=None, regions=sum(persons.values()))
    comparison = compare_population(persons, reference_date=source.reference_date)
    if comparison.much and not much_confirmed:
        raise FieldProblem(
            "much_confirmed", _("Regions have changed much. Look at them, and confirm that they are right.")
        )
    reference = PopulationReference(
        title=source.title,
        slug=source.slug,
        reference_date=source.reference_date,
        standing=source.standing,
        source=source.source,
        licence=source.licence,
        file_name=source.file_name[:150],
        file_sha256=source.file_sha256,
        national_total=nation,
        loaded_by=by,
        loaded_at=at,
    )
    try:
        reference.full_clean()
        with transaction.atomic():
            reference.save()
    except ValidationError as error:
        field, found = next(iter(error.message_dict.items()))
        raise FieldProblem(field, found[0]) from error
    except IntegrityError as error:  # somebody was faster
        raise FieldProblem("slug", _("There is a population reference with this identifier.")) from error
    Inhabitants.objects.bulk_create(
        Inhabitants(reference=reference, region_id=code, persons=count) for code, count in persons.items()
    )
    return reference

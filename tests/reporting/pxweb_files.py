"""Tables as Statistics Sweden's PxWeb exports them, and files that only pretend to be one."""

from collections.abc import Mapping

from reporting.models import Inhabitants, Region

OLD = "actual-2021-12-31"


def persons_now() -> dict[str, int]:
    """Every region's inhabitants at the end of 2021."""
    rows = Inhabitants.objects.filter(reference__slug=OLD).order_by("region")
    return dict(rows.values_list("region_id", "persons"))


def pxweb_csv(
    persons: Mapping[str, int],
    *,
    nation: int | None = -1,
    year: int = 2023,
    delimiter: str = ";",
    encoding: str = "utf-8-sig",
    thousands: str = "",
    title: str = "",
    note: str = "",
) -> bytes:
    """A table with a row for each county; `nation` is the country's row, None for none, -1 for the sum."""
    counties = dict(Region.objects.values_list("code", "county"))
    rows = [["region", f"Folkmängd {year}"]]
    total = sum(persons.values()) if nation == -1 else nation
    if total is not None:
        rows.append(["00 Riket", f"{total:,}".replace(",", thousands)])
    rows += [
        [f"{code} {counties.get(code, 'Okänt län')}", f"{count:,}".replace(",", thousands)]
        for code, count in persons.items()
    ]
    lines = [delimiter.join([f'"{row[0]}"', f'"{row[1]}"']) for row in rows]
    text = "\r\n".join([*([title, ""] if title else []), *lines, *([note] if note else []), ""])
    return text.encode(encoding)

"""The Swedish catalogue without GNU gettext: `python -m config.translations check | update | compile`."""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
PO = PROJECT / "locale" / "sv" / "LC_MESSAGES" / "django.po"
SOURCES = ("allocation", "config", "planning", "publication", "reporting", "templates")
SKIPPED = ("allocation/engine", "/migrations/", "/static/")
TEMPLATES = (".html", ".txt")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*[\d.]*[a-z]|%[sd]|(?<!\{)\{\w*[^{}]*\}(?!\})")


def source_catalog() -> Catalog:
    """Every text of the product that goes through gettext, with the files in which it stands."""
    catalog = _empty_catalog()
    for path in _source_files():
        name = path.relative_to(PROJECT).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix in TEMPLATES:
            # What is not a text comes out as X; without its indentation it reads as Python.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=name).splitlines())
        found = extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
        )
        for _line, texts, comments, context in found:
            catalog.add(texts, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def faults(source: Catalog, translated: Catalog) -> list[str]:
    """What is wrong with a catalogue, one sentence each; empty when it is complete and clean."""
    known = {_key(message): message for message in translated if message.id}
    wanted = {_key(message): message for message in source if message.id}
    found = [f"missing: {_name(wanted[key])}" for key in wanted if key not in known]
    found += [f"obsolete: {_name(known[key])}" for key in known if key not in wanted]
    found += [f"obsolete: {_name(message)}" for message in translated.obsolete.values()]
    for key in known.keys() & wanted.keys():
        found += [f"{fault}: {_name(known[key])}" for fault in _message_faults(known[key])]
    return sorted(found)


def update() -> None:
    """Bring the catalogue's texts up to date, keep its translations, and compile it."""
    source = source_catalog()
    catalog = _read() if PO.exists() else _empty_catalog()
    catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with io.BytesIO() as buffer:
        write_po(buffer, catalog, width=100, include_lineno=False, sort_by_file=True)
        PO.write_bytes(buffer.getvalue())
    compile_catalog()


def compile_catalog() -> None:
    """Write the compiled catalogue beside the readable one."""
    PO.with_suffix(".mo").write_bytes(_compiled(_read()))


def check() -> list[str]:
    """What keeps the committed catalogue from being complete; empty when nothing does."""
    if not PO.exists():
        return [f"{PO.relative_to(PROJECT)} is missing; bin/translations update makes it"]
    catalog = _read()
    found = faults(source_catalog(), catalog)
    compiled = PO.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _compiled(catalog):
        found.append(f"{compiled.name} is out of date; bin/translations compile renews it")
    return found


def main(arguments: list[str] | None = None) -> int:
    """`python -m config.translations`; exit status 1 when the check finds something."""
    parser = argparse.ArgumentParser(prog="bin/translations", description="The Swedish catalogue.")
    parser.add_argument("action", choices=["check", "update", "compile"])
    action = parser.parse_args(arguments).action
    if not settings.configured:
        settings.configure()  # templatize reads one setting, and none of the project's matters here
    if action == "check":
        found = check()
        sys.stdout.writelines(f"{fault}\n" for fault in found)
        return 1 if found else 0
    if action == "update":
        update()
        untranslated = [fault for fault in check() if not fault.startswith("obsolete")]
        sys.stdout.writelines(f"{fault}\n" for fault in untranslated)
        return 0
    compile_catalog()
    return 0


def _source_files() -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((PROJECT / folder).rglob("*")):
            name = path.relative_to(PROJECT).as_posix()
            if any(part in f"{name}" for part in SKIPPED):
                continue
            if path.suffix == ".py" or (path.suffix in TEMPLATES and "templates/" in name):
                yield path


def _empty_catalog() -> Catalog:
    return Catalog(
        locale="sv",
        domain="django",
        project="Platsplan",
        version="1",
        header_comment="# Swedish texts of Platsplan.",
        msgid_bugs_address="platsplan@platsplan.example",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
        last_translator="Platsplan",
        language_team="Swedish",
        fuzzy=False,
    )


def _read() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="sv", domain="django")


def _compiled(catalog: Catalog) -> bytes:
    with io.BytesIO() as buffer:
        write_mo(buffer, catalog)
        return buffer.getvalue()


def _texts(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, _texts(message.id)[0]


def _name(message: Message) -> str:
    where = message.locations[0][0] if message.locations else "nowhere"
    return f"{_texts(message.id)[0]!r} ({where})"


def _message_faults(message: Message) -> Iterator[str]:
    originals, translations = _texts(message.id), _texts(message.string)
    if message.fuzzy:
        yield "fuzzy"
    if not translations or not all(translations):
        yield "untranslated"
        return
    # A singular may leave its number out ("one region"): a form needs what both have.
    needed = set.intersection(*(set(PLACEHOLDER.findall(text)) for text in originals))
    allowed = set.union(*(set(PLACEHOLDER.findall(text)) for text in originals))
    for text in translations:
        used = set(PLACEHOLDER.findall(text))
        if not needed <= used <= allowed:
            yield "placeholders differ"
    if any(
        (text.startswith("\n"), text.endswith("\n"))
        != (originals[0].startswith("\n"), originals[0].endswith("\n"))
        for text in translations
    ):
        yield "line breaks at the ends differ"


if __name__ == "__main__":
    sys.exit(main())

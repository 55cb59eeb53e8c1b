"""The check of the Swedish catalogue finds each kind of fault."""

import pytest
from babel.messages.catalog import Catalog

from config.translations import faults, source_catalog

Text = str | tuple[str, ...]


def catalog(*messages: tuple[Text, Text], flags: tuple[str, ...] = ()) -> Catalog:
    """A Swedish catalogue with these texts and translations."""
    made = Catalog(locale="sv")
    for original, translation in messages:
        made.add(original, translation, flags=flags)
    return made


@pytest.mark.parametrize(
    ("original", "translation", "fault"),
    [
        pytest.param("Save", "Spara", None, id="translated"),
        pytest.param("Save", "", "untranslated", id="empty"),
        pytest.param("%(n)s posts", "%(m)s platser", "placeholders differ", id="another percent name"),
        pytest.param("{total} posts", "platser", "placeholders differ", id="a brace name left out"),
        pytest.param("{total} posts", "{total} platser", None, id="the same brace name"),
        pytest.param("Dear\n", "Bästa", "line breaks at the ends differ", id="line break left out"),
        pytest.param(("one post", "%(n)s posts"), ("en plats", "%(n)s platser"), None, id="plural"),
        pytest.param(("one post", "%(n)s posts"), ("en plats", ""), "untranslated", id="half a plural"),
    ],
)
def test_a_translation_is_judged(original: Text, translation: Text, fault: str | None) -> None:
    found = faults(catalog((original, "")), catalog((original, translation)))
    assert [sentence.split(":")[0] for sentence in found] == ([fault] if fault else [])


def test_missing_obsolete_and_fuzzy_texts_are_found() -> None:
    assert faults(catalog(("Save", "")), catalog())[0].startswith("missing: 'Save'")
    assert faults(catalog(), catalog(("Save", "Spara")))[0].startswith("obsolete: 'Save'")
    assert faults(catalog(("Save", "")), catalog(("Save", "Spara"), flags=("fuzzy",)))[0].startswith("fuzzy")


def test_texts_are_found_in_code_and_in_templates() -> None:
    places = {name.split(".")[-1] for message in source_catalog() for name, _line in message.locations}
    assert {"py", "html"} <= places

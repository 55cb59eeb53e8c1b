"""Every word from a list of choices is known to the database, whoever writes it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from reporting.models import Region, User
from tests.factories import make_user


def fields_with_choices() -> Iterator[tuple[type[models.Model], models.CharField]]:
    for label in ("reporting", "allocation", "publication"):
        for model in apps.get_app_config(label).get_models():
            if hasattr(model, "pgh_tracked_model"):
                continue  # written by triggers, from rows that are checked
            if model._meta.proxy:
                continue  # another app's table
            for field in model._meta.get_fields():
                if isinstance(field, models.CharField) and field.choices:
                    yield model, field


def names_in(condition: Any) -> Iterator[tuple[str, Any]]:
    for part in condition.children:
        if isinstance(part, models.Q):
            yield from names_in(part)
        else:
            yield part


def test_every_field_with_choices_has_a_constraint_that_names_them() -> None:
    without = []
    for model, field in fields_with_choices():
        known = [
            set(words)
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint) and isinstance(constraint.condition, models.Q)
            for name, words in names_in(constraint.condition)
            if name == f"{field.name}__in"
        ]
        allowed = {value for value, _words in field.choices or ()} | ({""} if field.blank else set())
        if not any(words <= allowed for words in known):
            without.append(f"{model.__name__}.{field.name}")
    assert without == []


@pytest.mark.django_db
def test_the_database_refuses_a_word_that_is_not_in_the_list() -> None:
    person = make_user()
    for rows, word in (
        (User.objects.filter(pk=person.pk), {"language": "xx"}),
        (Region.objects.filter(code="03"), {"organisation_number_standing": "guessed"}),
    ):
        with pytest.raises(IntegrityError, match="is_known"), transaction.atomic():
            rows.update(**word)

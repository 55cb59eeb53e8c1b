"""The database's triggers are those that the models ask for."""

import pgtrigger
import pytest


@pytest.mark.django_db
def test_every_trigger_stands_in_the_database_as_it_is_written() -> None:
    found = {
        f"{model._meta.label}: {trigger.name}": trigger.get_installation_status(model)  # Django's own name
        for model, trigger in pgtrigger.registered()
    }
    assert len(found) > 300
    assert {name: state for name, state in found.items() if state != ("INSTALLED", True)} == {}

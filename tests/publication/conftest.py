"""One published round for all tests of a file: making it takes longer than they do."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kept import kept
from tests.publication.published import Published


@pytest.fixture(scope="module")
def published_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[Published]:
    """What `published` gives; nothing of it is left after the file."""
    with kept(django_db_blocker):
        yield Published()


@pytest.fixture
def published(published_once: Published, db: None) -> Published:
    """A published round; what the test changes is undone after it."""
    return published_once

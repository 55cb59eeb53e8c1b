"""What takes longer to make than the tests take that look at it: made once for all tests of a file.

A file that keeps something has no test with transactions of its own, since nothing is written before the file
ends, and no test that would mind what is there. `connection.check_constraints()` before the yield lets the
database check what was written once, and not again with each test.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def kept(blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a fixture of scope "module": what its body writes is there until the file's last test has ended."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)

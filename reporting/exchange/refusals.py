"""Why a file is not read at all: one sentence for the person who chose it."""

from reporting.errors import DomainError
from reporting.fields import Text


class FileRefused(DomainError):
    """The file cannot be taken in; nothing of it is saved.

    Attributes:
        code: stable name of the reason.
    """

    def __init__(self, code: str, sentence: Text) -> None:
        super().__init__(sentence)
        self.code = code


class FileTooLarge(FileRefused):
    """The file is larger than any filled-in template can be."""

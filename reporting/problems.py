"""What goes wrong in the API, as RFC 9457 tells it; the door that answers makes a response of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reporting.fields import Text


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field of a request.

    Attributes:
        pointer: the place in the request's body, as a JSON pointer.
        code: stable name of the rule.
    """

    field: str
    pointer: str
    code: str
    detail: Text

    def as_json(self) -> dict[str, str]:
        """The fault in plain texts."""
        return {
            "field": self.field,
            "pointer": self.pointer,
            "code": self.code,
            "detail": str(self.detail),
        }


class Problem(Exception):
    """A request that the API refuses.

    Args:
        status: the HTTP status.
        code: stable name of the problem, the end of its `type`.
        title: the problem in one sentence, the same every time.
        detail: what is the matter this time.
        errors: what is wrong, field by field.
        members: further members of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: Text,
        *,
        detail: Text = "",
        errors: Sequence[FieldFault] = (),
        **members: Any,
    ) -> None:
        super().__init__(str(title))
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.members: Mapping[str, Any] = members

    def as_json(self) -> dict[str, Any]:
        """The problem's members, in the language that is active."""
        told: dict[str, Any] = {
            "type": f"urn:platsplan:problem:{self.code}",
            "title": str(self.title),
            "status": self.status,
        }
        if self.detail:
            told["detail"] = str(self.detail)
        if self.errors:
            told["errors"] = [fault.as_json() for fault in self.errors]
        return told | dict(self.members)

"""The shapes of what the API takes and gives, as OpenAPI describes them."""

from datetime import datetime

from ninja import Field as Described
from ninja import Schema
from pydantic import ConfigDict, StrictBool, StrictFloat, StrictInt, StrictStr


class FieldOut(Schema):
    """A field that the round asks for."""

    name: str
    label: str
    help: str
    unit: str
    decimals: int = Described(description="How many decimals a figure may have.")
    year: int | None
    page: str
    part_of: str = Described(description="Name of the figure that this one cannot exceed; empty for none.")
    comment: str = Described(description="Name of the text that belongs to the figure.")


class RoundOut(Schema):
    """A round in which the region has a report."""

    round: str
    name: str
    years: list[int]
    opens_at: datetime
    closes_at: datetime
    state: str
    may_be_changed: bool


class ValueOut(Schema):
    """What stands in a field."""

    text: str = Described(description="Exactly what was typed.")
    value: int | float | None = Described(description="The figure; null for texts and what is no figure.")
    missing: bool = Described(description="Whether the figure is said to be missing.")
    version: int
    saved_at: datetime
    saved_by: str
    saved_through: str = Described(description="The key that filled it in; empty where a person typed it.")


class FindingOut(Schema):
    """Something wrong (error) or surprising (warning) in the draft."""

    field: str
    code: str
    level: str
    title: str
    help: str
    comment_field: str = Described(description="Where a comment answers a warning; empty where none does.")


class DraftOut(Schema):
    """A region's draft in a round."""

    round: str
    region: str
    state: str
    may_be_changed: bool
    changed: list[str] = Described(default=[], description="The fields that this request changed.")
    dry_run: bool = False
    fields: dict[str, ValueOut]
    findings: list[FindingOut]


class AnswerIn(Schema):
    """A figure with what belongs to it."""

    model_config = ConfigDict(extra="forbid")

    value: StrictInt | StrictFloat | StrictStr | None = None
    missing: StrictBool = Described(default=False, description="True says that the figure is missing.")
    comment: StrictStr | None = Described(
        default=None, description="Comment on a warning, or the reason why the figure is missing."
    )


class DraftIn(Schema):
    """The fields to fill in; those left out stay as they are."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "fields": {
                    "at_2022": 60,
                    "gp_own_full_time": 101.5,
                    "gp_vacancies": {"missing": True, "comment": "Counted in December."},
                    "comment_at_2022": "Four new posts in Enköping.",
                    "gm_2024": None,
                }
            }
        },
    )

    fields: dict[str, StrictInt | StrictFloat | StrictStr | AnswerIn | None] = Described(
        description="Field -> a number, a text as one would type it, null to empty the field, or an object."
    )


class FaultOut(Schema):
    """What is wrong with one field of a request."""

    field: str
    pointer: str
    code: str
    detail: str


class ProblemOut(Schema):
    """A problem as RFC 9457 tells it (application/problem+json)."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[FaultOut] = []

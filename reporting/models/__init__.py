"""The reporting models."""

from reporting.models.outbox import Mail, MailKind
from reporting.models.people import SUBMITTING_ROLES, Language, Membership, Role, User
from reporting.models.regions import (
    Baseline,
    Inhabitants,
    PopulationReference,
    PostType,
    PublishedRate,
    Region,
    Standing,
)
from reporting.models.rounds import STOCKHOLM, ReportingRound
from reporting.models.submissions import (
    COMMENT_MAX,
    MAX_POSTS,
    TRANSITIONS,
    DraftValue,
    EventKind,
    Figure,
    Indicator,
    ReviewEvent,
    Revision,
    State,
    Submission,
    append_only,
    content_sha256,
    never_emptied,
)

__all__ = [
    "COMMENT_MAX",
    "MAX_POSTS",
    "STOCKHOLM",
    "SUBMITTING_ROLES",
    "TRANSITIONS",
    "Baseline",
    "DraftValue",
    "EventKind",
    "Figure",
    "Indicator",
    "Inhabitants",
    "Language",
    "Mail",
    "MailKind",
    "Membership",
    "PopulationReference",
    "PostType",
    "PublishedRate",
    "Region",
    "ReportingRound",
    "ReviewEvent",
    "Revision",
    "Role",
    "Standing",
    "State",
    "Submission",
    "User",
    "append_only",
    "content_sha256",
    "never_emptied",
]

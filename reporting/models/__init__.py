"""The reporting models."""

from reporting.models.checks import CheckRule, RaisedFinding, RevisionFinding, Stage
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
from reporting.models.rounds import STOCKHOLM, ReportingRound, Years
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
    only_with_its_version,
)
from reporting.models.tokens import ApiToken
from reporting.models.uploads import PendingUpload

__all__ = [
    "COMMENT_MAX",
    "MAX_POSTS",
    "STOCKHOLM",
    "SUBMITTING_ROLES",
    "TRANSITIONS",
    "ApiToken",
    "Baseline",
    "CheckRule",
    "DraftValue",
    "EventKind",
    "Figure",
    "Indicator",
    "Inhabitants",
    "Language",
    "Mail",
    "MailKind",
    "Membership",
    "PendingUpload",
    "PopulationReference",
    "PostType",
    "PublishedRate",
    "RaisedFinding",
    "Region",
    "ReportingRound",
    "ReviewEvent",
    "Revision",
    "RevisionFinding",
    "Role",
    "Stage",
    "Standing",
    "State",
    "Submission",
    "User",
    "Years",
    "append_only",
    "content_sha256",
    "never_emptied",
    "only_with_its_version",
]

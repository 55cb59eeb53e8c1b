"""The reporting models."""

from reporting.models.checks import CheckRule, RaisedFinding, RevisionFinding, Stage
from reporting.models.desk import DISMISSAL_MAX, Assignment, DeskView, ReportFlag, Severity
from reporting.models.documents import Document, MediaType
from reporting.models.exports import Export, ExportFormat
from reporting.models.extensions import Extension
from reporting.models.invitations import (
    INVITATION_DAYS,
    ApplicationState,
    Invitation,
    InvitationState,
    OmbudApplication,
)
from reporting.models.messages import (
    BODY_MAX,
    CONTENT_TYPES,
    NAME_MAX,
    Attachment,
    FileKind,
    Message,
    ReadMark,
    Side,
)
from reporting.models.news import MailChoice, MailRhythm, News, NewsKind
from reporting.models.outbox import Mail, MailFile, MailKind, MailRequest
from reporting.models.people import SUBMITTING_ROLES, Language, Membership, Role, User
from reporting.models.receipts import LogCheck, LogEntry, LogKind, Receipt, ReceiptFile
from reporting.models.regions import (
    Baseline,
    Inhabitants,
    PopulationReference,
    PostType,
    PublishedRate,
    Region,
    Standing,
)
from reporting.models.rounds import STOCKHOLM, PlanBasis, ReportingRound, RoundOrigin, Years
from reporting.models.submissions import (
    COMMENT_MAX,
    MAX_POSTS,
    TEXT_MAX,
    TRANSITIONS,
    DraftValue,
    EventKind,
    Figure,
    Indicator,
    ReviewEvent,
    Revision,
    State,
    Submission,
    content_sha256,
)
from reporting.models.tokens import ApiToken
from reporting.models.triggers import append_only, never_emptied, only_with_its_version
from reporting.models.uploads import PendingUpload

__all__ = [
    "BODY_MAX",
    "COMMENT_MAX",
    "CONTENT_TYPES",
    "DISMISSAL_MAX",
    "INVITATION_DAYS",
    "MAX_POSTS",
    "NAME_MAX",
    "STOCKHOLM",
    "SUBMITTING_ROLES",
    "TEXT_MAX",
    "TRANSITIONS",
    "ApiToken",
    "ApplicationState",
    "Assignment",
    "Attachment",
    "Baseline",
    "CheckRule",
    "DeskView",
    "Document",
    "DraftValue",
    "EventKind",
    "Export",
    "ExportFormat",
    "Extension",
    "Figure",
    "FileKind",
    "Indicator",
    "Inhabitants",
    "Invitation",
    "InvitationState",
    "Language",
    "LogCheck",
    "LogEntry",
    "LogKind",
    "Mail",
    "MailChoice",
    "MailFile",
    "MailKind",
    "MailRequest",
    "MailRhythm",
    "MediaType",
    "Membership",
    "Message",
    "News",
    "NewsKind",
    "OmbudApplication",
    "PendingUpload",
    "PlanBasis",
    "PopulationReference",
    "PostType",
    "PublishedRate",
    "RaisedFinding",
    "ReadMark",
    "Receipt",
    "ReceiptFile",
    "Region",
    "ReportFlag",
    "ReportingRound",
    "ReviewEvent",
    "Revision",
    "RevisionFinding",
    "Role",
    "RoundOrigin",
    "Severity",
    "Side",
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

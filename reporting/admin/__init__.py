"""The agency's desk for what regions report, and for who they are."""

from reporting.admin import (
    exchange,
    exports,
    groups,
    invitations,
    log,
    news,
    ombud,
    outbox,
    people,
    population,
    regions,
    rounds,
    rules,
    submissions,
)

__all__ = [
    "exchange",
    "exports",
    "groups",
    "invitations",
    "log",
    "news",
    "ombud",
    "outbox",
    "people",
    "population",
    "regions",
    "rounds",
    "rules",
    "submissions",
]

"""The agency's desk for what regions report, and for who they are."""

from reporting.admin import invitations, log, ombud, outbox, people, regions, rounds, rules, submissions

__all__ = [
    "invitations",
    "log",
    "ombud",
    "outbox",
    "people",
    "regions",
    "rounds",
    "rules",
    "submissions",
]

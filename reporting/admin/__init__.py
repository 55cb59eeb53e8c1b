"""The agency's desk for what regions report, and for who they are."""

from reporting.admin import log, outbox, people, regions, rounds, rules, submissions

__all__ = ["log", "outbox", "people", "regions", "rounds", "rules", "submissions"]

"""The agency's desk for what regions report, and for who they are."""

from reporting.admin import outbox, people, regions, rounds, rules, submissions

__all__ = ["outbox", "people", "regions", "rounds", "rules", "submissions"]

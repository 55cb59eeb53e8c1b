"""Which rule sets are published: the text of a published version never changes."""

from functools import cache
from pathlib import Path

from allocation.engine.errors import RuleSetChanged
from allocation.engine.rules import RuleSet

RULES_FOLDER = Path(__file__).resolve().parent.parent / "rules"
RECORD = RULES_FOLDER / "published.sha256"


def check_published(rules: RuleSet) -> None:
    """Refuse a text that bears a published version and is not what was published.

    Raises:
        RuleSetChanged: names the file and both checksums.
    """
    expected = published_versions().get(rules.version, rules.sha256)
    if rules.sha256 != expected:
        raise RuleSetChanged(
            rules.origin,
            "version",
            f"{rules.version} is published with the checksum {expected[:12]}, and this text has"
            f" {rules.sha256[:12]}; a published version never changes, so give this text a new version",
        )


@cache
def published_versions() -> dict[str, str]:
    """Version -> SHA-256 of its text, for every version that was ever published."""
    lines = RECORD.read_text(encoding="ascii").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return {version: digest for digest, version in pairs}

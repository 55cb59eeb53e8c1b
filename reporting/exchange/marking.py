"""The marking that every template carries: which one it is, for whom, and from which draft it was filled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.exchange.refusals import FileRefused
from reporting.exchange.template import TEMPLATE_VERSIONS
from reporting.models import ReportingRound, Submission
from reporting.models.regions import Region

MARKING_KEYS = ("template", "round", "region", "issued", "versions", "seal")
_SIGNER_SALT = "platsplan.template"


@dataclass(frozen=True, slots=True)
class Marking:
    """Where a file comes from.

    Attributes:
        template: the number of the template's version.
        issued_at: when it was downloaded.
        versions: field -> version of the draft's text that the file was filled from; left out where there
            was none.
    """

    template: int
    round_slug: str
    region_code: str
    issued_at: datetime
    versions: Mapping[str, int]

    def texts(self) -> dict[str, str]:
        """The marking as it is written in a file, sealed with a key that comes from SECRET_KEY."""
        content = self._content()
        return content | {"seal": _signer().signature(_canonical(content))}

    def _content(self) -> dict[str, str]:
        return {
            "template": str(self.template),
            "round": self.round_slug,
            "region": self.region_code,
            "issued": self.issued_at.isoformat(timespec="seconds"),
            "versions": " ".join(f"{name}:{version}" for name, version in sorted(self.versions.items())),
        }


def marking_line(texts: Mapping[str, str]) -> str:
    """A marking in one cell that no spreadsheet program takes for a number, a date or a formula."""
    return "|".join(["platsplan", *(f"{key}={texts[key]}" for key in MARKING_KEYS)])


def texts_in_line(line: str) -> dict[str, str]:
    """What `marking_line` was given; empty texts for what is not there."""
    pairs = dict(part.split("=", 1) for part in line.split("|") if "=" in part)
    return {key: pairs.get(key, "") for key in MARKING_KEYS}


def marking_in(texts: Mapping[str, str], *, submission: Submission) -> Marking:
    """The marking of a file that is to be read into a report.

    Raises:
        FileRefused: the file has no genuine marking, or is for another region, another round or a version
            of the template that is not known.
    """
    content = {key: texts.get(key, "").strip() for key in MARKING_KEYS}
    seal = content.pop("seal")
    if not content["template"] or not seal:
        raise FileRefused(
            "no-marking",
            _("The file does not say which template it comes from. Download a template here and fill it in."),
        )
    _require_own_report(content, submission)
    try:
        _signer().unsign(f"{_canonical(content)}:{seal}")
        marking = _parse(content)
    except (BadSignature, ValueError):
        raise FileRefused(
            "marking-changed",
            _(
                "The hidden marking of the file has been changed, so it cannot be told which draft the file"
                " was filled from. Download a new template and move your figures there."
            ),
        ) from None
    return marking


def _require_own_report(content: Mapping[str, str], submission: Submission) -> None:
    own_round, own_region = submission.reporting_round, submission.region
    if content["region"] != own_region.code:
        other = Region.objects.filter(code=content["region"][:2]).first()
        raise FileRefused(
            "other-region",
            format_lazy(
                _("The file is for {other}, and this is the report of {own}. Choose the file of {own}."),
                other=other.name if other else f"”{content['region'][:40]}”",
                own=own_region.name,
            ),
        )
    if content["round"] != own_round.slug:
        round_of_file = ReportingRound.objects.filter(slug=content["round"][:50]).first()
        raise FileRefused(
            "other-round",
            format_lazy(
                _("The file is for the round {other}, and this is the round {own}. Download its template."),
                other=round_of_file.name if round_of_file else f"”{content['round'][:40]}”",
                own=own_round.name,
            ),
        )
    if content["template"] not in {str(number) for number in TEMPLATE_VERSIONS}:
        raise FileRefused(
            "unknown-template",
            format_lazy(
                _(
                    "The file is a template of version {other}, and the versions that can be read are {own}."
                    " Download a new template and move your figures there."
                ),
                other=content["template"][:20],
                own=", ".join(map(str, TEMPLATE_VERSIONS)),
            ),
        )


def _parse(content: Mapping[str, str]) -> Marking:
    versions = (pair.rpartition(":") for pair in content["versions"].split())
    return Marking(
        template=int(content["template"]),
        round_slug=content["round"],
        region_code=content["region"],
        issued_at=datetime.fromisoformat(content["issued"]),
        versions={name: int(version) for name, _separator, version in versions},
    )


def _canonical(content: Mapping[str, str]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _signer() -> Signer:
    return Signer(salt=_SIGNER_SALT)

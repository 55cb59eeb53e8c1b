"""Nothing that the agency has not published is in any open answer: no draft, run, scenario or word."""

import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import Settings

from allocation.accounts import example_iban
from allocation.models import AllocationRun, RepaymentClaim, RunRegion
from allocation.services.publications import publish_run, withdraw_publication
from allocation.services.reclaims import claim_repayment, confirm_claim, note_repayment
from allocation.services.scenarios import Figures
from publication import opendata, selectors
from publication.measures import MEASURES
from publication.opendata_rows import RUN_TABLES
from reporting.models import Role, Side
from reporting.services.messages import post_message
from reporting.services.review import return_report
from tests.access import ARGUMENT, DOCUMENT, addresses, read_table
from tests.allocation.scenario_steps import make_scenario, saved
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider
from tests.allocation.test_payments import LATER, correct, make_decided, pay
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    report_of,
)
from tests.publication.published import Published

pytestmark = pytest.mark.django_db
__all__ = ["letters_as_data"]

# Distinctive posts of each thing that is not public.
DRAFT, SUBMITTED, NEWER, WITHDRAWN, SCENARIO = "8713", "6427", "5391", "4973", "3719"
WORD = "kanariefågel"
ARGUMENTS: dict[str, list[str]] = {
    "code": ["03", "20"],
    "region": ["03"],
    "year": ["2022", "2024"],
    "rules_name": ["at-2022"],
    "round_slug": ["2022-2024", "2022-2024-b"],
    "round": ["2022-2024", "2022-2024-b"],
    "grant": ["at-2022"],
    "number": ["1", "2"],
    "table": list(RUN_TABLES),
    "extension": ["csv", "json", "xlsx"],
    "rest": ["awards.csv"],
    "version": ["at-2022.1"],
    "sha256": ["0" * 64],
}
# What the walk adds to a route: every measure and choice that shows other figures.
QUERIES: dict[str, list[str]] = {
    "/": [f"?measure={one.key}&region=19" for one in MEASURES] + ["?year=2023&measure=rate", "?year=2024"],
    "/compare/": ["", "?regions=03,18,19&year=2023"],
    "/method/<str:rules_name>/calculator/": ["", "?region=09&posts=17", "?region=09&posts=17&others=plan"],
    **{f"/api/v1/{name}": ["?limit=500"] for name in ("awards", "figures", "plans", "runs", "rounds")},
    "/api/v1/traces": ["?limit=100", "?limit=100&offset=100", "?run=2"],
}
# Its figure of the log's entries grows with every report, and says nothing of what is in them.
CHANGING = {"/verify/", "/verify/<str:sha256>/"}


class Walk:
    """Every address of the open pages and the open API, answered to somebody without an account.

    Those that hold `without` are left out, and those that do not hold `only`.
    """

    def __init__(self, *, without: str = "no such word", only: str = "") -> None:
        caches["pages"].clear()
        caches["default"].clear()
        opendata._data.forget()
        selectors._figures.forget()
        rows = read_table(DOCUMENT.read_text(encoding="utf-8"))
        client = Client(headers={"accept-language": "en"})
        self.answers: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        for address in addresses():
            row = rows.get(address.route)
            if row is None or row.answers.get("GET", {}).get("anonymous") != "yes":
                continue
            if not address.name.startswith(("publication:", "api:")):
                continue
            for path in _paths(address.route):
                if without in path or only not in path:
                    continue
                answer = client.get(path)
                self.answers[path] = f"{answer.status_code} {_text(answer)}"
                if address.route not in CHANGING:
                    self.tags[path] = f"{answer.get('ETag', '')} {answer.get('Location', '')}"

    @property
    def steady(self) -> dict[str, str]:
        """The answers that change with publications only."""
        return {path: self.answers[path] for path in self.tags}

    def where(self, secret: str) -> list[str]:
        """The addresses whose answers hold a number or a word, however the number is grouped."""
        spaced = r"[\s\u00a0,.]?".join((secret[0], secret[1:])) if secret.isdigit() else re.escape(secret)
        found = re.compile(rf"(?<![\w.]){spaced}(?!\w)", re.IGNORECASE)
        end = secret[1:].lower()  # looked for first, as it takes a hundredth of the time
        return [path for path, text in self.answers.items() if end in text.lower() and found.search(text)]


def _paths(route: str) -> Iterator[str]:
    names = ARGUMENT.findall(route)
    for values in itertools.product(*(ARGUMENTS[name] for name in names)):
        given: Mapping[str, str] = dict(zip(names, values, strict=True))
        path = ARGUMENT.sub(lambda found, given=given: given[found[1]], route)  # type: ignore[misc]
        yield from (path + query for query in QUERIES.get(route, [""]))


def _text(answer: Any) -> str:
    if "spreadsheetml" in answer["Content-Type"]:
        book = load_workbook(io.BytesIO(answer.content))
        return json.dumps([list(sheet.values) for sheet in book], default=str)
    return str(answer.content.decode())


def unpublished(published: Published) -> None:
    """Everything that can exist without being public, with the canaries in it."""
    now = timezone.now()
    contact = {"contact_name": f"{WORD} Andersson", "contact_phone": "08-87 13 64 27"}
    comment = {"comment_at_2022": f"Tjänsterna kallas {WORD}.", **contact}
    make_draft(published.round, "21", by=make_region_member("21"), at=now, at_2022=DRAFT, **comment)
    sender = make_region_member("20")
    make_submission(published.round, "20", by=sender, at=now, at_2022=SUBMITTED, **comment)
    newer = make_region_member("03", Role.REPRESENTANT, name=f"{WORD} Berg")
    make_submission(published.round, "03", by=newer, at=now, at_2022=NEWER, st_2023="2113", **comment)
    run = published.computed()
    assert {row.reported_posts for row in run.regions.all()} >= {int(SUBMITTED), int(NEWER)}
    officer = make_officer(name=f"{WORD} Handläggare")
    report = report_of(published.round, "20")
    post_message(submission_id=report.pk, side=Side.REGION, body=f"{WORD} {SUBMITTED}", by=sender, at=now)
    return_report(submission_id=report.pk, revision_number=1, message=WORD, by=officer, at=now)
    scenario = make_scenario(run, by=officer, name=WORD)
    saved(scenario, by=officer, figures={"03": Figures(planned=50, reported=int(SCENARIO))})


def withdrawn(published: Published) -> AllocationRun:
    """A run of another round that was public for a while."""
    now = timezone.now()
    other = make_round(
        slug="2022-2024-b", opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9)
    )
    make_submission(
        other,
        "03",
        by=make_region_member("03", Role.REPRESENTANT),
        at=now,
        at_2022=WITHDRAWN,
        comment_at_2022="Fler.",
    )
    run = published.computed()
    assert run.round_grant.reporting_round_id == other.pk
    publication = publish_run(run=run, by=published.decider, at=now)
    # The walk finds what is public: so what it does not find is not.
    assert len(Walk(without=".xlsx").where(WITHDRAWN)) > 16
    withdraw_publication(publication_id=publication.pk, by=published.decider, reason=WORD, at=now)
    return run


def test_no_open_answer_changes_by_what_is_not_published(published: Published) -> None:
    before = Walk()
    assert len(before.steady) > 80
    unpublished(published)
    run = withdrawn(published)
    after = Walk()
    for secret in (DRAFT, SUBMITTED, NEWER, WITHDRAWN, SCENARIO, published.SECRET_POSTS, WORD, "2113"):
        assert set(after.where(secret)) <= set(before.where(secret)), secret
    public = set(RunRegion.objects.filter(run=published.run).values_list("total_kr", flat=True))
    hidden = RunRegion.objects.exclude(run=published.run).values_list("total_kr", flat=True)
    for amount in set(hidden) - public:
        assert set(after.where(str(amount))) <= set(before.where(str(amount)))
    assert run.inputs_sha256 not in "".join(after.answers.values())
    assert after.tags == before.tags
    assert {path for path, text in after.steady.items() if text != before.steady[path]} == set()


def said_of_money() -> str:
    """What Uppsala's open page says of payments, as plain text; empty where it says nothing."""
    page = _text(Client(headers={"accept-language": "en"}).get("/regions/03/")).replace("\xa0", " ")
    found = re.search(
        r'id="p-at-2022".*?</section>', page.replace('<div class="pp-stack-lg">', "</section>"), re.DOTALL
    )
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


@pytest.mark.usefixtures("letters_as_data")
def test_money_is_open_for_a_decision_that_is_published_and_no_later_one(settings: Settings) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")
    officer, decider = make_officer(), make_decider()
    decision = make_decided(officer, decider)
    grant, code, run = decision.round_grant_id, "03", decision.run
    assert said_of_money() == ""
    publish_run(run=run, by=decider, at=AFTER)
    assert "0 kr Nothing has been paid yet Left to pay 10 500 000 kr" in said_of_money()
    pay(decision, officer, decider)
    assert "10 500 000 kr The last payment was made 8 October 2022 Left to pay 0 kr" in said_of_money()

    before = Walk(only="/regions/03")
    later = correct(decision, officer, decider, posts="71")
    pay(later, officer, decider)
    more = RunRegion.objects.get(run=later.run, region=code).total_kr
    assert more > 10_500_000
    claim: dict[str, Any] = {"grant_id": grant, "code": code, "kind": "other", "by": officer, "at": LATER}
    claim |= {"reason": WORD, "due_on": (LATER + timedelta(days=9)).date()}
    proposed = claim_repayment(**claim, amount_kr=4_973_000)
    confirm_claim(claim_id=claim_repayment(**claim, amount_kr=371_900).pk, by=decider, at=LATER)
    after = Walk(only="/regions/03")
    for secret in (str(more), str(more - 10_500_000), "4973000", "371900", WORD):
        assert set(after.where(secret)) <= set(before.where(secret)), secret
    assert after.tags == before.tags

    publish_run(run=later.run, by=decider, at=LATER)
    shown = said_of_money()
    assert f"{more:,} kr The last payment".replace(",", " ") in shown
    assert "Claimed back 371 900 kr 371 900 kr is still to be repaid" in shown
    confirmed = RepaymentClaim.objects.get(state="open")
    note_repayment(claim_id=confirmed.pk, amount_kr=371_900, repaid_on=LATER.date(), by=officer, at=LATER)
    assert "Claimed back 371 900 kr All of it is repaid" in said_of_money()
    assert proposed.state == "proposed"
    assert "4 973 000" not in said_of_money()

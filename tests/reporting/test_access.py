"""Every address of the project, asked by every role: the answers are those of docs/access.md, and no others.

A new address needs a row there. The failure prints it, ready to paste. Where a route has an argument
that nothing here fills in, the failure says so: make the row in `make_world` and name it in `Samples`.
"""

import copy
import io
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial, partialmethod
from itertools import takewhile
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib import admin, auth
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.template.backends.django import Template
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from allocation import runner
from allocation.models import AllocationRun, PaymentBatch, Recomputation, ReportSchedule, RoundGrant
from allocation.services.decisions import decide, except_region, propose_decision
from allocation.services.payees import load_example_accounts
from allocation.services.payments import make_batch
from allocation.services.publications import publish_run
from allocation.services.runs import request_recomputation
from allocation.services.scenarios import base_of_run, create_scenario
from allocation.services.sweeps import sweep_run
from allocation.variation import Axis
from config import urls
from reporting.invitations import invitation_token
from reporting.models import (
    ApiToken,
    Attachment,
    ExportFormat,
    Invitation,
    MailChoice,
    MailRhythm,
    Membership,
    News,
    NewsKind,
    PendingUpload,
    Receipt,
    ReportFlag,
    ReportingRound,
    Role,
    Side,
    User,
)
from reporting.services.exports import export_table
from reporting.services.messages import Upload, post_message
from reporting.services.tokens import create_token
from reporting.tables import Column, Table
from reporting.unsubscribing import unsubscribe_link
from tests.access import (
    ALWAYS_ASKED,
    DOCUMENT,
    ROLES,
    SECURITY,
    Address,
    Row,
    addresses,
    ask_everyone,
    read_table,
    written_row,
)
from tests.factories import (
    make_invitation,
    make_officer,
    make_pending_ombud,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    report_of,
)
from tests.files import pdf

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class World:
    """One set of data: everything in it belongs to region 03 (`Samples` point at it)."""

    reporting_round: ReportingRound
    run: AllocationRun
    key: ApiToken
    member: Membership
    invitation: Invitation
    people: dict[str, list[User]]  # role, as the table names it -> whoever is asked in its name


def make_world() -> World:
    """A region with a submitted report and a run; people of every role; one of each model of the admin."""
    now = timezone.now()
    reporting_round = make_round(opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=19))
    regional = {"ombud": Role.OMBUD, "representant": Role.REPRESENTANT, "uppgiftssamordnare": Role.SAMORDNARE}
    people = {name: [make_region_member("03", role)] for name, role in regional.items()}
    people["pending ombud"] = [make_pending_ombud("03", invited_by=people["ombud"][0], at=now)]
    people["another region"] = [make_region_member("04", role) for role in regional.values()]
    people["case officer"] = [make_officer()]
    people["decision-maker"] = [make_user(is_staff=True, groups=["Beslutsfattare"])]
    people["administrator"] = [make_user(is_staff=True, is_superuser=True)]
    make_submission(reporting_round, "03", by=people["ombud"][0], at=now, gm_2022="")
    file = Upload(name="a.pdf", content=io.BytesIO(pdf()), size=len(pdf()))
    post_message(
        submission_id=report_of(reporting_round).pk,
        side=Side.REGION,
        body="See the file.",
        uploads=[file],
        by=people["ombud"][0],
        at=now,
    )
    for request in Recomputation.objects.all():
        runner.recompute(request.pk, at=now)
    run = AllocationRun.objects.get()
    officer = people["case officer"][0]
    create_scenario(base=base_of_run(run), name="Scenario", by=officer, at=now)
    threshold = Axis("threshold", Decimal(15), Decimal(16), Decimal(1))
    sweep_run(run=run, axes=[threshold], by=officer, at=now)
    make_decided(people, at=now)
    publish_run(run=run, by=people["decision-maker"][0], at=now)
    ReportSchedule.objects.create(person=officer, weekdays=[1], time_of_day=time(7), since=now)
    exported = Table("A list", [], [Column("Code")], [["03"]])
    export_table(exported, kind=ExportFormat.CSV, by=officer, at=now)
    key, _secret = create_token(region_code="03", name="A system", by=people["ombud"][0], at=now)
    MailChoice.objects.create(user=people["ombud"][0], rhythm=MailRhythm.DAILY)
    News.objects.create(
        user=people["ombud"][0],
        kind=NewsKind.MESSAGE,
        occasion="a message",
        submission=report_of(reporting_round),
        side=Side.REGION,
        actor_name="A colleague",
        at=now,
    )
    PendingUpload.objects.create(
        submission=report_of(reporting_round), user=people["ombud"][0], kind="csv", file_name="figures.csv",
        template=2, issued_at=now, content=b"", created_at=now, expires_at=now + timedelta(hours=2),
    )  # fmt: skip
    colleague = make_region_member("03", Role.SAMORDNARE)
    invitation = make_invitation("03", by=people["ombud"][0], at=now)
    return World(reporting_round, run, key, colleague.memberships.get(), invitation, people)


def make_decided(people: dict[str, list[User]], *, at: datetime) -> None:
    """A decision on another round, in which nobody has reported."""
    former = make_round(opens_at=at - timedelta(days=90), closes_at=at - timedelta(days=60), slug="former")
    RoundGrant.objects.filter(reporting_round=former).update(appeal_text="Nobody appeals.")
    then = at - timedelta(days=70)
    report = {"at_2022": "60", "comment_at_2022": "New blocks."}
    make_submission(former, "03", by=people["ombud"][0], at=then, **report)
    ReportingRound.objects.filter(pk=former.pk).update(is_demo=True)
    load_example_accounts(at=then)
    request = request_recomputation(reporting_round=former, reason="grant")
    runner.recompute(request.pk, at=at)
    run = AllocationRun.objects.filter(round_grant__reporting_round=former).latest("pk")
    officer = people["case officer"][0]
    for code in former.submissions.values_list("region_id", flat=True):
        except_region(run_id=run.pk, region_code=code, reason="Nothing came.", by=officer, at=at)
    proposal = propose_decision(run_id=run.pk, by=officer, at=at)
    decision = decide(decision_id=proposal.pk, by=people["decision-maker"][0], at=at)
    make_batch(grant_id=decision.round_grant_id, pay_on=at.date(), by=officer, at=at)


class Samples:
    """What the arguments of routes are filled in with. Everything belongs to region 03."""

    def __init__(self, world: World) -> None:
        # argument -> value, wherever the argument is called so
        self.by_argument: dict[str, str] = {
            "slug": world.reporting_round.slug,
            "old": str(world.run.pk),
            "new": str(world.run.pk),
            "code": "03",
            "number": "1",
            "year": str(world.run.round_grant.year),
            "run_number": str(world.run.number),
            "rules_name": world.run.round_grant.rules_name,
            "member_id": str(world.member.pk),
            "invitation_id": str(world.invitation.pk),
            "claim_id": "1",  # none has been made; who confirms one: test_payment_pages.py
            "flag_id": str(
                ReportFlag.objects.filter(submission__region="03").values_list("pk", flat=True).first()
            ),
            "token": invitation_token(world.invitation),
            "uidb36": "1",
            "key": "nobody-has-this-key",
            "language": "sv",
            "sha256": Receipt.objects.order_by("pk")[0].sha256,
            "url": "no-such-page/",
            "app_label": "reporting",
            "provider_id": "no-such-provider",
            "round": world.reporting_round.slug,
            "upload": "00000000-0000-0000-0000-000000000000",  # whose a file is: test_file_pages.py
            "round_slug": world.reporting_round.slug,
            "grant": world.run.round_grant.rules_name,
            "table": "awards",
            "extension": "csv",
            "version": world.run.rules_version,
            "rest": "awards.csv",
            "pk": "0",  # a passkey that nobody has; whose they are: test_second_factor.py
        }
        # route -> values that hold for it alone; "?" is what stands behind the question mark
        self.by_route: dict[str, dict[str, str]] = {
            "/report/": {"?": "region=03"},
            "/report/region/<str:code>/keys/<int:key>/revoke/": {"key": str(world.key.pk)},
            "/report/<slug:slug>/<str:code>/messages/files/<int:number>/": {
                "number": str(Attachment.objects.get().pk),
            },
            "/accounts/mail/unsubscribe/<str:token>/": {
                "token": unsubscribe_link(world.people["ombud"][0]).rstrip("/").rpartition("/")[2],
            },
            "/admin/r/<path:content_type_id>/<path:object_id>/": {
                "content_type_id": str(ContentType.objects.get_for_model(Group).pk),
                "object_id": str(Group.objects.order_by("pk")[0].pk),
            },
            "/admin/reporting/checkrule/<slug:code>/move/": {"code": "st-falls"},
            "/grant/<slug:slug>/<str:code>/<slug:rules_name>/decision/<int:number>.pdf": {"slug": "former"},
            **{
                f"/admin/allocation/paymentbatch/grant/<int:grant_id>/{rest}": {
                    "grant_id": str(PaymentBatch.objects.get().round_grant_id),
                    "form": "pdf",
                }
                for rest in ("", "report.pdf", "report.xlsx", "report/<int:number>.<str:form>")
            },
            "/admin/allocation/paymentbatch/<int:object_id>/files/<str:kind>": {"kind": "csv"},
            "/admin/autocomplete/": {"?": "app_label=reporting&model_name=membership&field_name=region"},
        }
        # route -> the form that is sent to it; an empty one to all others
        self.forms: dict[str, dict[str, str]] = {
            "/report/region/<str:code>/keys/": {"name": "Another system"},
            "/report/<slug:slug>/<str:code>/draft/": {"page": "posts"},
            "/report/people/<str:code>/<int:member_id>/": {"end": "1"},
            "/report/people/<str:code>/invitations/<int:invitation_id>/": {"action": "withdraw"},
            "/admin/allocation/paymentbatch/grant/<int:grant_id>/": {"action": "withdraw", "claim": "1"},
            "/admin/allocation/paymentbatch/<int:object_id>/act/": {"action": "cancel"},
            "/admin/allocation/payeeaccount/regions/": {"code": "03"},
            "/admin/reporting/ombudapplication/<int:object_id>/decide/": {"decision": "approve"},
            "/admin/reporting/submission/<path:object_id>/decide/": {
                "decision": "start",
                "revision_number": "1",
            },
        }

    def path(self, address: Address) -> str | None:
        """The address with its arguments filled in, or None where something is missing."""
        own = self.by_route.get(address.route, {})
        values = {**self.by_argument, **self._of_admin(address), **own}
        if not set(address.arguments) <= set(values):
            return None
        return address.path(values) + (f"?{own['?']}" if "?" in own else "")

    def _of_admin(self, address: Address) -> dict[str, str]:
        """For a page of the admin about one object: the first of its model."""
        for model in admin.site._registry:
            place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            if address.route.startswith(place) and "object_id" in address.arguments:
                first = model._default_manager.order_by("pk").first()
                return {"object_id": str(first.pk)} if first else {}
        return {}


@pytest.fixture
def brisk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without what thousands of answers cost: a line in the log, a page drawn, a session or person read.

    Pages are drawn for those who see the most, when they look; for the others what counts is whether
    they are let in.
    """
    settings.SESSION_SAVE_EVERY_REQUEST = False
    monkeypatch.setattr(auth, "get_user", partial(_known_user, {}, auth.get_user))
    monkeypatch.setattr(Template, "render", partialmethod(_draw_for_some, Template.render))
    for status in (403, 404):
        plain = partial(_refusal, status)
        monkeypatch.setattr(urls, f"handler{status}", plain, raising=False)
    monkeypatch.setattr("allocation.letters.draw_pdf", lambda _template, data: json.dumps(data).encode())
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def _known_user(
    known: dict[str | None, Any], read: Callable[[HttpRequest], Any], request: HttpRequest
) -> Any:
    session = request.COOKIES.get(django_settings.SESSION_COOKIE_NAME)
    if session not in known:
        known[session] = read(request)
    return copy.copy(known[session])


DRAWN_FOR = ("ombud", "administrator")
UNDRAWN = "X-Undrawn"


def _draw_for_some(
    template: Template,
    draw: Callable[..., str],
    context: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> str:
    if request is not None and (request.method != "GET" or UNDRAWN in request.headers):
        return ""
    return draw(template, context, request)


def _refusal(status: int, request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=status)


def clients_of(role: str, people: Sequence[User]) -> list[Client]:
    clients = []
    for person in people:
        headers = {} if role in DRAWN_FOR else {UNDRAWN: "1"}
        client = Client(raise_request_exception=False, headers=headers)
        client.force_login(person, backend="reporting.accounts.InvitedBackend")
        clients.append(client)
    return clients


NOT_NAMED = """
docs/access.md does not name every address of the project. Read the answers below: is each what you
mean? If so paste the row under the heading where it belongs; if not, mend the code and run again.
"""
NO_SAMPLE = """
These addresses have an argument that the test cannot fill in. In tests/reporting/test_access.py make the
row in `make_world` and name the argument in `Samples.by_argument`, or in `by_route` for one address alone:
"""
DIFFERENT = """
The project answers otherwise than docs/access.md says. One of the two is wrong:
"""
STALE = """
docs/access.md names addresses that the project does not have. Remove the rows:
"""


def test_every_address_answers_every_role_as_the_table_says(brisk: None) -> None:
    world = make_world()
    people = {
        "anonymous": [Client(raise_request_exception=False)],
        **{role: clients_of(role, world.people[role]) for role in ROLES if role != "anonymous"},
    }
    samples, table = Samples(world), read_table(DOCUMENT.read_text(encoding="utf-8"))
    known = addresses()
    unnamed, without_sample, different = [], [], []
    for address in known:
        path = samples.path(address)
        if path is None:
            without_sample.append(f"  {address.route}  ({address.name})")
            continue
        row = table.get(address.route)
        methods = dict.fromkeys([*ALWAYS_ASKED, *(row.answers if row else ())])
        form = samples.forms.get(address.route, {})
        asked_people = one_of_each(people) if address.route.startswith("/admin/") else people
        asked = {method: ask_everyone(method, path, asked_people, form=form) for method in methods}
        if broken := server_errors(asked):
            different.append(f"  {path}: a server error for {', '.join(broken)}")
        elif row is None:
            unnamed.append(written_row(address, asked))
        else:
            different += differences(address, row, asked)
    stale = [f"  {route}" for route in table if route not in {address.route for address in known}]
    found = [
        "\n".join([words, *lines])
        for words, lines in (
            (NO_SAMPLE, without_sample),
            (NOT_NAMED, unnamed),
            (DIFFERENT, different),
            (STALE, stale),
        )
        if lines
    ]
    assert not found, "\n".join(found)


def one_of_each(people: dict[str, list[Client]]) -> dict[str, list[Client]]:
    """For the desk, which knows no regions: whoever stands first for a role."""
    return {role: clients[:1] for role, clients in people.items()}


def server_errors(asked: dict[str, dict[str, str]]) -> list[str]:
    """Roles, with methods, for whom the project broke."""
    return [
        f"{role} ({method})"
        for method, answers in asked.items()
        for role, answer in answers.items()
        if re.search(r"\b5\d\d\b", answer)
    ]


def differences(address: Address, row: Row, asked: dict[str, dict[str, str]]) -> list[str]:
    """Where the answers are not those of the row, each in a line. Methods it leaves out let nobody in."""
    lines = []
    for method, answers in asked.items():
        for role, answer in answers.items():
            expected = row.answers[method][role] if method in row.answers else None
            if expected is None and answer == "yes":
                lines.append(f"  {method} {address.route}, {role}: yes, but the row does not name {method}")
            elif expected is not None and expected != answer:
                lines.append(f"  {method} {address.route}, {role}: {answer}, the row says {expected}")
    return [*lines, f"  The row that says what happens now: {written_row(address, asked)}"] if lines else []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("| `/x/` | GET | yes |", "1 answers for 9 roles"),
        ("| `/x/` | GET |" + " yes |" * 9 + "\n| `/x/` | GET |" + " 404 |" * 9, "twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_an_error(rows: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_table(rows)


def test_a_cell_holds_one_answer_for_all_methods_or_one_for_each() -> None:
    row = read_table("| `/x/` | GET POST | sign in | yes / 403 |" + " 404 |" * 7)["/x/"]
    assert [row.answers[method]["anonymous"] for method in row.answers] == ["sign in", "sign in"]
    assert [row.answers[method]["pending ombud"] for method in row.answers] == ["yes", "403"]


def test_the_table_of_actions_answers_for_every_role() -> None:
    lines = SECURITY.read_text(encoding="utf-8").splitlines()
    header = ["action", *(role for role in ROLES if role != "another region")]
    start = lines.index(f"| {' | '.join(header)} |")
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    table = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    short = [row[0] for row in table if len(row) != len(header) or not all(row)]
    assert not short, (
        f"docs/security.md, who may do what: an answer for each of {header[1:]}, please: {short}"
    )

"""What the walk over all addresses meets: a region with everything, people of every role, arguments."""

import io
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

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
    swedish_day,
)
from reporting.services.exports import export_table
from reporting.services.messages import Upload, post_message
from reporting.services.tokens import create_token
from reporting.tables import Column, Table
from reporting.unsubscribing import unsubscribe_link
from tests.access import (
    Address,
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
    make_batch(grant_id=decision.round_grant_id, pay_on=swedish_day(at), by=officer, at=at)


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

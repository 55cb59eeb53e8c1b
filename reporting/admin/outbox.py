"""Every mail the system has written: to whom, what, whether it has left, and sending it again."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reporting.admin.exports import ExportMixin
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.invitations import LINK_MARK
from reporting.models import Document, Mail, MailFile, MailKind
from reporting.services.outbox import AGAIN, WITH_SECRET_LINK, send_again, try_now
from reporting.tables import Column, Table
from reporting.templatetags.platsplan import day

# state -> what it means in the table
STATES: dict[str, Q] = {
    "sent": Q(sent_at__isnull=False, last_error=""),
    "partly": (Q(sent_at__isnull=False) & ~Q(last_error=""))
    | Q(sent_at=None, dropped_at=None, copied_at__isnull=False),
    "waiting": Q(sent_at=None, last_error=""),
    "failed": Q(sent_at=None, copied_at=None, dropped_at=None) & ~Q(last_error=""),
    "dropped": Q(dropped_at__isnull=False),
}
LABELS: dict[str, str | Promise] = {
    "sent": gettext_lazy("Sent"),
    "partly": gettext_lazy("Partly refused"),
    "waiting": gettext_lazy("Waiting"),
    "failed": gettext_lazy("Failed"),
    "dropped": gettext_lazy("Not needed any more"),
}
# kind of a mail that was dropped -> why; the mailer, which has no reader, notes it in English
DROPPED: dict[str, str | Promise] = {
    MailKind.INVITATION: gettext_lazy("The invitation has been withdrawn, accepted or sent anew."),
    MailKind.PASSWORD_RESET: gettext_lazy("Nobody with this address can sign in."),
}
CHIPS = {"sent": "ok", "partly": "warning", "waiting": "submitted", "failed": "error", "dropped": "none"}
MASK = "••••••••"


def state_of(mail: Mail) -> str:
    """Sent, refused for one of its addresses, waiting for its first attempt, failed so far, or dropped.

    What has not reached its own address is tried again.
    """
    if mail.sent_at is not None:
        return "partly" if mail.last_error else "sent"
    if mail.dropped_at is not None:
        return "dropped"
    if mail.copied_at is not None:
        return "partly"
    return "failed" if mail.last_error else "waiting"


def trouble_with(mail: Mail) -> str:
    """Why the mail has not left, or not to everyone: what a server has answered, or why it was dropped."""
    return str(DROPPED.get(mail.kind, mail.last_error)) if mail.dropped_at else mail.last_error


class MailStateFilter(admin.SimpleListFilter):
    """Sent, partly refused, waiting, failed, dropped."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The states."""
        return list(LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        """Mails in the chosen state."""
        condition = STATES.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


class AgainFilter(admin.SimpleListFilter):
    """Whether the mail repeats another one."""

    title = gettext_lazy("repetition")
    parameter_name = "again"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Firsts and repeats."""
        return [("no", gettext_lazy("Sent for the first time")), ("yes", gettext_lazy("Sent again"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        """Mails that repeat another one, or do not."""
        if self.value() not in ("no", "yes"):
            return queryset
        return queryset.filter(again_of__isnull=self.value() == "no")


@admin.register(Mail)
class MailAdmin(ExportMixin, ReadOnlyMixin, admin.ModelAdmin):
    """The outbox. A secret link never stands in it, so showing the text is safe."""

    empty_words = gettext_lazy("The system writes mails by itself when something happens.")
    list_display = ["written_at", "kind", "recipient", "subject", "state_chip", "attempts", "left_at"]
    list_display_links = ["subject"]
    list_filter = [MailStateFilter, "kind", "reporting_round", AgainFilter]
    search_fields = ["recipient", "copy_to", "subject"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["try_now", "export_xlsx", "export_csv"]
    fields = [
        "kind",
        "recipient",
        "copy_to",
        "declinable",
        "subject",
        "state_chip",
        "created_at",
        "sent_at",
        "copied_at",
        "dropped_at",
        "attempts",
        "last_attempt_at",
        "trouble",
        "occasion",
        "repetition",
        "enclosures",
        "letter",
    ]
    readonly_fields = ["state_chip", "trouble", "repetition", "enclosures", "letter"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        """The list needs neither the letters nor their HTML."""
        mails: QuerySet[Mail] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and match.url_name == "reporting_mail_changelist"
        return mails.defer("text", "html") if is_list else mails

    def get_urls(self) -> list[URLPattern]:
        """Sending again, and the file that went with a mail."""
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/again/", view(self.again_view), name="reporting_mail_again"),
            path("<path:object_id>/file/", view(self.file_view), name="reporting_mail_file"),
            *super().get_urls(),
        ]

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may send mails again."""
        return signed_in(request).has_perm(AGAIN)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The mail, with the button where it may be sent again."""
        context = {"may_send_again": self.has_again_permission(request), "with_secret": WITH_SECRET_LINK}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send one mail again, or try it at once."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_again_permission(request):
            raise PermissionDenied
        mail = self._found(request, object_id)
        try:
            on_its_way = send_again(mail_id=mail.pk, by=signed_in(request), at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("admin:reporting_mail_change", mail.pk)
        words = (
            _("The mail is being tried now.") if on_its_way.pk == mail.pk else _("The mail goes once more.")
        )
        messages.success(request, words)
        return redirect("admin:reporting_mail_change", on_its_way.pk)

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The file that goes with a mail, exactly as it is sent."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        mail = self._found(request, object_id)
        found = mail.file or mail.document
        if found is None:
            raise Http404
        name = found.file_name if isinstance(found, Document) else found.name
        return HttpResponse(
            bytes(found.content),
            content_type=found.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store, private",
            },
        )

    def _found(self, request: HttpRequest, object_id: str) -> Mail:
        if not self.has_view_permission(request):
            raise PermissionDenied
        mail = self.get_object(request, unquote(object_id))
        if mail is None:
            raise Http404
        return mail  # type: ignore[no-any-return]  # the model of this admin

    @admin.action(description=gettext_lazy("Try those that have not been sent now"), permissions=["again"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """Try the chosen mails that have not been sent, without waiting."""
        ids = list(queryset.filter(sent_at=None).values_list("pk", flat=True)[:1000])
        count = try_now(mail_ids=ids, by=signed_in(request), at=timezone.now())
        text = ngettext("%(count)d mail is being tried now.", "%(count)d mails are being tried now.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    def table_of(self, request: HttpRequest, queryset: QuerySet[Mail]) -> Table:
        """The chosen mails, without their words."""
        columns = [
            Column(_("Written"), "moment", 22),
            Column(_("Kind"), width=24),
            Column(_("To"), width=34),
            Column(_("Copy to"), width=34),
            Column(_("Subject"), width=60),
            Column(_("Round"), width=20),
            Column(_("State"), width=18),
            Column(_("Attempts"), "number", 12),
            Column(_("Sent"), "moment", 18),
            Column(_("Last error"), width=50),
        ]
        rows = [
            [
                mail.created_at,
                mail.get_kind_display(),
                mail.recipient,
                mail.copy_to,
                mail.subject,
                mail.reporting_round.name if mail.reporting_round else "",
                str(LABELS[state_of(mail)]),
                mail.attempts,
                mail.sent_at,
                trouble_with(mail),
            ]
            for mail in queryset.select_related("reporting_round").defer("text", "html")
        ]
        return Table(_("Mails"), [], columns, rows)

    @admin.display(description=gettext_lazy("written"), ordering="created_at")
    def written_at(self, obj: Mail) -> str:
        """When it was written, in short."""
        return day(timezone.localtime(obj.created_at), "j M Y H:i")

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def left_at(self, obj: Mail) -> str | None:
        """When it left, in short."""
        return day(timezone.localtime(obj.sent_at), "j M Y H:i") if obj.sent_at else None

    @admin.display(description=gettext_lazy("state"))
    def state_chip(self, obj: Mail) -> str:
        """The state as a chip, with the error where there is one."""
        state = state_of(obj)
        context = {"state": CHIPS[state], "label": LABELS[state], "error": trouble_with(obj)}
        return render_to_string("admin/_mail_state.html", context)

    @admin.display(description=gettext_lazy("last error"))
    def trouble(self, obj: Mail) -> str:
        """Why it has not left."""
        return trouble_with(obj)

    @admin.display(description=gettext_lazy("sent again"))
    def repetition(self, obj: Mail) -> str:
        """Which mail this one repeats, which repeat it, and who asked."""
        context = {
            "mail": obj,
            "repeats": obj.repeats.only("pk", "created_at", "again_of"),
            "requests": obj.requests.all(),
        }
        return render_to_string("admin/reporting/mail/_repetition.html", context)

    @admin.display(description=gettext_lazy("enclosed"))
    def enclosures(self, obj: Mail) -> str:
        """The files that go with the mail, with size and checksum."""
        files = MailFile.objects.filter(mails=obj).annotate(size=Length("content")).defer("content")
        documents = Document.objects.filter(mails=obj).annotate(size=Length("content")).defer("content")
        found = [
            *((file.name, file.size, file.sha256) for file in files),
            *((document.file_name, document.size, document.sha256) for document in documents),
        ]
        context = {"mail": obj, "files": found, "receipt": obj.receipt}
        return render_to_string("admin/reporting/mail/_enclosures.html", context)

    @admin.display(description=gettext_lazy("text"))
    def letter(self, obj: Mail) -> str:
        """The plain text, line by line; where a private link goes there is a mask."""
        text = obj.text.replace(LINK_MARK, MASK) if obj.kind in WITH_SECRET_LINK else obj.text
        return render_to_string("admin/_letter.html", {"text": text})

"""What every page about money shares: who may do what, how a form is carried out, and the page's frame."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise

from allocation.admin.moneyforms import MoneyForm
from allocation.models import RoundGrant
from reporting.admin.readonly import signed_in
from reporting.errors import DomainError


@dataclass(frozen=True, slots=True)
class Step:
    """What a button does: the form that it sends, the service, and what is said when it is done."""

    form: type[MoneyForm]
    service: Callable[..., object]
    done: str | Promise


def carried_out(form: MoneyForm, service: Callable[..., object], **known: Any) -> object | None:
    """Give the service what was typed; None where something was refused, and the form then says what.

    Args:
        known: what the page knows, such as who asks and which grant.
    """
    if not form.is_valid():
        return None
    try:
        return service(**form.cleaned_data, **known)
    except (DomainError, ValidationError) as error:
        form.refuse(error)
        return None


def asked(request: HttpRequest) -> dict[str, Any]:
    """Who asks, and when, as services take it."""
    return {"by": signed_in(request), "at": timezone.now()}


def may_handle(request: HttpRequest) -> bool:
    """Whether the asker may handle payments."""
    return signed_in(request).has_perm("allocation.handle_payment")


def may_approve(request: HttpRequest) -> bool:
    """Whether the asker may approve payments and confirm claims."""
    return signed_in(request).has_perm("allocation.approve_payment")


def money_page(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    template: str,
    *,
    grant: RoundGrant,
    context: dict[str, Any],
) -> HttpResponse:
    """A page about a grant's money in the desk's frame."""
    everything = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "grant": grant,
        "may_handle": may_handle(request),
        "may_approve": may_approve(request),
        "person_id": signed_in(request).pk,
        "has_view_permission": True,
        "synthetic": grant.reporting_round.is_demo,
        **context,
    }
    return TemplateResponse(request, f"admin/allocation/paymentbatch/{template}", everything)

"""The agency's admin site: Django's own, signed in to through the same door as everyone."""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

ALLAUTH = ("account", "mfa", "socialaccount", "usersessions")


class PlatsplanAdminSite(AdminSite):
    site_header = "Platsplan"
    site_title = "Platsplan"
    index_title = _("The agency's desk")
    site_url = "/"
    enable_nav_sidebar = False
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's, without allauth's own tables, which hold secrets and ways to reset a password."""
        models: list[type[Model]] = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        )
        kept = [model for model in models if model._meta.app_label not in ALLAUTH]  # noqa: SLF001  # Django's own name
        super().register(kept, admin_class, **options)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """As Django's, but a form from somebody signed in without access is refused, not sent elsewhere."""
        inner = super().admin_view(view, cacheable)
        of_model = getattr(view, "__self__", None)

        def refuse_or_show(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            is_form = request.method == "POST" and request.user.is_authenticated
            if is_form and not self.has_permission(request):
                raise PermissionDenied
            if is_form and isinstance(of_model, ModelAdmin):
                _refuse_other_than_keys(of_model.opts.pk, request.POST.getlist(ACTION_CHECKBOX_NAME))
            answer: HttpResponseBase = inner(request, *args, **kwargs)
            return answer

        return update_wrapper(refuse_or_show, inner)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """As Django's, drawn up when it is looked at: every page asks, for a side bar that is not shown."""
        return SimpleLazyObject(lambda: super(PlatsplanAdminSite, self).get_app_list(request, app_label))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The start page, which also tells how the round stands at this moment."""
        return super().index(request, {"at": timezone.now(), **(extra_context or {})})

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send a visitor to the one sign-in page, and somebody without access to their own start."""
        if request.user.is_authenticated:
            return redirect("after_sign_in")
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: object = None) -> HttpResponseBase:  # type: ignore[override]  # a redirect
        """Sign out through the one sign-out page."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:  # type: ignore[override]  # a redirect
        """Change one's password on the one page for it."""
        return redirect("account_change_password")


def _refuse_other_than_keys(field: Field, chosen: Iterable[str]) -> None:
    """Refuse rows that no list offers; Django's own asks the database for them and fails."""
    for key in chosen:
        try:
            field.to_python(key)
        except ValidationError:
            raise BadRequest("There is no such row.") from None
        if "\x00" in key:
            raise BadRequest("There is no such row.")

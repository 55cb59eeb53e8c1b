"""The agency's admin site: Django's own, signed in to through the same door as everyone."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PlatsplanAdminSite(AdminSite):
    site_header = "Platsplan"
    site_title = "Platsplan"
    index_title = _("The agency's desk")
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send a visitor to the one sign-in page; someone signed in without access goes to their own start."""
        if request.user.is_authenticated:
            return redirect("after_sign_in")
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: object = None) -> HttpResponseBase:  # type: ignore[override]
        """Sign out through the one sign-out page."""
        return redirect("account_logout")

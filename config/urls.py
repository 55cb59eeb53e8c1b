"""Addresses."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from config import api
from reporting.admin import audit
from reporting.views.invitations import accept_invitation
from reporting.views.start import after_sign_in

urlpatterns = [
    path("", include("publication.urls")),
    path("report/", include("reporting.urls")),
    path("grant/", include("allocation.urls")),
    path("accounts/", include("reporting.accounts.urls")),
    path("invitations/<str:token>/", accept_invitation, name="accept_invitation"),
    path("after-sign-in/", after_sign_in, name="after_sign_in"),
    # Open pages are the same for everybody and hold no token. Whoever is tricked here reads another language.
    path("i18n/setlang/", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path("api/v1/", (api.patterns(), "ninja", "api")),
    path("admin/history/", admin.site.admin_view(audit.history), name="audit"),
    path("admin/", admin.site.urls),
]

"""Addresses."""

from django.contrib import admin
from django.urls import include, path

from reporting.views import after_sign_in

urlpatterns = [
    path("", include("publication.urls")),
    path("report/", include("reporting.urls")),
    path("accounts/", include("allauth.urls")),
    path("after-sign-in/", after_sign_in, name="after_sign_in"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

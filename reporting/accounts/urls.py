"""Addresses under /accounts/: ours first, then allauth's."""

from django.urls import include, path
from django.views.generic import RedirectView

from reporting.accounts import views
from reporting.views.start import not_found

urlpatterns = [
    path("", views.account, name="account"),
    # The agency keeps the addresses, and nobody links an identity by hand or signs up with one.
    path("email/", not_found, name="account_email"),
    path("3rdparty/", not_found, name="socialaccount_connections"),
    path("3rdparty/signup/", not_found, name="socialaccount_signup"),
    path("sessions/", views.sessions, name="usersessions_list"),
    path("sessions/end/", views.end_others, name="account_end_sessions"),
    path("sessions/<int:number>/end/", views.end_one, name="account_end_session"),
    path(
        "reauthenticate/<slug:provider_id>/",
        views.confirm_with_provider,
        name="account_reauthenticate_provider",
    ),
    path("2fa/", views.SecondFactors.as_view(), name="mfa_index"),
    path("2fa/totp/deactivate/", views.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("", include("allauth.urls")),
]

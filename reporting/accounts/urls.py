"""Addresses under /accounts/: ours first, then allauth's."""

from allauth.account.views import password_reset
from allauth.socialaccount.views import login_cancelled
from django.urls import include, path
from django.views.generic import RedirectView

from reporting.accounts import provider_views, views
from reporting.accounts.timing import answered_evenly
from reporting.views import mail
from reporting.views.start import not_found

urlpatterns = [
    path("", views.account, name="account"),
    path("email/", not_found, name="account_email"),  # the agency keeps the addresses
    path("mail/", mail.mail_choice, name="mail_choice"),
    path("mail/unsubscribe/<str:token>/", mail.mail_unsubscribe, name="mail_unsubscribe"),
    path("sessions/", views.sessions, name="usersessions_list"),
    path("sessions/end/", views.end_others, name="account_end_sessions"),
    path("sessions/<int:number>/end/", views.end_one, name="account_end_session"),
    path(
        "reauthenticate/<slug:provider_id>/",
        provider_views.confirm,
        name="account_reauthenticate_provider",
    ),
    path("password/reset/", answered_evenly(password_reset), name="account_reset_password"),
    path("2fa/", views.SecondFactors.as_view(), name="mfa_index"),
    path("2fa/totp/deactivate/", views.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        views.ConfirmWithPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    # Of identity providers only the way in and back: nobody links an identity by hand, or signs up with one.
    path("oidc/<slug:provider_id>/login/", provider_views.go_there, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", provider_views.come_back, name="openid_connect_callback"),
    path("oidc/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
]

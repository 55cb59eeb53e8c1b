"""All settings, from the environment, with defaults that are safe in production."""

from pathlib import Path

import environ
import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.identity_providers import providers_in

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# What the product may know about where it runs -------------------------------------------------

DEBUG = False
PLATSPLAN_DEMO: bool = env.bool("PLATSPLAN_DEMO", default=False)
PLATSPLAN_VAR = Path(env.str("PLATSPLAN_VAR", default=str(BASE_DIR / "var")))
PLATSPLAN_BASE_URL: str = env.str("PLATSPLAN_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
SECRET_KEY: str = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. bin/run makes one; in production set it yourself.")
if SECRET_KEY.startswith("demo-") and not PLATSPLAN_DEMO:
    raise ImproperlyConfigured("SECRET_KEY is a demonstration key. Set a key of your own.")
# Former keys, newest first: what they signed or sealed still opens.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = [PLATSPLAN_BASE_URL]

# Whose decisions they are, as it stands in the letters. Nothing can be decided without it.
AGENCY_NAME: str = env.str("AGENCY_NAME", default="Exempelmyndigheten" if PLATSPLAN_DEMO else "")
# How the agency is reached, for the page about contact and the accessibility statement. The number of the
# demonstration is one of those that the Swedish regulator keeps for fiction.
AGENCY_EMAIL: str = env.str("AGENCY_EMAIL", default="platsplan@platsplan.example" if PLATSPLAN_DEMO else "")
AGENCY_PHONE: str = env.str("AGENCY_PHONE", default="08-465 004 00" if PLATSPLAN_DEMO else "")
# Who pays, as it stands in payment files; none can be made without. The example leads to no bank.
PAYER_ORGANISATION_NUMBER: str = env.str(
    "PAYER_ORGANISATION_NUMBER", default="000000-0000" if PLATSPLAN_DEMO else ""
)
PAYER_IBAN: str = env.str("PAYER_IBAN", default="SE9500000000000000000000" if PLATSPLAN_DEMO else "")
PAYER_BIC: str = env.str("PAYER_BIC", default="")

# Everything below follows from https or not
_https = PLATSPLAN_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = _https
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Parts --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "publication",
    "allocation",
    "reporting",
    "config.apps.PlatsplanAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_include_bootstrap",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.health.HealthMiddleware",
    "config.cors.OpenToReadMiddleware",
    "config.uploads.OversizedRequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.caching.PrivateUnlessToldMiddleware",
    "config.pagecost.PageCostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.unreadable.UnreadableRequestMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "reporting.accounts.second_factor.SecondFactorMiddleware",
    "config.history.RequestHistoryMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reporting.context.platsplan",
            ],
        },
    },
]

# Database and broker --------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres:///platsplan")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://…).")
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 300
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

# In the database, so that sign-in and its rate limits work while the broker is away.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        # Django's 300 would have whoever makes many counters push out those that count wrong passwords.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Open pages as they are sent, in each process; the key holds the version of what they show.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}

# The history of a row is `row.history`; `events` is what happened to a report.
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")
PGHISTORY_BASE_MODEL = "reporting.models.events.Event"
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())

# Sign-in --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "reporting.User"
AUTHENTICATION_BACKENDS = ["reporting.accounts.InvitedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "reporting.accounts.passwords.PaddedPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "after_sign_in"
ACCOUNT_ADAPTER = "reporting.accounts.adapters.InvitedOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # every address was invited by the agency; the invitation proves it
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _https else "http"
# Regions sit behind one address each, so what counts per address is wide, per account narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "20/m/ip,5/5m/key",  # also codes of the second factor
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/10m/key",
    "reset_password_from_key": "20/m/ip",
}
# Signing in counts as confirming who one is; after this many seconds it is asked for again.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "reporting.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # every address was invited; no table says so
MFA_TOTP_TOLERANCE = 1  # phones' clocks are half a minute off; reporting.accounts.forms takes a code once
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_FORMS = {
    "authenticate": "reporting.accounts.forms.CodeForm",
    "reauthenticate": "reporting.accounts.forms.ConfirmingCodeForm",
    "activate_totp": "reporting.accounts.forms.AppForm",
    "login_webauthn": "reporting.accounts.forms.PasskeySignInForm",
    "authenticate_webauthn": "reporting.accounts.forms.PasskeyStepForm",
    "reauthenticate_webauthn": "reporting.accounts.forms.ConfirmingPasskeyForm",
    "add_webauthn": "reporting.accounts.forms.PasskeyForm",
    "edit_webauthn": "reporting.accounts.forms.PasskeyNameForm",
}
SOCIALACCOUNT_ADAPTER = "reporting.accounts.identities.InvitedIdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": providers_in(env)}}
# A link, not a form: the policy for forms (form-action) would stop the way to another host.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
NINJA_NUM_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT  # else a client's own header would say where it comes from
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600
# Longer than writing the mail takes, so that the time tells nobody whether one was written.
PASSWORD_RESET_LEAST_SECONDS: float = env.float("PASSWORD_RESET_LEAST_SECONDS", default=0.6)

# The session lives while one works: each request moves its end, see config.sessions.
SESSION_COOKIE_AGE = 8 * 3600
SESSION_ENGINE = "config.sessions"
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Work in the background ---------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that is away must not keep a person waiting: what was to be sent is a row already.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 2,
    # More than the second that a worker waits in one call; a person waits this long for a broker that hangs.
    "socket_timeout": 4,
    "max_retries": 1,
}
# A task that hangs is ended; what it was to do is a row, and is done again.
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TIMEZONE = "Europe/Stockholm"

# Mail -------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Platsplan <platsplan@platsplan.example>")
# Gets every decision letter as it is sent; empty where the register is kept in another way.
REGISTRAR_EMAIL: str = env.str("REGISTRAR_EMAIL", default="")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 15
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "config.mail.TellingSmtpBackend"
else:
    EMAIL_BACKEND = "config.mail.EmlFileBackend"
    EMAIL_FILE_PATH = str(PLATSPLAN_VAR / "mail")

# Language, time, files ------------------------------------------------------------------------------

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = PLATSPLAN_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Attachments are private: no address leads to this folder, only the view that asks who may see what.
ATTACHMENTS_FOLDER: str = env.str("ATTACHMENTS_FOLDER", default=str(PLATSPLAN_VAR / "attachments"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": ATTACHMENTS_FOLDER,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "woff", "woff2")
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Uploads -----------------------------------------------------------------------------------------

ATTACHMENT_MAX_BYTES: int = env.int("ATTACHMENT_MAX_MB", default=10) * 1_000_000
ATTACHMENTS_PER_MESSAGE: int = env.int("ATTACHMENTS_PER_MESSAGE", default=5)
FILE_UPLOAD_HANDLERS = [
    "config.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# Room for a message whose files are too large or too many, so that it is refused with its text kept.
REQUEST_MAX_BYTES = 3 * ATTACHMENT_MAX_BYTES * ATTACHMENTS_PER_MESSAGE

# Safety ------------------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}

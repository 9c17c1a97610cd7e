"""Django settings, all in one file. The environment is read at the top.

docs/deploy.md explains each variable. A missing or invalid value stops the start with a message
that says what to set; nothing falls back to an unsafe default. Importing the settings writes
nothing: manage.py creates what a command needs.
"""

import logging
import os
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import bootstrap_wrapper
import environ
import psycopg
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host
from psycopg.conninfo import make_conninfo

from config import local_postgres
from config.environment import (
    count_of_workers,
    host_names,
    is_email_address,
    is_mailbox,
    read_choice,
    read_secret_key,
    read_whole_number,
    split_url,
)
from config.logs import hide_rows
from config.sentry import report_to_sentry

BASE_DIR = Path(__file__).resolve().parent.parent


# --- The environment ----------------------------------------------------------------------

REQUIRED_IN_PRODUCTION = {
    "SECRET_KEY": "a long random string, kept secret; signs sessions and codes",
    "ALLOWED_HOSTS": "the host names that the site answers to, separated by commas",
    "DATABASE_URL": "the PostgreSQL to use, postgres://user:password@host:5432/name",
    "EMAIL_URL": "how to send mail, such as smtp+tls://user:password@host:587",
    "PUBLIC_URL": "the address that people use, such as https://purposes.example",
}

PRODUCTION = read_choice("APP_ENV", "local", "production") == "production"
if PRODUCTION:
    missing = [name for name in REQUIRED_IN_PRODUCTION if not os.environ.get(name)]
    if missing:
        meanings = "\n".join(f"  {name}: {REQUIRED_IN_PRODUCTION[name]}" for name in missing)
        raise ImproperlyConfigured(f"APP_ENV=production needs these to be set:\n{meanings}")

DEBUG = read_choice("DEBUG", "false", "true") == "true"
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG=true shows secrets to visitors: not with APP_ENV=production.")

SECRET_KEY = read_secret_key(PRODUCTION)

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = read_whole_number("PORT", 8000, most=65_535)
# So that commands check it. Where gunicorn is started directly, it reads WEB_CONCURRENCY before any
# of our code, and fails with a traceback if that isn't a number.
count_of_workers()
_everywhere = HOST in ("0.0.0.0", "::")  # noqa: S104
_reached_at = "127.0.0.1" if _everywhere else f"[{HOST}]" if ":" in HOST else HOST
PUBLIC_URL = (os.environ.get("PUBLIC_URL") or f"http://{_reached_at}:{PORT}").rstrip("/")
_public = split_url("PUBLIC_URL", PUBLIC_URL)
if (
    _public.scheme not in ("http", "https")
    or not _public.hostname
    or "@" in _public.netloc
    or PUBLIC_URL.partition("://")[2] != _public.netloc  # a path, a query or a fragment
):
    raise ImproperlyConfigured(
        f"PUBLIC_URL must be a scheme and a host, such as https://purposes.example, "
        f"not {PUBLIC_URL!r}."
    )

_public_host = f"[{_public.hostname}]" if ":" in _public.hostname else _public.hostname
if os.environ.get("ALLOWED_HOSTS"):
    ALLOWED_HOSTS = host_names(os.environ["ALLOWED_HOSTS"], any_host=not PRODUCTION)
    if not validate_host(_public_host, ALLOWED_HOSTS):
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS must contain the host of PUBLIC_URL, {_public_host}: otherwise the "
            f"address that people use is answered with an error."
        )
elif _everywhere:
    # A server on every interface should be reachable by every name of this machine. No URL in a
    # page or a mail is built from the Host header.
    ALLOWED_HOSTS = ["*"]
else:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", _reached_at, _public_host]

EMAIL_URL = os.environ.get("EMAIL_URL")
EMAIL_FROM = os.environ.get("EMAIL_FROM") or f"Five Purposes <noreply@{_public.hostname}>"
if os.environ.get("EMAIL_FROM") and not is_mailbox(EMAIL_FROM):
    raise ImproperlyConfigured(
        f"EMAIL_FROM must be an email address, such as Five Purposes <noreply@purposes.example>, "
        f"not {EMAIL_FROM!r}. A name with a comma needs double quotes."
    )
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL")
if CONTACT_EMAIL and not is_email_address(CONTACT_EMAIL):
    raise ImproperlyConfigured(
        f"CONTACT_EMAIL must be an email address without a name, such as help@purposes.example, "
        f"not {CONTACT_EMAIL!r}."
    )
LINKEDIN_CLIENT_ID = os.environ.get("LINKEDIN_CLIENT_ID")
LINKEDIN_CLIENT_SECRET = os.environ.get("LINKEDIN_CLIENT_SECRET")
LINKEDIN_SERVER_URL = os.environ.get("LINKEDIN_SERVER_URL") or "https://www.linkedin.com/oauth"
if bool(LINKEDIN_CLIENT_ID) != bool(LINKEDIN_CLIENT_SECRET):
    raise ImproperlyConfigured(
        "LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET belong together: set both, or none of them."
    )
_linkedin = split_url("LINKEDIN_SERVER_URL", LINKEDIN_SERVER_URL)
if not _linkedin.hostname or not (
    _linkedin.scheme == "https"
    or (_linkedin.scheme == "http" and _linkedin.hostname in ("127.0.0.1", "localhost", "::1"))
):
    # The client secret is sent there.
    raise ImproperlyConfigured(
        f"LINKEDIN_SERVER_URL must be an https:// address, not {LINKEDIN_SERVER_URL!r}."
    )

METRICS_TOKEN = os.environ.get("METRICS_TOKEN")
SENTRY_DSN = os.environ.get("SENTRY_DSN")
if (METRICS_TOKEN or SENTRY_DSN) and not all(map(find_spec, ("prometheus_client", "sentry_sdk"))):
    raise ImproperlyConfigured(
        "METRICS_TOKEN and SENTRY_DSN need what requirements/monitoring.txt installs."
    )

TRUSTED_PROXIES = read_whole_number("TRUSTED_PROXIES", 0, most=10)
LOG_LEVEL = read_choice("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")

# What is said of these two URLs repeats nothing of them, since they contain passwords.
try:
    with warnings.catch_warnings(action="ignore"):
        DATABASE: dict[str, Any] = (
            environ.Env.db_url_config(os.environ["DATABASE_URL"])
            if os.environ.get("DATABASE_URL")
            else local_postgres.database()
        )
except (environ.ImproperlyConfigured, KeyError, ValueError):
    raise ImproperlyConfigured(
        "DATABASE_URL is not understood. It must look like "
        "postgres://user:password@host:5432/name, with special characters escaped."
    ) from None
if DATABASE.get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL, as postgres://…")
if not DATABASE["NAME"]:
    raise ImproperlyConfigured("DATABASE_URL must name a database, as postgres://…/name")
try:
    MAIL = environ.Env.email_url_config(EMAIL_URL or "consolemail://")
except (environ.ImproperlyConfigured, KeyError, ValueError):
    raise ImproperlyConfigured(
        "EMAIL_URL is not understood. It must look like "
        "smtp+tls://user:password@host:587, with special characters escaped."
    ) from None
# A database that accepts connections but doesn't respond, or whose machine or network is gone,
# must not block a worker or a probe for ever. Timeouts of statements: config/gunicorn.conf.py.
DATABASE["OPTIONS"] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    **DATABASE.get("OPTIONS", {}),
}
_of_django = ("assume_role", "isolation_level", "prepare_threshold")
try:
    make_conninfo(**{k: v for k, v in DATABASE["OPTIONS"].items() if k not in _of_django})
except psycopg.ProgrammingError as error:
    raise ImproperlyConfigured(f"DATABASE_URL has an {str(error).strip()}.") from error
# A transaction pooler can't keep a cursor that outlives its transaction.
DATABASE["DISABLE_SERVER_SIDE_CURSORS"] = (
    read_choice("DISABLE_SERVER_SIDE_CURSORS", "false", "true") == "true"
)


# --- The application ----------------------------------------------------------------------

INSTALLED_APPS = [
    "purposeapp",
    "config.admin.AdminConfig",
    "django.contrib.auth",
    "django.contrib.humanize",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.static.StaticFilesConfig",
    "allauth",
    "allauth.account",
    # Always installed, so that its tables exist and LinkedIn can be switched on by its variables.
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "crispy_bootstrap5",
    "simple_history",
    "django_structlog",
]

MIDDLEWARE = [
    "purposeapp.web.security_headers.security_headers",
    "purposeapp.web.accept_encoding.drop_refused_encodings",
    "purposeapp.web.page_cache.page_cache_middleware",
    "purposeapp.web.query_count.count_queries",
    "purposeapp.web.request_body.drain_request_body",
    "purposeapp.web.form_answers.keep_for_back",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.static.WhiteNoiseMiddleware",
    "purposeapp.web.stateless.answer_stateless_views",
    "purposeapp.web.request_log.RequestLogMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "purposeapp.web.visitors.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "purposeapp.web.time_zone.activate_reader_time_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "purposeapp.web.form_status.FormStatusMiddleware",
    "purposeapp.views.deleted_account.DeletedAccountMiddleware",
]

if METRICS_TOKEN:
    MIDDLEWARE = ["purposeapp.web.metrics.metrics_middleware", *MIDDLEWARE]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "purposeapp.accounts.adapter.login_methods",
                "purposeapp.web.account_key.account_context",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"


# --- Storage ------------------------------------------------------------------------------

DATABASES = {
    "default": {
        **DATABASE,
        "ENGINE": "purposeapp.web.postgresql",
        # Connecting costs several times as much as a page, so a thread keeps its connection.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Rate limits are counted here, and every worker must see the same counts.
CACHES = {
    "default": {
        "BACKEND": "purposeapp.web.cache.DatabaseCache",
        "LOCATION": "cache",
        "KEY_FUNCTION": "purposeapp.web.cache_keys.hashed_key",
        # Far more than the rate limits need: filling the cache would evict other people's counts.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Preview cards, about 30 KB each. There are 1,007 of them. A new design adds new entries. Once
    # it's full, any third is evicted, new ones too, so `draw_cards` deletes the old ones first.
    "cards": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": BASE_DIR / "var" / "cards",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 1500},
    },
}
# Seconds between a worker's checks for changed tips. In between it may serve pages with old ones.
PUBLIC_PAGE_SECONDS = 1
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_HANDLERS = ["purposeapp.web.uploads.UploadInMemory"]


# --- Static files -------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap_wrapper.get_bootstrap_css_dir()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # nothing requests the others: half as much to compress


# --- Language and time --------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"


# --- Accounts -----------------------------------------------------------------------------

AUTH_USER_MODEL = "purposeapp.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"purposeapp.accounts.passwords.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "NumericPasswordValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "history"

ACCOUNT_ADAPTER = "purposeapp.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    name: f"purposeapp.accounts.forms.{form}"
    for name, form in {
        "login": "LoginForm",
        "signup": "SignupForm",
        "add_email": "AddEmailForm",
        "change_password": "ChangePasswordForm",
        "set_password": "SetPasswordForm",
        "reset_password": "ResetPasswordForm",
        "reset_password_from_key": "ResetPasswordKeyForm",
        "reauthenticate": "ReauthenticateForm",
        "request_login_code": "RequestLoginCodeForm",
        "confirm_login_code": "ConfirmLoginCodeForm",
        "confirm_email_verification_code": "ConfirmEmailVerificationCodeForm",
        "confirm_password_reset_code": "ConfirmPasswordResetCodeForm",
    }.items()
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
# Without a mail server nobody could receive a code, so none is asked for.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = bool(EMAIL_URL)
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Changing the address or the password asks for the current password first, so that an unattended
# signed-in browser is not enough to take over the account.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# How long every code is valid: long enough for a mail server that accepts mail only on the second
# attempt (greylisting).
CODE_MINUTES = 15
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_RATE_LIMITS = {
    # allauth's own limits count by email alone, so that anybody could use them up and lock the
    # owner out. Ours (purposeapp/accounts/limits.py, which has those on wrong passwords) count by
    # IP address and email ("here"), and by email alone ("anywhere") with a limit so high that no
    # single IP address can use it up.
    "login_failed": "10/m/ip",
    "request_login_code": "20/m/ip",
    "reset_password": "20/m/ip",
    # Reached only with a right code, whose tries are limited. The view is atomic, so a count would
    # stay locked while the password is hashed, and others on the network would wait.
    "reset_password_from_key": None,
    "confirm_email": None,
    "confirmation_here": "1/10s/key",
    "confirmation_link": "1/3m/key",
    # Those that anyone can have sent to any address. One address may be that of a whole school.
    "network_mails": "100/h/key,300/d/key",
    "mailbox_here": "6/h/key,10/d/key",
    "mailbox_anywhere": "12/h/key,30/d/key",
    # LinkedIn has verified the email address, so the person who asks owns it.
    "linkedin_code": "20/m/ip,3/m/key",
    # POSTs by guests of talks. Without JavaScript, each press of + or − is one.
    "talk": "60/m/ip",
    # Mails with the link to a talk, to any address that a user types.
    "talk_invitation": "20/d/user",
    "talk_address": "5/d/key,20/d/ip",
    # Both kinds of mail, to one mailbox.
    "talk_mailbox": "5/d/key",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "questionnaire"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

SOCIALACCOUNT_ADAPTER = "purposeapp.accounts.linkedin.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {
    "disconnect": "purposeapp.accounts.linkedin.DisconnectForm",
    "signup": "purposeapp.accounts.forms.LinkedInSignupForm",
}
# purposeapp/accounts/linkedin.py decides which email address gives access to which account.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True

# A mail server may be slow, down or refuse a mail, so SMTP mail goes through the outbox.
MAIL_SERVER_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_BACKEND = (
    "purposeapp.web.outbox.OutboxBackend"
    if MAIL_SERVER_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    else MAIL_SERVER_BACKEND
)
EMAIL_HOST = MAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT = MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = "/" + MAIL["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = EMAIL_FROM


# --- Security -----------------------------------------------------------------------------

_https = _public.scheme == "https"
SESSION_ENGINE = "purposeapp.web.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
# Browsers accept a cookie with the prefix __Host- only from this very host over HTTPS (RFC
# 6265bis), so that neither a sibling subdomain nor anybody on the network can plant one.
_host_only = "__Host-" if _https else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_host_only}sessionid", f"{_host_only}csrftoken"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Counted from the last use (purposeapp/web/sessions.py): longer than the time between reminders.
SESSION_COOKIE_AGE = 60 * 60 * 24 * 180
# Messages are stored in the session, so that there is no third cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "purposeapp.views.resumable.csrf_failure"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _https else 0
# W005 and W021: we can't know whether subdomains speak HTTPS, and without them no preload list
# takes the host. W045: the constraint in raw SQL is on arrays, which no form fills in, so it is
# right that PostgreSQL alone checks it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "models.W045"]
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# A form that redirects to LinkedIn works only if form-action names LinkedIn's origin.
_form_targets = [f"{_linkedin.scheme}://{_linkedin.netloc}"] if LINKEDIN_CLIENT_ID else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap's style sheet embeds its icons as data: URLs.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *_form_targets],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}


# --- Logs: one JSON line per request, with its id -------------------------------------------

# User and IP address are not logged, for privacy; looking up the user would also load the session
# on every public page.
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
_shared_processors: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    hide_rows,
]
structlog.configure(
    processors=[
        *_shared_processors,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _shared_processors,
        },
    },
    "filters": {
        "hide_keys": {"()": "purposeapp.web.request_log.HideKeys"},
        "refused_host": {"()": "purposeapp.web.request_log.RefusedHost"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["hide_keys"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would log everything twice.
        "django": {"handlers": [], "propagate": True},
        # Its warnings of 4xx repeat `request_finished`, after the request and so without its id.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"filters": ["refused_host"]},
        # runserver's line for each request, which has one of ours.
        "django.server": {"handlers": [], "level": "CRITICAL"},
        # It warns about each HEAD request, since it drops the body.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}


# --- Failures, reported to Sentry where SENTRY_DSN is set ------------------------------------

if SENTRY_DSN:
    try:
        report_to_sentry(SENTRY_DSN)
    except ValueError as error:  # BadDsn is one too
        raise ImproperlyConfigured(f"SENTRY_DSN is not understood: {error}.") from error

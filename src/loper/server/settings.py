"""Settings of the server, from the environment, with defaults that are safe and that run on one machine as they are.

LOPER_DATA      folder for the database, the secret key and uploads (default: .data)
LOPER_DATABASE  sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME (default: SQLite in LOPER_DATA)
LOPER_URL       the address people see, https://mijn.example.nl; links in messages begin with it
LOPER_HOSTS     host names answered to, with commas (default: that of LOPER_URL, and this machine itself)
LOPER_PROXIES   how many reverse proxies stand in front and set X-Forwarded-For/-Proto (default: 0)
LOPER_SECRET_KEY  else made on the first start and kept in LOPER_DATA/secret.key
LOPER_DEMO      1: a demonstration, with a clock that can be moved; never with real customers
LOPER_DEBUG     1: for developers
LOPER_BRAND_NAME, _LOGO, _PRIMARY, _PHONE, _SENDER  stand above what the organisation file says

LOPER_SMTP_HOST, _PORT, _USER, _PASSWORD  the mail server (default: localhost, 25)
LOPER_SMTP_TLS      no, may, must (STARTTLS) or implicit (default: may); _CA: a file of certificates to trust
LOPER_SMTP_TIMEOUT  the most seconds that handing over one mail may take (default: 60)
LOPER_SMTP_BOUNCES  where bounces go, like bounce+{token}@example.nl (default: to the sender)
LOPER_IMAP_HOST, _PORT, _USER, _PASSWORD, _TLS, _FOLDER  the mailbox in which they come; read every minute
LOPER_SMS_URL, _TOKEN, _SENDER, _COUNTRY, _CA  the SMS gateway (docs/reference/channels.md); without it there is no SMS
LOPER_SMS_SECRET    signs the gateway's delivery reports to /api/sms/reports
LOPER_SENDERS       so many messages are handed over at once (default: 8)
LOPER_ROADS         osrm:URL or valhalla:URL, the server that knows the roads; empty: travel times are estimated
LOPER_GEOCODER      pdok:URL, the server that knows where addresses are; empty: by the postcode
                    (both: docs/how-to/travel-times.md)
LOPER_REPLAN_AT     when days are planned again at night (default: 02:00; empty: never); _EVERY: and after so many
                    bookings (default: 25; 0: never); _DAYS: so many days ahead (default: 5)
                    (docs/how-to/plan-visits.md)
LOPER_TILES         the map under the stops, like https://tiles.example.nl/{z}/{x}/{y}.png; empty: only the stops; _BY:
                    whose map it is, as its licence asks to be said
LOPER_LOG_BYTES     the largest file of contacts that a page takes (default: 60000000); for larger ones: loper bring
LOPER_OUT_PRIVATE   networks of our own that webhooks may reach, with commas, like 10.1.0.0/16 (default: none);
                    _CA: a file of certificates to trust; _SECONDS: the most that one may take (default: 10)
                    (docs/reference/webhooks.md)
LOPER_IMPORT_BYTES  the largest file of customers that a page takes (default: 100000000); for larger ones: loper import
LOPER_METRICS_TOKEN opens /metrics for Prometheus (Authorization: Bearer ...); without it only this machine itself
LOPER_MFA           must or may: whoever works here signs in with a second step (default: must; in a demonstration may);
                    _DAYS: so many days after an account was made (default: 7; 0: at once)
LOPER_KEEP          how long things are kept, in days, where that is not as the register says: case=730,pictures=365
                    (docs/how-to/privacy.md)
LOPER_TABLES        a folder in which the tables for analysts are kept as Parquet, brought up to date every hour
                    (default: none; docs/reference/tables.md)
LOPER_HOLD          seconds after which another worker takes over what a dead one held (default: 180); at least
                    two and a half times LOPER_SMTP_TIMEOUT
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

with suppress(ImportError):  # a sound SQLite must be in place before Django's backend looks for one
    from loper.server import sqlite as _sqlite  # noqa: F401

SERVER = Path(__file__).resolve().parent


def env(name: str, default: str = "") -> str:
    return os.environ.get(f"LOPER_{name}", default)


def flag(name: str) -> bool:
    return env(name).lower() in ("1", "true", "yes", "on")


# -- where things are ------------------------------------------------------------------------------------------

DATA = Path(env("DATA", ".data")).resolve()
DEBUG = flag("DEBUG")
LOPER_DEMO = flag("DEMO")
LOPER_URL = env("URL", "http://localhost:8000").rstrip("/")
_https = LOPER_URL.startswith("https://")
_own = [host for host in (urlsplit(LOPER_URL).hostname,) if host]
ALLOWED_HOSTS = [host.strip() for host in env("HOSTS").split(",") if host.strip()] or [
    *_own,
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [LOPER_URL]


def secret_key(folder: Path) -> str:
    """The key that signs cookies: from the environment, else made once and kept readable by the owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's data lies here
    if given := env("SECRET_KEY"):
        return given
    path = folder / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


SECRET_KEY = secret_key(DATA)


def days_of(text: str) -> dict[str, int]:
    """`case=730, pictures=365` as rule -> days; raises ValueError for what is no such list."""
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _is, number = part.partition("=")
        if not number.strip().isdigit():
            raise ValueError(f"LOPER_KEEP: '{part}' is not like case=730")
        found[name.strip()] = int(number)
    return found


SILENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "options": "-c idle_in_transaction_session_timeout=30s -c tcp_user_timeout=25s"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}
"""PostgreSQL and we give each other up after half a minute without a word. A machine whose cable was pulled within a
transaction would else keep its locks, and stop every other worker, for hours.
"""


def database(url: str) -> dict[str, object]:
    """Django's settings of a database from its URL."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    if parts.scheme in ("postgresql", "postgres"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or dict(parse_qsl(parts.query)).get("host", "")),
            "PORT": str(parts.port or dict(parse_qsl(parts.query)).get("port", "")),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": SILENCE,
        }
    raise ValueError(f"LOPER_DATABASE: '{parts.scheme}' is not known; write sqlite:///PATH or postgresql://...")


DATABASES = {"default": database(env("DATABASE") or f"sqlite:///{DATA / 'loper.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- what there is ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "loper.server.records",
    "loper.server.ui",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rules",
]

MIDDLEWARE = [
    "loper.server.security.Timed",
    "loper.server.security.TrustedProxies",
    "loper.server.security.Headers",
    "loper.server.busy.Busy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "loper.server.security.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "loper.server.security.SecondStepDemanded",
]

ROOT_URLCONF = "loper.server.urls"
WSGI_APPLICATION = "loper.server.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SERVER / "ui/templates", *sorted((SERVER / "pages").glob("*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "loper.server.pages.context.everywhere",
            ],
        },
    }
]
FORM_RENDERER = "loper.server.ui.forms.Renderer"
MESSAGE_TAGS = {20: "", 25: "good", 30: "eye", 40: "bad"}

# -- language and time -----------------------------------------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [SERVER / "locale", *sorted((SERVER / "pages").glob("*/locale"))]
LANGUAGE_COOKIE_NAME = "loper_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = USE_TZ = True
TIME_ZONE = env("TIMEZONE", "Europe/Amsterdam")

# -- files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # empty until `loper manage collectstatic`; WhiteNoise looks there at its start
_collected = (STATIC_ROOT / "staticfiles.json").is_file() and not DEBUG
WHITENOISE_USE_FINDERS = not _collected  # works at once; `manage collectstatic` makes it smaller and cached for ever
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA / "media"
LOPER_LOGS = DATA / "logs"  # logs of contacts, laid out for questions; shared by all machines that serve pages or work
LOPER_BACKUP_MADE = DATA / "backup.json"  # when the last one was made
LOPER_METRICS_TOKEN = env("METRICS_TOKEN")
LOPER_EXPORTS = DATA / "exports"  # what customers asked for: all that we know of them; shared like logs
LOPER_ERASED = DATA / "erased.jsonl"  # who was erased, for a backup that is put back; keep it apart from the backups
LOPER_IMPORTS = DATA / "imports"  # files of other systems, a month; shared like logs
LOPER_IMPORT_BYTES = int(env("IMPORT_BYTES", "100000000"))  # the largest that a page takes
LOPER_KEEP = days_of(env("KEEP"))
LOPER_LOG_BYTES = int(env("LOG_BYTES", "60000000"))  # the largest file of contacts that a page takes
LOPER_PHOTO_BYTES = 12 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
LOPER_EVENT_BYTES = 1024 * 1024  # the largest body POST /api/events takes
LOPER_EVENT_BATCH = 500

# -- safety ----------------------------------------------------------------------------------------------------

LOPER_PROXIES = int(env("PROXIES", "0"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LOPER_PROXIES else None
SECURE_SSL_REDIRECT = _https and bool(LOPER_PROXIES)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "loper_session"
CSRF_COOKIE_NAME = "loper_csrf"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "loper.server.pages.errors.csrf"
X_FRAME_OPTIONS = "DENY"
LOPER_LINK_DAYS = int(env("LINK_DAYS", "120"))
LOPER_SCOPE_HOURS = 12

# -- accounts: of those who work here; made by an administrator, never by signing up ---------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "loper.server.pages.account.adapter.Adapter"
_FORMS = "loper.server.pages.account.forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.LoginForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateForm",
    "reset_password": f"{_FORMS}.ResetPasswordForm",
    "reset_password_from_key": f"{_FORMS}.ResetPasswordKeyForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
}
MFA_ADAPTER = "loper.server.pages.account.adapter.SecondStep"
MFA_FORMS = {
    "authenticate": f"{_FORMS}.AuthenticateForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateMfaForm",
    "activate_totp": f"{_FORMS}.ActivateTotpForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip,10/10m/key"
}  # of codes too; passwords are counted by axes (below) first
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
LOPER_MFA = env("MFA", "may" if LOPER_DEMO else "must") == "must"
LOPER_MFA_DAYS = int(env("MFA_DAYS", "7"))
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = env("BRAND_NAME", "Loper")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "loper.server.security.axes_username"
AXES_CLIENT_IP_CALLABLE = "loper.server.security.client_ip"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# -- mail of the accounts themselves (a lost password); messages to customers go through loper.channels --------------

LOPER_SMTP: dict[str, Any] = {
    "host": env("SMTP_HOST", "localhost"),
    "port": int(env("SMTP_PORT", "25")),
    "user": env("SMTP_USER"),
    "password": env("SMTP_PASSWORD"),
    "tls": env("SMTP_TLS", "may"),
    "ca": env("SMTP_CA"),
    "timeout": float(env("SMTP_TIMEOUT", "60")),
    "bounces": env("SMTP_BOUNCES"),
}
EMAIL_HOST, EMAIL_PORT = LOPER_SMTP["host"], LOPER_SMTP["port"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = LOPER_SMTP["user"], LOPER_SMTP["password"]
EMAIL_USE_TLS, EMAIL_USE_SSL = LOPER_SMTP["tls"] == "must", LOPER_SMTP["tls"] == "implicit"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("BRAND_SENDER", "loper@localhost")

LOPER_IMAP: dict[str, Any] = {
    "host": env("IMAP_HOST"),
    "port": int(env("IMAP_PORT", "993")),
    "user": env("IMAP_USER"),
    "password": env("IMAP_PASSWORD"),
    "tls": env("IMAP_TLS", "implicit"),
    "folder": env("IMAP_FOLDER", "INBOX"),
}
LOPER_SMS: dict[str, Any] = {
    "url": env("SMS_URL"),
    "token": env("SMS_TOKEN"),
    "sender": env("SMS_SENDER"),
    "country": env("SMS_COUNTRY", "31"),
    "ca": env("SMS_CA"),
    "secret": env("SMS_SECRET"),
}
LOPER_SENDERS = int(env("SENDERS", "8"))
LOPER_HOLD = float(env("HOLD", "180"))

LOPER_OUT: dict[str, Any] = {
    "private": [one.strip() for one in env("OUT_PRIVATE").split(",") if one.strip()],
    "ca": env("OUT_CA"),
    "seconds": float(env("OUT_SECONDS", "10")),
}

LOPER_TABLES = env("TABLES")

LOPER_ROADS = env("ROADS")
LOPER_GEOCODER = env("GEOCODER")
LOPER_REPLAN_AT = env("REPLAN_AT", "02:00")
LOPER_REPLAN_EVERY = int(env("REPLAN_EVERY", "25"))
LOPER_REPLAN_DAYS = int(env("REPLAN_DAYS", "5"))
LOPER_TILES = env("TILES")
LOPER_TILES_BY = env("TILES_BY")

# -- brand: empty means what the organisation file says ---------------------------------------------------------------

LOPER_BRAND = {
    "name": env("BRAND_NAME"),
    "logo": env("BRAND_LOGO"),
    "primary": env("BRAND_PRIMARY"),
    "phone": env("BRAND_PHONE"),
    "sender": env("BRAND_SENDER"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "loper.server.security.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
    "loggers": {"loper": {"level": env("LOG_LEVEL", "INFO")}, "axes": {"level": "ERROR"}},
}

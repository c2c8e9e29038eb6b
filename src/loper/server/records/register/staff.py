"""The register: accounts of those who work here, how they sign in, what they made."""

from loper.server.records.register.entry import Basis, Erase, nobody, table

TABLES = (
    table(
        "auth.User",
        purpose="staff",
        basis=Basis.CONTRACT,
        keep="staff",
        account="id",
        erase=Erase.STANDS,
        staff="password last_login username first_name last_name email date_joined",
        plain="id is_superuser is_staff is_active",
    ),
    nobody("auth.Permission", "id name content_type codename"),
    nobody("auth.Group", "id name"),
    nobody("auth.Group_permissions", "id group permission"),
    nobody("auth.User_groups", "id group", staff="user", purpose="staff"),
    nobody("auth.User_user_permissions", "id permission", staff="user", purpose="staff"),
    nobody("contenttypes.ContentType", "id app_label model"),
    table(
        "sessions.Session",
        purpose="secure",
        basis=Basis.INTEREST,
        keep="session",
        since="expire_date",
        staff="session_key session_data",
        plain="expire_date",
    ),
    table(
        "account.EmailAddress",
        purpose="staff",
        basis=Basis.CONTRACT,
        keep="staff",
        account="user_id",
        staff="user email verified primary",
        plain="id",
    ),
    table(
        "account.EmailConfirmation",
        purpose="secure",
        basis=Basis.CONTRACT,
        keep="staff",
        account="email_address__user_id",
        staff="email_address key",
        plain="id created sent",
    ),
    table(
        "mfa.Authenticator",
        purpose="secure",
        basis=Basis.LEGAL,
        keep="staff",
        account="user_id",
        staff="user data",
        plain="id type created_at last_used_at",
    ),
    *(
        table(
            f"axes.{name}",
            purpose="secure",
            basis=Basis.INTEREST,
            keep="attempt",
            since="attempt_time",
            staff="user_agent ip_address username http_accept path_info" + more,
            plain="id attempt_time " + plain,
        )
        for name, more, plain in (
            ("AccessFailureLog", "", "locked_out"),
            ("AccessAttempt", " get_data post_data", "failures_since_start"),
            ("AccessLog", " session_hash", "logout_time"),
        )
    ),
    nobody("axes.AccessAttemptExpiration", "access_attempt expires_at", purpose="secure"),
    nobody(
        "records.JourneyVersion",
        "id journey version label files created published share",
        staff="created_by makers published_by",
    ),
    nobody("records.Publication", "id journey version share at", staff="by"),
    nobody("records.JourneyDraft", "id journey base files edition changed", staff="changed_by makers"),
    nobody("records.SignOff", "id journey version outside agrees remark at", staff="user name"),
    nobody("records.OrganisationFile", "id files hash published", staff="published_by"),
    nobody(
        "records.JourneyMove",
        "id journey version origins total moved stayed cursor started stopped finished",
        staff="started_by",
    ),
    table(
        "records.AccountChange",
        purpose="answer",
        basis=Basis.LEGAL,
        keep="looks",
        since="at",
        staff="account by",
        plain="id what detail at",
    ),
    nobody("records.EventSource", "id source hash emitters scopes active created used", purpose="secure"),
    table(
        "records.ContactLog",
        purpose="listen",
        basis=Basis.INTEREST,
        keep="log",
        since="created",
        staff="by",
        plain="id name own file state columns options said done size laid cases contacts rejected reasons begins ends"
        " created beat synced",
    ),
)

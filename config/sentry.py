"""Report failures to Sentry, with the stack trace and without personal data."""

from typing import Any

KEPT = ("exception", "level", "logger", "platform", "release", "timestamp", "event_id", "sdk")
"""The only parts of an event that are sent. Its request contains secret URLs and cookies."""


def report_to_sentry(dsn: str) -> None:
    """Report each unhandled exception, and each line that is logged as an error."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        # Local variables hold notes, addresses and keys.
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=only_the_stack,
    )


def only_the_stack(event: Any, hint: dict[str, Any]) -> Any:
    """Strip an event of all that says who asked for what; of a message, keep only its template."""
    kept = {name: event[name] for name in KEPT if name in event}
    for exception in kept.get("exception", {}).get("values", []):
        # In its message, PostgreSQL repeats the row that broke a constraint.
        exception["value"] = ""
    template = event.get("logentry", {}).get("message")
    return {**kept, "logentry": {"message": template}} if template else kept

"""Reports failures to Sentry, with the stack and nothing of anybody."""

from typing import Any

KEPT = ("exception", "level", "logger", "platform", "release", "timestamp", "event_id", "sdk")
"""What of an event leaves this machine. In its request are addresses with keys, and cookies."""


def report_to_sentry(dsn: str) -> None:
    """Have each unhandled exception, and each line that is logged as an error, reported."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        # Notes, addresses and keys are values of variables.
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=only_the_stack,
    )


def only_the_stack(event: Any, hint: dict[str, Any]) -> Any:
    """The event without all that says who asked for what; a message is its template alone."""
    kept = {name: event[name] for name in KEPT if name in event}
    for exception in kept.get("exception", {}).get("values", []):
        # PostgreSQL repeats the row that broke a rule in its words.
        exception["value"] = ""
    template = event.get("logentry", {}).get("message")
    return {**kept, "logentry": {"message": template}} if template else kept

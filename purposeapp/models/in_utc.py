from django.db.models import DateTimeField, F, Func, Value


def in_utc(field: str) -> Func:
    """Return a timestamp field in UTC, whatever the time zone of the connection."""
    return Func(Value("UTC"), F(field), function="timezone", output_field=DateTimeField())

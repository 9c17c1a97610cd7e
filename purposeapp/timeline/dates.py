"""Days, as this site counts them: in UTC."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """The day that it is in UTC."""
    return timezone.now().date()

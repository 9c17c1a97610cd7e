"""Reminders that are due, the command that sends them, and what is left afterwards."""

import io
from datetime import date, timedelta

from django.core.management import CommandError, call_command

from purposeapp.dates import today
from purposeapp.models import Reminder, User
from tests.support.make import make_reminder, make_user, prove_address


def chosen(user: User) -> tuple[str, date | None]:
    """A person's rhythm, and when they are reminded next."""
    return Reminder.objects.values_list("rhythm", "due_on").get(user=user)


def make_due(name: str = "ada", rhythm: str = "every_6_months", days: int = 0, **extra) -> Reminder:
    """The reminder of a new person, that has been due for so many days."""
    user = make_user(f"{name}@example.org")
    prove_address(user)
    return make_reminder(user, rhythm, due_on=today() - timedelta(days=days), **extra)


def send(output: io.StringIO | None = None) -> str:
    """Run the command, and return what it says; a failure is said after it."""
    output = output or io.StringIO()
    try:
        call_command("send_reminders", stdout=output)
    except CommandError as error:
        output.write(f"{error}\n")
    return output.getvalue()

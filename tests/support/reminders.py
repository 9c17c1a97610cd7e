"""Create due reminders, send them, and read what is stored afterwards."""

import io
from datetime import date, timedelta

from django.core.management import CommandError, call_command

from purposeapp.dates import today
from purposeapp.models import Reminder, User
from tests.support.make import make_reminder, make_user, prove_address


def chosen(user: User) -> tuple[str, date | None]:
    """Return a user's rhythm, and the date of the next reminder."""
    return Reminder.objects.values_list("rhythm", "due_on").get(user=user)


def make_due(name: str = "ada", rhythm: str = "every_6_months", days: int = 0, **extra) -> Reminder:
    """Create a verified user with a reminder that has been due for `days` days."""
    user = make_user(f"{name}@example.org")
    prove_address(user)
    return make_reminder(user, rhythm, due_on=today() - timedelta(days=days), **extra)


def send(output: io.StringIO | None = None) -> str:
    """Run send_reminders and return its output, followed by its error message if it fails."""
    output = output or io.StringIO()
    try:
        call_command("send_reminders", stdout=output)
    except CommandError as error:
        output.write(f"{error}\n")
    return output.getvalue()

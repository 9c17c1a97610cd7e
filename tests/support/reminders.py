"""What is stored about somebody's reminder."""

from datetime import date

from purposeapp.models import Reminder, User


def chosen(user: User) -> tuple[str, date | None]:
    """The rhythm that this person chose, and the day on which the next mail is due."""
    return Reminder.objects.values_list("rhythm", "due_on").get(user=user)

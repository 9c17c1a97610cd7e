import signal
from contextlib import closing

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from purposeapp.models import Reminder
from purposeapp.reminders.sending import ReminderRun
from purposeapp.web.outbox import MailServerDownError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    """Send due reminders, every hour. The algorithm is in purposeapp/reminders/sending.py."""

    help = (
        "Send the reminders that are due. It can be run as often as you like, on several machines "
        "at once, and again after a crash: nobody is missed, and two runs send no reminder twice."
    )
    stopping = False

    def handle(self, **options) -> None:
        before = {number: signal.signal(number, self.stop) for number in STOP_SIGNALS}
        try:
            with closing(ReminderRun(timezone.now())) as run:
                self.send(run)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if run.failed:
            raise CommandError("What failed stays due, and is tried again next time.")

    def send(self, run: ReminderRun) -> None:
        """Send the reminders one after another, with a progress line in a terminal."""
        total = Reminder.objects.due_somewhere(run.now).count() if self.stdout.isatty() else 0
        try:
            while run.remind_next():
                if total:
                    self.stdout.write(f"\rSent {run.sent} of up to {total}", ending="")
                    self.stdout.flush()
                if self.stopping:
                    raise CommandError(
                        "Stopped. The other reminders are still due, and are sent next time."
                    )
        except MailServerDownError as error:
            raise CommandError(
                f"The mail server can't be used ({error}). All who are due stay due."
            ) from error
        finally:
            counts = f"{run.sent} sent, {run.failed} failed, {run.postponed} put off"
            self.stdout.write(("\n" if total else "") + counts)

    def stop(self, number: int, frame: object) -> None:
        """Signal handler: stop after the current reminder; a second signal stops at once."""
        self.stopping = True
        signal.signal(number, signal.SIG_DFL)

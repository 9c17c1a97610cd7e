import signal
from collections import Counter

from django.core.management import BaseCommand, CommandError

from purposeapp.reminders.postman import MailServerDownError
from purposeapp.reminders.sending import Outcome, ReminderRun
from purposeapp.timeline.dates import today


class Command(BaseCommand):
    """What runs every day. How it keeps its promise is said in purposeapp/reminders/sending.py."""

    help = (
        "Send the reminders that are due. It can be run as often as you like, on several machines "
        "at once, and again after a crash: nobody gets two, and nobody is forgotten."
    )
    stopping = False

    def handle(self, **options) -> None:
        before = {number: signal.signal(number, self.stop) for number in STOPPERS}
        try:
            counts = self.send()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if counts[Outcome.FAILED]:
            raise CommandError("What failed stays due, and is tried again next time.")

    def send(self) -> Counter[Outcome]:
        """Send one after the other, with a line that moves for whoever watches."""
        counts: Counter[Outcome] = Counter()
        run = ReminderRun(today())
        watched = self.stdout.isatty()
        total = run.waiting.count() if watched else 0
        try:
            for outcome in run:
                counts[outcome] += 1
                if watched:
                    self.stdout.write(f"\rSent {counts[Outcome.SENT]} of {total}", ending="")
                    self.stdout.flush()
                if self.stopping:
                    raise CommandError("Stopped. Whoever is still due gets their mail next time.")
        except MailServerDownError as error:
            raise CommandError(
                f"The mail server can't be used ({error}). All who are due stay due."
            ) from error
        finally:
            self.stdout.write(("\n" if watched and counts else "") + summary(counts))
        return counts

    def stop(self, number, frame) -> None:
        """Stop after the one that is being sent; when told a second time, at once."""
        self.stopping = True
        signal.signal(number, signal.SIG_DFL)


STOPPERS = (signal.SIGINT, signal.SIGTERM)


def summary(counts: Counter[Outcome]) -> str:
    """What was done, in one line."""
    return "{} sent, {} failed, {} put off".format(
        *(counts[outcome] for outcome in (Outcome.SENT, Outcome.FAILED, Outcome.POSTPONED))
    )

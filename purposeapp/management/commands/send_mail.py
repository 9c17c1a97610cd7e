from django.core.management import BaseCommand, CommandError

from purposeapp.web.outbox import deliver_due


class Command(BaseCommand):
    """The hourly command for the outbox: sends the mails that a stopped process left there."""

    help = (
        "Send the mails that wait and are due. It can be run as often as you like, on several "
        "machines at once: what one of them sends, the others leave alone."
    )

    def handle(self, **options) -> None:
        sent, failed = deliver_due()
        self.stdout.write(f"{sent} sent, {failed} failed")
        if failed:
            raise CommandError("What failed is tried again later.")

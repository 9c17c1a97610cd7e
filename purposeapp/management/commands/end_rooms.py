from django.core.management import BaseCommand

from purposeapp.models import Room


class Command(BaseCommand):
    """The hourly command for the data retention of answers in rooms."""

    help = (
        "End the rooms that were opened 22 hours ago or earlier, and delete their answers. Run it "
        "once an hour, so that no answer is stored for more than 24 hours. The daily `tidy` does "
        "the same, but only once a day."
    )

    def handle(self, **options) -> None:
        self.stdout.write(f"Ended: {Room.objects.end_overdue()} rooms")

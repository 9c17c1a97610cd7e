import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.core.management import BaseCommand

from purposeapp.community import MIN_CHANGED, MIN_PEOPLE
from purposeapp.models import CommunityPicture


class Command(BaseCommand):
    """The daily command for the community's picture. Its rules are in purposeapp/community.py."""

    help = (
        "Count everyone's latest result anew, and release the community's picture, if at least "
        f"{MIN_PEOPLE} people are in it and at least {MIN_CHANGED} have changed since the last "
        "release. It can be run as often as you like."
    )

    def handle(self, **options) -> None:
        with self.progress():
            refresh = CommunityPicture.objects.refresh()
        if refresh.is_released:
            words = "Released: {people:,} people, {changed:,} changed"
        elif refresh.people < MIN_PEOPLE:
            words = f"Not released: {{people:,}} people, {MIN_PEOPLE} are needed"
        else:
            words = f"Not released: {{changed:,}} changed, {MIN_CHANGED} are needed"
        self.stdout.write(words.format(people=refresh.people, changed=refresh.changed))

    @contextmanager
    def progress(self) -> Iterator[None]:
        """Show the elapsed time in a terminal; a single statement has no other progress to show."""
        if not self.stdout.isatty():
            yield
            return
        is_over, started = Event(), time.monotonic()

        def tick() -> None:
            while not is_over.wait(1):
                self.stdout.write(f"\rCounting: {time.monotonic() - started:.0f} s", ending="")
                self.stdout.flush()

        ticker = Thread(target=tick, daemon=True)
        ticker.start()
        try:
            yield
        finally:
            is_over.set()
            ticker.join()
            self.stdout.write("\r\033[K", ending="")

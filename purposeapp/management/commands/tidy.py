from allauth.account.models import EmailConfirmation
from django.core.management import BaseCommand
from django.utils import timezone

from purposeapp.accounts.pending_codes import drop_expired_codes
from purposeapp.models import Room, Session, Talk
from purposeapp.web.cache import database_cache
from purposeapp.web.outbox import drop_expired


class Command(BaseCommand):
    """The daily command for data retention: deletes everything that has expired."""

    help = (
        "Delete what is over: old talks, answers in rooms, sessions, codes that were not entered, "
        "counts of limits, links that confirm an email, mails that could not be sent. "
        "It can be run as often as you like; nothing that anyone still uses is deleted."
    )

    def handle(self, **options) -> None:
        talks = Talk.objects.delete_old()
        rooms = Room.objects.end_overdue()
        sessions, _by_model = Session.objects.expired(timezone.now()).delete()
        codes = drop_expired_codes()
        limits = database_cache.clear_expired()
        links, _by_model = EmailConfirmation.objects.all_expired().delete()
        mails = drop_expired()
        self.stdout.write(
            f"Deleted: {talks} talks, {sessions} sessions, {codes} codes, "
            f"{limits} counts, {links} links, {mails} mails; ended: {rooms} rooms"
        )

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from purposeapp.management import demo


class Command(BaseCommand):
    """Create demo data, so that a newcomer sees a full history at once. Idempotent."""

    help = (
        "Make a person with two and a half years of history, a community around them and a "
        "superuser, and say how to sign in. Run again, it only says so again. Not for production."
    )

    def handle(self, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "Demo accounts have no place on a real site: not with APP_ENV=production."
            )
        person, staff = demo.make_person(), demo.make_staff()
        demo.make_talks(person, staff)
        demo.make_rooms(person)
        demo.make_community()
        self.say(
            "A person with a history, rooms, and talks with the staff", person.email, "history/"
        )
        self.say("Staff (a superuser)", staff.email, "admin/")

    def say(self, who: str, email: str, path: str) -> None:
        """Print the URL of an account and how to sign in."""
        self.stdout.write(f"{who}: {settings.PUBLIC_URL}/{path}")
        self.stdout.write(f"email: {email}")
        self.stdout.write(f"password: {demo.password_of(email)}\n\n")

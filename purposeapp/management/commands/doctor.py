from collections import Counter

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from purposeapp.management.doctor import Level, findings


class Command(BaseCommand):
    """A self-test to run by hand or in a deployment, after each change of an installation."""

    help = (
        "Say what is wrong with this installation, and how to mend it. It changes nothing, and "
        "ends with 1 if anything is wrong."
    )
    # The command runs the system checks itself, to report all findings in one list.
    requires_system_checks = ()

    def handle(self, **options) -> None:
        style = {Level.GOOD: self.style.SUCCESS, Level.NOTE: self.style.NOTICE}
        levels = Counter[Level]()
        for finding in findings(production=settings.PRODUCTION):
            levels[finding.level] += 1
            level = style.get(finding.level, self.style.ERROR)(f"{finding.level.value:<6}")
            self.stdout.write(f"{level} {finding.part:<15} {finding.words}")
            if finding.mend:
                self.stdout.write(f"{'':23} {finding.mend}")
        if wrong := levels[Level.WRONG]:
            raise CommandError(f"{wrong} wrong.")
        notes = "; read the notes above" if levels[Level.NOTE] else ""
        self.stdout.write(f"Nothing is wrong{notes}.")

from django.core.management import BaseCommand

from purposeapp.sharing.card import all_cards, delete_outdated_cards


class Command(BaseCommand):
    """Warm the cache of preview cards, so that no visitor has to wait for one."""

    help = (
        "Draw every preview card that is not drawn yet, such as after a change of their look, and "
        "delete those with an earlier look."
    )

    def handle(self, **options) -> None:
        # First, so that the cache has room: when it's full, it evicts cards at random.
        delete_outdated_cards()
        cards = list(all_cards())
        for number, card in enumerate(cards, 1):
            card.png()
            if number % 50 == 0 or number == len(cards):
                self.stdout.write(f"{number} of {len(cards)} cards")

"""Sentences on how close both people's guesses came, addressed to one of them."""

from django.utils.translation import gettext as _

from purposeapp.split import BUDGET, Purpose, Split

from .questions import Answers


def points_right(guess: Split, now: Split) -> int:
    """Return how many of the ten points a guess placed on the right purpose."""
    return BUDGET - guess.points_moved(now)


def biggest_miss(guess: Split, now: Split) -> Purpose:
    """Return the purpose whose points a guess missed by most; in a tie, one guessed too high.

    The two must differ.
    """
    return next(iter(guess.difference(now)))


def guesses(mine: Answers, theirs: Answers, *, name: str, title: str) -> list[str]:
    """Return what to say about each guess, the reader's own first; nothing if nobody guessed.

    `name` is the other person's name within a sentence, and `title` at the start of one.
    """
    said = []
    if mine.guess:
        said.append(_about_own(mine.guess, theirs.now, name))
    if theirs.guess:
        said.append(_about_theirs(theirs.guess, mine.now, title))
    return said


def _about_own(guess: Split, now: Split, name: str) -> str:
    if guess == now:
        return _("You placed all of %(name)s's 10 points right.") % {"name": name}
    if _is_close(guess, now):
        words = _(
            "You placed %(right)d of %(name)s's 10 points right, and were never off by more than 1."
        )
    elif points_right(guess, now):
        words = _(
            "You placed %(right)d of %(name)s's 10 points right. Your biggest miss was "
            "%(purpose)s: you guessed %(guess)d, but it's %(points)d."
        )
    else:
        words = _(
            "You placed none of %(name)s's 10 points right. Your biggest miss was %(purpose)s: "
            "you guessed %(guess)d, but it's %(points)d."
        )
    return words % {"name": name, **_numbers(guess, now)}


def _about_theirs(guess: Split, now: Split, title: str) -> str:
    if guess == now:
        return _("%(name)s placed all of your 10 points right.") % {"name": title}
    if _is_close(guess, now):
        words = _(
            "%(name)s placed %(right)d of your 10 points right, and was never off by more than 1."
        )
    elif points_right(guess, now):
        words = _(
            "%(name)s placed %(right)d of your 10 points right. The biggest miss was %(purpose)s: "
            "the guess was %(guess)d, but it's %(points)d."
        )
    else:
        words = _(
            "%(name)s placed none of your 10 points right. The biggest miss was %(purpose)s: "
            "the guess was %(guess)d, but it's %(points)d."
        )
    return words % {"name": title, **_numbers(guess, now)}


def _is_close(guess: Split, now: Split) -> bool:
    """Return whether no purpose was missed by more than a point, so that no miss stands out."""
    return max(map(abs, guess.difference(now).values())) <= 1


def _numbers(guess: Split, now: Split) -> dict[str, object]:
    missed = biggest_miss(guess, now)
    return {
        "right": points_right(guess, now),
        "purpose": missed.label,
        "guess": guess[missed],
        "points": now[missed],
    }

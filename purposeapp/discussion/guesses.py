"""Sentences on how close both people's guesses came."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purposeapp.split import BUDGET, Purpose, Split

from .questions import Answers


class Wordings(NamedTuple):
    """The sentences on one person's guess. `%(name)s` is someone's name."""

    all_right: Promise
    close: Promise
    """No purpose was missed by more than a point, so that no miss stands out."""
    some_right: Promise
    none_right: Promise


BY_READER = Wordings(
    _("You placed all of %(name)s's 10 points right."),
    _("You placed %(right)d of %(name)s's 10 points right, and were never off by more than 1."),
    _(
        "You placed %(right)d of %(name)s's 10 points right. Your biggest miss was %(purpose)s: "
        "you guessed %(guess)d, but it's %(points)d."
    ),
    _(
        "You placed none of %(name)s's 10 points right. Your biggest miss was %(purpose)s: you "
        "guessed %(guess)d, but it's %(points)d."
    ),
)
ON_READER = Wordings(
    _("%(name)s placed all of your 10 points right."),
    _("%(name)s placed %(right)d of your 10 points right, and was never off by more than 1."),
    _(
        "%(name)s placed %(right)d of your 10 points right. The biggest miss was %(purpose)s: the "
        "guess was %(guess)d, but it's %(points)d."
    ),
    _(
        "%(name)s placed none of your 10 points right. The biggest miss was %(purpose)s: the "
        "guess was %(guess)d, but it's %(points)d."
    ),
)
BY_INVITER = Wordings(
    _("%(name)s placed all of the guest's 10 points right."),
    _(
        "%(name)s placed %(right)d of the guest's 10 points right, and was never off by more than "
        "1."
    ),
    _(
        "%(name)s placed %(right)d of the guest's 10 points right. The biggest miss was "
        "%(purpose)s: the guess was %(guess)d, but it's %(points)d."
    ),
    _(
        "%(name)s placed none of the guest's 10 points right. The biggest miss was %(purpose)s: "
        "the guess was %(guess)d, but it's %(points)d."
    ),
)
BY_GUEST = Wordings(
    _("The guest placed all of %(name)s's 10 points right."),
    _(
        "The guest placed %(right)d of %(name)s's 10 points right, and was never off by more than "
        "1."
    ),
    _(
        "The guest placed %(right)d of %(name)s's 10 points right. The biggest miss was "
        "%(purpose)s: the guess was %(guess)d, but it's %(points)d."
    ),
    _(
        "The guest placed none of %(name)s's 10 points right. The biggest miss was %(purpose)s: "
        "the guess was %(guess)d, but it's %(points)d."
    ),
)


def points_right(guess: Split, now: Split) -> int:
    """Return how many of the ten points a guess placed on the right purpose."""
    return BUDGET - guess.points_moved(now)


def biggest_miss(guess: Split, now: Split) -> Purpose:
    """Return the purpose whose points a guess missed by most; in a tie, one guessed too high.

    The two must differ.
    """
    return next(iter(guess.difference(now)))


def guesses(mine: Answers, theirs: Answers, *, name: str, title: str) -> list[str]:
    """Return what to say to one person about each guess, their own first; nothing for no guess.

    `name` is the other person's name within a sentence, and `title` at the start of one.
    """
    return [
        *_sentences(BY_READER, mine.guess, theirs.now, name),
        *_sentences(ON_READER, theirs.guess, mine.now, title),
    ]


def guesses_of_both(inviter: Answers, guest: Answers, *, name: str) -> list[str]:
    """Return the same for both to read, with the inviter's `name`."""
    return [
        *_sentences(BY_INVITER, inviter.guess, guest.now, name),
        *_sentences(BY_GUEST, guest.guess, inviter.now, name),
    ]


def _sentences(words: Wordings, guess: Split | None, now: Split, name: str) -> list[str]:
    if not guess:
        return []
    if guess == now:
        return [words.all_right % {"name": name}]
    missed, right = biggest_miss(guess, now), points_right(guess, now)
    if max(map(abs, guess.difference(now).values())) <= 1:
        pattern = words.close
    else:
        pattern = words.some_right if right else words.none_right
    numbers = {"right": right, "guess": guess[missed], "points": now[missed]}
    return [pattern % {"name": name, "purpose": missed.label, **numbers}]

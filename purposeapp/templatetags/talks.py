"""Template tags for the repeated parts of talk pages, as cached fragments (web/fragments.py).

Names, notes and URLs are late values, so the cache contains nothing personal.
"""

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from purposeapp.models.talk import TalkState
from purposeapp.split import Purpose
from purposeapp.views.talks_pages import Pair
from purposeapp.views.talks_seat import TalkSeat
from purposeapp.web.fragments import fragment

register = template.Library()


@register.simple_tag
def talk_pair(pair: Pair, id: str) -> SafeString:
    """Render the answers of one of the two people."""
    return fragment(
        "purposeapp/_talk_pair.html",
        id=id,
        now=pair.now,
        future=pair.future,
        moves=tuple(pair.moves),
        guess=pair.guess,
        has_note=bool(pair.note),
        late={
            "title": pair.title,
            "guess_label": pair.guess_label,
            "note": pair.note,
            "note_label": pair.note_label,
        },
    )


@register.simple_tag
def talk_table(pairs: list[Pair]) -> SafeString:
    """Render the answers of both people as a table of numbers, with any guesses."""
    mine, theirs = (
        tuple(split for split in (pair.now, pair.future, pair.guess) if split) for pair in pairs
    )
    rows = [(purpose, [split[purpose] for split in mine + theirs]) for purpose in Purpose]
    return fragment(
        "purposeapp/_talk_table.html",
        mine=mine,
        theirs=theirs,
        has_guesses=any(pair.guess for pair in pairs),
        late={"my_title": pairs[0].title, "their_title": pairs[1].title},
        context=lambda values: {**values, "sides": [mine, theirs], "rows": rows},
    )


@register.simple_tag
def talk_ways(seat: TalkSeat, state: TalkState, csrf_token: str) -> SafeString:
    """Render links and buttons for what else can be done in a talk."""
    pages = {name: seat.url(f"talk_{name}") for name in ("note", "sheet", "withdraw")}
    return fragment(
        "purposeapp/_talk_ways.html",
        state=state,
        has_started=bool(seat.talk.started_at),
        has_account=seat.account.is_authenticated,
        now=seat.mine.get("now"),
        future=seat.mine.get("future"),
        late={
            **pages,
            "remind": reverse("talk_remind", args=[seat.talk.pk]),
            "csrf_token": csrf_token,
        },
    )

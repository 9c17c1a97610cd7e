"""Factories for talks in every state, reached by the actions of both sides; their addresses."""

import re
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils import timezone

from purposeapp.models import Talk, User
from purposeapp.models.capability_key import hash_of, make_key
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.models.talk_queryset import INVITATION_TERM, TALK_TERM
from purposeapp.split import Split

PATH = "/talks/"

INVITERS = {TalkKind.NOW: "7-0-2-1-0", TalkKind.FUTURE: "3-4-2-1-0", TalkKind.GUESS: "1-1-1-1-6"}
GUESTS = {TalkKind.NOW: "0-1-3-0-6", TalkKind.FUTURE: "0-6-3-0-1", TalkKind.GUESS: "2-2-2-2-2"}

LABEL = "Ben, two desks away"
"""The inviter's private label for the talk."""

STATES = [
    "invited",
    "started",
    "answered",
    "agreed",
    "open",
    "left",
    "withdrawn",
    "expired",
    "over",
]
"""`agreed`: by the inviter alone. `left`: the guest has withdrawn; `withdrawn`: the inviter has.
`expired`: nobody started it in time. `over`: it was open, and its term has ended."""


class MadeTalk(NamedTuple):
    """A talk with its two keys, which are not stored; no guest key before it has started."""

    talk: Talk
    invite_key: str
    guest_key: str = "no-guest-has-this-key0"


def make_talk(
    inviter: User,
    state: str = "invited",
    *,
    guest: User | None = None,
    name: str = "Anna",
    label: str = LABEL,
    inviters: dict = INVITERS,
    guests: dict = GUESTS,
) -> MadeTalk:
    key = make_key()
    talk = Talk.objects.create(inviter=inviter, name=name, label=label, invite_hash=hash_of(key))
    if state in ("invited", "expired"):
        if state == "expired":
            _set_back(talk, INVITATION_TERM)
        return MadeTalk(talk_of(talk), key)
    guest_key = Talk.objects.start(key, user=guest or AnonymousUser())
    assert guest_key
    if state != "started":
        for side, answers in ((TalkSide.INVITER, inviters), (TalkSide.GUEST, guests)):
            for kind, split in answers.items():
                assert talk_of(talk).answer(side, kind, Split.parse(split))
    if state not in ("started", "answered"):
        assert talk.agree(TalkSide.INVITER)
    if state not in ("started", "answered", "agreed"):
        assert talk.agree(TalkSide.GUEST)
    if state in ("left", "withdrawn"):
        talk.withdraw(TalkSide.GUEST if state == "left" else TalkSide.INVITER)
    if state == "over":
        _set_back(talk, TALK_TERM)
    return MadeTalk(talk_of(talk), key, guest_key)


def by_id(made: MadeTalk, page: str = "") -> str:
    """Return the address of a page of the inviter."""
    return f"/talks/{made.talk.pk}/{page}"


def by_key(made: MadeTalk, page: str = "") -> str:
    """Return the address of a page of the guest."""
    return f"/talk/{made.guest_key}/{page}"


def link_in(response: HttpResponse) -> str:
    """Return the path of the secret link that a page shows."""
    return re.search("data-link>http://[^/]+(/[^<]+)<", response.content.decode())[1]


def talk_of(talk: Talk) -> Talk:
    """Return the talk, freshly loaded."""
    return Talk.objects.get(pk=talk.pk)


def _set_back(talk: Talk, by: timedelta) -> None:
    """Move all timestamps of the talk back by this much."""
    stored = talk_of(talk)
    for name in ("made_at", "started_at", "inviter_agreed_at", "guest_agreed_at"):
        if time := getattr(stored, name):
            setattr(stored, name, time - by)
    stored.save()
    assert stored.expires_at <= timezone.now()

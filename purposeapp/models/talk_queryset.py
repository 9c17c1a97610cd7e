"""Queries for talks, and the ways into them and out: to invite, to start and to withdraw."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from .capability_key import hash_of, make_key
from .compiled_query import CompiledQuery
from .outgoing_mail import OutgoingMail
from .talk_answer import TalkAnswer, TalkSide, by_side
from .talk_note import TalkNote
from .user import User

if TYPE_CHECKING:
    from .talk import Talk

MAX_LISTED = 50
MAX_OPEN_INVITATIONS = 20
MAX_INVITATIONS_A_DAY = 10

INVITATION_TERM = timedelta(days=14)
"""How long an invitation is valid."""
TALK_TERM = timedelta(days=90)
"""How long a talk lasts after it started, and after each side has agreed to show its points."""
KEPT_AFTER_TERM = timedelta(days=30)
"""How long a talk is kept after its term, to say that it's over. Then it's deleted."""

START_REPEATS = timedelta(minutes=10)
"""How long repeating the start of a talk in the same browser leads to that talk again."""

INVITATIONS = uuid.UUID("6f7a1c0e-93d5-4f0b-8a54-3f2f7f1f2c68")
"""The namespace of the ids of talks, which are made from their first keys (RFC 9562, version 5)."""

PROLONGING = ("started_at", "inviter_agreed_at", "guest_agreed_at")
"""The fields with times from which a talk lasts for another TALK_TERM."""


class TooManyOpenInvitationsError(Exception):
    """The person has the most open invitations that one may have."""


class TooManyInvitationsTodayError(Exception):
    """The person has made the most invitations that one may make in a day."""


class LinkReplacedError(Exception):
    """The invitation's link isn't the one that was to be replaced."""


class Invitation(NamedTuple):
    """A talk that nobody has started yet, with the key of its link."""

    talk: "Talk"
    key: str
    is_new: bool
    """Whether the key was made just now, and not by the same form before."""


class TalkQuerySet(models.QuerySet["Talk"]):
    """Queries for talks, and what is done to talks that aren't loaded yet."""

    def for_user(self, user: models.Model | AnonymousUser) -> Self:
        """Return the talks of a person on either side, except those they have withdrawn from."""
        if isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(
            Q(inviter_id=user.pk, inviter_withdrew_at=None)
            | Q(guest_id=user.pk, guest_withdrew_at=None)
        )

    def listed(self, user: User) -> "list[Talk]":
        """Return a person's latest talks with their answers, up to MAX_LISTED + 1."""
        talks = _latest(user.pk)
        _read_answers(talks)
        return talks

    def of_both_sides(self, user: User) -> "list[tuple[Talk, TalkSide]]":
        """Return all talks of a person, oldest first, with the person's side, answers and notes."""
        talks = list(self.for_user(user).oldest_first().prefetch_related("notes"))
        _read_answers(talks)
        return [(talk, side) for talk in talks if (side := talk.side_of(user))]

    def running(self) -> Self:
        """Return the talks that have started and have not ended."""
        withdrawn = Q(inviter_withdrew_at__isnull=False) | Q(guest_withdrew_at__isnull=False)
        return self._with_term().filter(
            ~withdrawn, started_at__isnull=False, term__gt=timezone.now()
        )

    def with_id(self, id: uuid.UUID) -> "Talk | None":
        """Return the talk with an id, or None."""
        return _with_id.first(id)

    def of_invitation(self, key: str) -> "Talk | None":
        """Return the talk with this invitation key, or None."""
        return _with_invite_hash.first(hash_of(key))

    def of_guest(self, key: str) -> "Talk | None":
        """Return the talk with this guest key, or None."""
        return _with_guest_hash.first(hash_of(key))

    def latest_first(self) -> Self:
        """Order by the time they were made, the newest first."""
        return self.order_by("-made_at", "-id")

    def oldest_first(self) -> Self:
        """Order in the exact reverse of `latest_first`."""
        return self.order_by("made_at", "id")

    def open_invitations(self) -> Self:
        """Return the talks that can still be started."""
        return self.filter(
            started_at=None,
            inviter_withdrew_at=None,
            made_at__gt=timezone.now() - INVITATION_TERM,
        )

    def over_by(self, time: datetime) -> Self:
        """Return the talks whose term ends at or before `time`."""
        return self._with_term().filter(term__lte=time)

    def _with_term(self) -> Self:
        """Add the alias `term`, the end of the term; the same as `Talk.expires_at`."""
        # PostgreSQL's GREATEST ignores NULLs.
        term = Greatest(
            F("made_at") + INVITATION_TERM,
            *(F(name) + TALK_TERM for name in PROLONGING),
            output_field=models.DateTimeField(),
        )
        return self.alias(term=term)

    def lock_all_of(self, user: User) -> bool:
        """Take row locks on all talks of a person on either side, also after they have withdrawn.

        Talks are locked oldest first everywhere, and before their mails, to avoid a deadlock.
        Returns False if there are none.
        """
        talks = self.filter(Q(inviter=user) | Q(guest=user)).oldest_first()
        return bool(talks.select_for_update(no_key=True).values_list("pk"))

    def delete_old(self) -> int:
        """Delete the talks that have been over for KEPT_AFTER_TERM, and return their number."""
        _count, by_model = self.over_by(timezone.now() - KEPT_AFTER_TERM).delete()
        return by_model.get(self.model._meta.label, 0)

    @transaction.atomic
    def invite(
        self, *, inviter: User, name: str, label: str = "", key: str = ""
    ) -> Invitation | None:
        """Make an invitation and return it with its key, of which only the hash is stored.

        Idempotent: with the same `key`, it's a retry, and returns the invitation that was made the
        first time, unless it was revoked. Returns None if the account has been deleted. Raises
        TooManyOpenInvitationsError, TooManyInvitationsTodayError.
        """
        # A row lock, so that a second request at the same time counts the first invitation.
        if not User.objects.lock(inviter.pk):
            return None
        # Not recognized by `invite_hash`, which a new link replaces.
        id = uuid.uuid5(INVITATIONS, key) if key else uuid.uuid4()
        if made := self.filter(pk=id).first():
            if made.inviter_id == inviter.pk and not made.inviter_withdrew_at:
                return Invitation(made, key, is_new=False)
            id, key = uuid.uuid4(), ""
        mine = self.filter(inviter=inviter)
        if mine.open_invitations().count() >= MAX_OPEN_INVITATIONS:
            raise TooManyOpenInvitationsError
        day_ago = timezone.now() - timedelta(days=1)
        if mine.filter(made_at__gt=day_ago).count() >= MAX_INVITATIONS_A_DAY:
            raise TooManyInvitationsTodayError
        key = key or make_key()
        talk = self.create(pk=id, inviter=inviter, name=name, label=label, invite_hash=hash_of(key))
        return Invitation(talk, key, is_new=True)

    @transaction.atomic
    def start(
        self, invite_key: str, *, user: User | AnonymousUser, guest_key: str = ""
    ) -> str | None:
        """Start the talk of an invitation and return the guest's key; only its hash is stored.

        Idempotent for ten minutes: with the same `guest_key`, it's a retry of the same start.
        Returns None if the talk can't be started: it has already started, it is over, or the user
        is the inviter.
        """
        # Lock the account before the talk, in the same order as its deletion, to avoid a deadlock.
        guest = user if isinstance(user, User) and User.objects.lock(user.pk) else None
        invited = self.filter(invite_hash=hash_of(invite_key))
        talk = invited.select_for_update(no_key=True).first()
        if talk and guest_key and talk.was_started_by(guest_key):
            return guest_key
        if not talk or not talk.can_start or (guest and guest.pk == talk.inviter_id):
            return None
        key = guest_key or make_key()
        talk.guest, talk.guest_hash, talk.started_at = guest, hash_of(key), timezone.now()
        talk.save(update_fields=["guest", "guest_hash", "started_at"])
        return key

    @transaction.atomic
    def withdraw(self, side: TalkSide) -> None:
        """Delete a side's answers and notes in these talks, and end them. Idempotent.

        The other side's data is kept. Before the start, this revokes the invitation. Emails that
        ask to come to a talk, and may name the inviter, are deleted if they still wait.
        """
        not_yet = self.filter(**{f"{side}_withdrew_at": None}).oldest_first()
        ids = list(not_yet.select_for_update(no_key=True).values_list("pk", flat=True))
        TalkAnswer.objects.filter(talk__in=ids, side=side).delete()
        TalkNote.objects.filter(talk__in=ids, side=side).delete()
        nameless = {"name": "", "label": ""} if side == TalkSide.INVITER else {}
        self.filter(pk__in=ids).update(**{f"{side}_withdrew_at": timezone.now()}, **nameless)
        OutgoingMail.objects.filter(talk__in=ids).delete()


def _talks() -> TalkQuerySet:
    return apps.get_model("purposeapp", "Talk")._default_manager.all()


@CompiledQuery
def _with_id(id: uuid.UUID) -> models.QuerySet["Talk"]:
    return _talks().filter(id=id)


@CompiledQuery
def _with_invite_hash(hash: str) -> models.QuerySet["Talk"]:
    return _talks().filter(invite_hash=hash)


@CompiledQuery
def _with_guest_hash(hash: str) -> models.QuerySet["Talk"]:
    return _talks().filter(guest_hash=hash)


@CompiledQuery
def _latest(user_id: int) -> models.QuerySet["Talk"]:
    return _talks().for_user(User(pk=user_id)).latest_first()[: MAX_LISTED + 1]


def _read_answers(talks: Sequence["Talk"]) -> None:
    """Prefetch the answers of these talks in one query."""
    by_talk: dict[uuid.UUID, list[TalkAnswer]] = {}
    for answer in TalkAnswer.objects.filter(talk__in=talks):
        by_talk.setdefault(answer.talk_id, []).append(answer)
    for talk in talks:
        talk.answered = by_side(by_talk.get(talk.pk, ()))

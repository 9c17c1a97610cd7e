import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Split

from .capability_key import HASH, hash_of, make_key
from .compiled_query import CompiledQuery
from .names import LINK_IN_NAME, NAME_WITH_ADDRESS, NO_LINK
from .talk_answer import NEEDED, TalkAnswer, TalkKind, TalkSide, answers_in_all, answers_of, by_side
from .talk_note import TalkNote, notes_of
from .user import User

NAME_MAX_LENGTH = 40

MAX_LISTED = 50
MAX_OPEN_INVITATIONS = 20
MAX_INVITATIONS_A_DAY = 10

INVITATION_TERM = timedelta(days=14)
"""How long somebody may start by an invitation."""
TALK_TERM = timedelta(days=90)
"""How long a talk lasts after it started, and after each side has agreed to show."""
KEPT_AFTER_TERM = timedelta(days=30)
"""How long a talk that is over is still there, to say so; then it is deleted."""

START_REPEATS = timedelta(minutes=10)
"""How long the browser that has started a talk is led to it again by the same press."""


class TalkState(models.TextChoices):
    """Where a talk stands. It is derived from what is stored, and never stored itself."""

    INVITED = "invited", _("Invited")
    STARTED = "started", _("Started")
    ANSWERED = "answered", _("Both have answered")
    OPEN = "open", _("Open to both")
    ENDED = "ended", _("Ended")


class TooManyOpenInvitationsError(Exception):
    """Somebody has as many open invitations as one person may have."""


class TooManyInvitationsTodayError(Exception):
    """Somebody has made as many invitations as one person may make in a day."""


class TalkQuerySet(models.QuerySet["Talk"]):
    """Ways to ask for talks."""

    def for_user(self, user: models.Model | AnonymousUser) -> Self:
        """Those of one person, on whichever side; not those that they have withdrawn from."""
        if isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(
            Q(inviter_id=user.pk, inviter_withdrew_at=None)
            | Q(guest_id=user.pk, guest_withdrew_at=None)
        )

    def listed(self, user: User) -> "list[Talk]":
        """The latest ones of a person, with their answers; one more than MAX_LISTED, if it is."""
        talks = _latest(user.pk)
        _read_answers(talks, user)
        return talks

    def of_both_sides(self, user: User) -> "list[tuple[Talk, TalkSide]]":
        """All of one person, oldest first, each with their side and all that is in it."""
        talks = list(self.for_user(user).oldest_first().prefetch_related("notes"))
        _read_answers(talks, user)
        return [(talk, side) for talk in talks if (side := talk.side_of(user))]

    def running(self) -> Self:
        """Those that have started and have not ended."""
        withdrawn = Q(inviter_withdrew_at__isnull=False) | Q(guest_withdrew_at__isnull=False)
        return self._with_term().filter(
            ~withdrawn, started_at__isnull=False, term__gt=timezone.now()
        )

    def with_id(self, id: uuid.UUID) -> "Talk | None":
        """The one with an id."""
        return _with_id.first(id)

    def of_invitation(self, key: str) -> "Talk | None":
        """The one that whoever has this key is invited to."""
        return _with_invite_hash.first(hash_of(key))

    def of_guest(self, key: str) -> "Talk | None":
        """The one whose guest has this key."""
        return _with_guest_hash.first(hash_of(key))

    def latest_first(self) -> Self:
        """Newest first."""
        return self.order_by("-made_at", "-id")

    def oldest_first(self) -> Self:
        """The exact reverse of `latest_first`."""
        return self.order_by("made_at", "id")

    def open_invitations(self) -> Self:
        """Those that somebody may still start."""
        return self.filter(
            started_at=None,
            inviter_withdrew_at=None,
            made_at__gt=timezone.now() - INVITATION_TERM,
        )

    def over_by(self, time: datetime) -> Self:
        """Those whose term has ended by then."""
        return self._with_term().filter(term__lte=time)

    def _with_term(self) -> Self:
        """Each with when it ends, as `Talk.expires_at` says."""
        # PostgreSQL's GREATEST passes over what is NULL.
        term = Greatest(
            F("made_at") + INVITATION_TERM,
            *(F(name) + TALK_TERM for name in _PROLONGING),
            output_field=models.DateTimeField(),
        )
        return self.alias(term=term)

    def delete_old(self) -> int:
        """Delete those that have been over for long enough, and return how many that were."""
        _count, by_model = self.over_by(timezone.now() - KEPT_AFTER_TERM).delete()
        return by_model.get(Talk._meta.label, 0)

    @transaction.atomic
    def invite(self, *, inviter: User, name: str, label: str = "") -> "tuple[Talk, str] | None":
        """Make an invitation, and return it with its key, which is stored nowhere.

        None where the account is gone. Raises TooManyOpenInvitationsError,
        TooManyInvitationsTodayError.
        """
        # One at a time: a second one then counts what the first has made.
        if not User.objects.lock(inviter.pk):
            return None
        mine = self.filter(inviter=inviter)
        if mine.open_invitations().count() >= MAX_OPEN_INVITATIONS:
            raise TooManyOpenInvitationsError
        day_ago = timezone.now() - timedelta(days=1)
        if mine.filter(made_at__gt=day_ago).count() >= MAX_INVITATIONS_A_DAY:
            raise TooManyInvitationsTodayError
        key = make_key()
        talk = self.create(inviter=inviter, name=name, label=label, invite_hash=hash_of(key))
        return talk, key

    @transaction.atomic
    def start(
        self, invite_key: str, *, user: User | AnonymousUser, guest_key: str = ""
    ) -> str | None:
        """Start the talk of an invitation, and return the guest's own key, stored nowhere.

        Idempotent for ten minutes: with the same `guest_key` it is the same start, whose answer was
        lost. None where it can't be started: it was before, it is over, or it is one's own.
        """
        # The account first, as its deletion does: neither waits for the other.
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


class Talk(models.Model):
    """Two people who show each other their ten points, now and future, once both agree to.

    All that either of them does takes a row lock on the talk first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("inviter"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="talks",
    )
    guest = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("guest"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="talks_as_guest",
        help_text=_("Empty for a guest without an account."),
    )
    name = models.CharField(
        _("your name"),
        max_length=NAME_MAX_LENGTH,
        validators=[ProhibitNullCharactersValidator(), NO_LINK],
    )
    label = models.CharField(
        _("who it's for"),
        max_length=NAME_MAX_LENGTH,
        blank=True,
        default="",
        db_default="",
        validators=[ProhibitNullCharactersValidator()],
        help_text=_("The inviter's own words, which nobody else sees."),
    )
    invite_hash = models.CharField(max_length=64, unique=True, editable=False)
    guest_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 (unique where it is there)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    inviter_agreed_at = models.DateTimeField(null=True, editable=False)
    guest_agreed_at = models.DateTimeField(null=True, editable=False)
    inviter_withdrew_at = models.DateTimeField(null=True, editable=False)
    guest_withdrew_at = models.DateTimeField(null=True, editable=False)

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk")
        verbose_name_plural = _("talks")
        constraints = [
            models.CheckConstraint(
                condition=Q(inviter_withdrew_at=None) ^ Q(name=""),
                name="talk_has_a_name_until_the_inviter_withdraws",
            ),
            models.CheckConstraint(
                condition=Q(inviter_withdrew_at=None) | Q(label=""),
                name="talk_has_no_label_once_the_inviter_withdrew",
            ),
            models.CheckConstraint(
                condition=~Q(name__iregex=LINK_IN_NAME),
                name="talk_name_holds_no_address",
                violation_error_message=NAME_WITH_ADDRESS,
            ),
            models.CheckConstraint(
                condition=Q(invite_hash__regex=HASH)
                & (Q(guest_hash=None) | Q(guest_hash__regex=HASH)),
                name="talk_keys_are_stored_as_hashes",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None, guest_hash=None)
                | Q(started_at__isnull=False, guest_hash__isnull=False),
                name="talk_starts_with_a_key_for_the_guest",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None)
                | Q(started_at__gte=F("made_at"), started_at__lt=F("made_at") + INVITATION_TERM),
                name="talk_starts_while_its_invitation_holds",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=False)
                | Q(
                    guest=None, inviter_agreed_at=None, guest_agreed_at=None, guest_withdrew_at=None
                ),
                name="talk_is_answered_once_it_started",
            ),
            models.CheckConstraint(
                condition=Q(guest=None) | Q(inviter=None) | ~Q(guest=F("inviter")),
                name="talk_is_between_two",
            ),
            models.CheckConstraint(
                condition=Q(inviter__isnull=False) | Q(inviter_withdrew_at__isnull=False),
                name="talk_without_inviter_is_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.made_at:%Y-%m-%d})"

    # --- Where it stands ---

    @property
    def expires_at(self) -> datetime:
        """When its term ends; see `over_by`."""
        times = (getattr(self, name) for name in _PROLONGING)
        later = [time + TALK_TERM for time in times if time]
        return max([self.made_at + INVITATION_TERM, *later])

    @property
    def is_over(self) -> bool:
        """Whether its term has ended."""
        return self.expires_at <= timezone.now()

    @property
    def can_start(self) -> bool:
        """Whether its invitation holds."""
        return not self.started_at and not self.inviter_withdrew_at and not self.is_over

    def is_of_guest(self, guest_key: str) -> bool:
        """Whether this is the key of its guest."""
        return self.guest_hash == hash_of(guest_key)

    def was_started_by(self, guest_key: str) -> bool:
        """Whether whoever has this key has just started it."""
        is_recent = self.started_at and timezone.now() - self.started_at < START_REPEATS
        return bool(is_recent) and self.is_of_guest(guest_key)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can happen in it."""
        return self.is_over or any(map(self.has_withdrawn, TalkSide))

    @property
    def is_open(self) -> bool:
        """Whether each side may see the other's points."""
        return not self.has_ended and all(map(self.has_agreed, TalkSide))

    @cached_property
    def note_of(self) -> dict[str, str]:
        """The note of each side that has written one. For views: see `answered`."""
        return {note.side: note.text for note in notes_of(self.pk)}

    @property
    def state(self) -> TalkState:
        if self.has_ended:
            return TalkState.ENDED
        if not self.started_at:
            return TalkState.INVITED
        if self.is_open:
            return TalkState.OPEN
        return TalkState.ANSWERED if all(map(self.has_finished, TalkSide)) else TalkState.STARTED

    def has_agreed(self, side: TalkSide) -> bool:
        """Whether this side has agreed to show; its points stay as they are from then on."""
        return getattr(self, f"{side}_agreed_at") is not None

    def has_withdrawn(self, side: TalkSide) -> bool:
        return getattr(self, f"{side}_withdrew_at") is not None

    def has_finished(self, side: TalkSide) -> bool:
        """Whether this side has answered what it has to."""
        return all(kind in self.answered[side] for kind in NEEDED)

    @cached_property
    def answered(self) -> dict[str, dict[str, Split]]:
        """The splits of each side, by kind. For views: ask `is_open` before showing the other's."""
        return by_side(answers_of(self.pk))

    def side_of(self, user: models.Model | AnonymousUser) -> TalkSide | None:
        """The side of somebody who is signed in; None for anybody else."""
        if user.pk is None:
            return None
        if user.pk == self.inviter_id:
            return TalkSide.INVITER
        return TalkSide.GUEST if user.pk == self.guest_id else None

    def user_of(self, side: TalkSide) -> int | None:
        """The id of the account on a side; None for a guest without one."""
        return self.inviter_id if side == TalkSide.INVITER else self.guest_id

    # --- What each side does, one after the other ---

    def _locked(self) -> "Talk | None":
        """The row as it is by now, locked until the transaction ends; None where it is gone."""
        return Talk.objects.select_for_update(no_key=True).filter(pk=self.pk).first()

    @transaction.atomic
    def answer(self, side: TalkSide, kind: TalkKind, split: Split) -> bool:
        """Store what a side answers, in place of what it answered before.

        False where it is too late: the talk has ended, or this side has agreed to show.
        """
        talk = self._locked()
        if not talk or talk.has_ended or talk.has_agreed(side):
            return False
        TalkAnswer.objects.update_or_create(
            talk=talk, side=side, kind=kind, defaults=split.as_dict()
        )
        return True

    @transaction.atomic
    def agree(self, side: TalkSide) -> bool:
        """Agree to show; of both sides, the later one opens it. Idempotent.

        False where this side has not finished, or the talk has ended or not started.
        """
        talk = self._locked()
        if not talk or talk.has_ended or not talk.started_at or not talk.has_finished(side):
            return False
        if not talk.has_agreed(side):
            setattr(talk, f"{side}_agreed_at", timezone.now())
            talk.save(update_fields=[f"{side}_agreed_at"])
        return True

    @transaction.atomic
    def withdraw(self, side: TalkSide) -> None:
        """Delete what a side has told, and end the talk; what the other told stays. Idempotent.

        Before it started, that revokes the invitation.
        """
        talk = self._locked()
        if not talk or talk.has_withdrawn(side):
            return
        TalkAnswer.objects.filter(talk=talk, side=side).delete()
        TalkNote.objects.filter(talk=talk, side=side).delete()
        setattr(talk, f"{side}_withdrew_at", timezone.now())
        if side == TalkSide.INVITER:
            talk.name = talk.label = ""
        talk.save(update_fields=["name", "label", f"{side}_withdrew_at"])

    @transaction.atomic
    def write(self, side: TalkSide, text: str) -> bool:
        """Store the note of a side; an empty one is none. False where the talk has ended."""
        talk = self._locked()
        if not talk or talk.has_ended:
            return False
        notes = TalkNote.objects.filter(talk=talk, side=side)
        if text:
            notes.update_or_create(talk=talk, side=side, defaults={"text": text})
        else:
            notes.delete()
        return True

    @transaction.atomic
    def renew_invitation(self) -> str | None:
        """A new key for an invitation; the one before opens nothing. None where it can't start."""
        talk = self._locked()
        if not talk or not talk.can_start:
            return None
        key = make_key()
        talk.invite_hash = hash_of(key)
        talk.save(update_fields=["invite_hash"])
        return key


_PROLONGING = ("started_at", "inviter_agreed_at", "guest_agreed_at")
"""The times after which a talk lasts for another TALK_TERM."""


@receiver(pre_delete, sender=User)
def withdraw_from_talks(sender, instance: User, **kwargs) -> None:
    """Withdraw from all talks of an account that is deleted, by whatever way."""
    mine = Talk.objects.filter(Q(inviter=instance) | Q(guest=instance)).oldest_first()
    for talk in mine:
        side = talk.side_of(instance)
        assert side  # noqa: S101 (for the type checker)
        talk.withdraw(side)


@CompiledQuery
def _with_id(id: uuid.UUID) -> models.QuerySet[Talk]:
    return Talk.objects.filter(id=id)


@CompiledQuery
def _with_invite_hash(hash: str) -> models.QuerySet[Talk]:
    return Talk.objects.filter(invite_hash=hash)


@CompiledQuery
def _with_guest_hash(hash: str) -> models.QuerySet[Talk]:
    return Talk.objects.filter(guest_hash=hash)


@CompiledQuery
def _latest(user_id: int) -> models.QuerySet[Talk]:
    return Talk.objects.for_user(User(pk=user_id)).latest_first()[: MAX_LISTED + 1]


def _read_answers(talks: Sequence[Talk], user: User) -> None:
    """Read the answers of these talks of a person, in one statement."""
    by_talk: dict[uuid.UUID, list[TalkAnswer]] = {}
    for answer in answers_in_all(user.pk) if talks else ():
        by_talk.setdefault(answer.talk_id, []).append(answer)
    for talk in talks:
        talk.answered = by_side(by_talk.get(talk.pk, ()))

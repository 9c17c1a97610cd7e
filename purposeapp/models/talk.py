import uuid
from datetime import datetime
from enum import IntEnum
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Split

from .capability_key import HASH, hash_of, make_key
from .names import (
    INVISIBLE_IN_NAME,
    LETTER_IN_NAME,
    LINK_IN_NAME,
    NAME_WITH_ADDRESS,
    NAME_WITH_INVISIBLE,
    NAME_WITHOUT_LETTER,
    NO_LINK,
    NOTHING_INVISIBLE,
    SOME_LETTER,
)
from .talk_answer import NEEDED, TalkAnswer, TalkKind, TalkSide, answers_of, by_side
from .talk_note import TalkNote, notes_of
from .talk_queryset import (
    INVITATION_TERM,
    PROLONGING,
    START_REPEATS,
    TALK_TERM,
    Invitation,
    LinkReplacedError,
    TalkQuerySet,
)
from .user import User

NAME_MAX_LENGTH = 40


class TalkState(models.TextChoices):
    """The state of a talk. It's derived from the columns and never stored."""

    INVITED = "invited", _("Invited")
    STARTED = "started", _("Started")
    ANSWERED = "answered", _("Both have answered")
    OPEN = "open", _("Open to both")
    ENDED = "ended", _("Ended")


class NoteReplacedError(Exception):
    """The stored note isn't the one that was to be replaced."""

    def __init__(self, stored: str) -> None:
        self.stored = stored


class Outcome(IntEnum):
    """What a side's action did, decided under the row lock."""

    REFUSED = 0
    """It was too early or too late. Nothing has changed."""
    DONE = 1
    NEWS = 2
    """This very action finished the side's answers, or opened the talk: once, not if repeated."""


class Talk(models.Model):
    """Two people who show each other their points, now and in the future, once both have agreed.

    Each action of either side takes a row lock on the talk first.
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
        validators=[ProhibitNullCharactersValidator(), NO_LINK, NOTHING_INVISIBLE, SOME_LETTER],
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
                condition=~Q(name__regex=LINK_IN_NAME),
                name="talk_name_holds_no_address",
                violation_error_message=NAME_WITH_ADDRESS,
            ),
            models.CheckConstraint(
                condition=~Q(name__regex=INVISIBLE_IN_NAME),
                name="talk_name_holds_nothing_invisible",
                violation_error_message=NAME_WITH_INVISIBLE,
            ),
            models.CheckConstraint(
                condition=Q(name="") | Q(name__regex=LETTER_IN_NAME),
                name="talk_name_has_a_letter",
                violation_error_message=NAME_WITHOUT_LETTER,
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

    # --- State ---

    @property
    def expires_at(self) -> datetime:
        """The end of the term; see `over_by`."""
        times = (getattr(self, name) for name in PROLONGING)
        later = [time + TALK_TERM for time in times if time]
        return max([self.made_at + INVITATION_TERM, *later])

    @property
    def is_over(self) -> bool:
        """Whether the term has ended."""
        return self.expires_at <= timezone.now()

    @property
    def can_start(self) -> bool:
        """Whether the invitation is still valid."""
        return not self.started_at and not self.inviter_withdrew_at and not self.is_over

    def is_of_guest(self, guest_key: str) -> bool:
        """Return whether this is the guest's key."""
        return self.guest_hash == hash_of(guest_key)

    def was_started_by(self, guest_key: str) -> bool:
        """Return whether the talk was started with this guest key within START_REPEATS."""
        is_recent = self.started_at and timezone.now() - self.started_at < START_REPEATS
        return bool(is_recent) and self.is_of_guest(guest_key)

    @property
    def has_ended(self) -> bool:
        """Whether the talk has ended: its term is over, or a side has withdrawn."""
        return self.is_over or any(map(self.has_withdrawn, TalkSide))

    @property
    def is_open(self) -> bool:
        """Whether each side may see the other's points."""
        return not self.has_ended and self.was_open

    @property
    def was_open(self) -> bool:
        """Whether both sides have agreed, so that each may have seen the other's points."""
        return all(map(self.has_agreed, TalkSide))

    @cached_property
    def note_of(self) -> dict[str, str]:
        """The note of each side that has one. Views must check `is_open`, as for `answered`."""
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
        """Return whether this side has agreed to show its points, which then can't change."""
        return self.agreed_at(side) is not None

    def agreed_at(self, side: TalkSide) -> datetime | None:
        """Return when this side agreed to show its points, or None."""
        return getattr(self, f"{side}_agreed_at")

    def has_withdrawn(self, side: TalkSide) -> bool:
        return self.withdrew_at(side) is not None

    def withdrew_at(self, side: TalkSide) -> datetime | None:
        """Return when this side withdrew, or removed an ended talk; None if it didn't."""
        return getattr(self, f"{side}_withdrew_at")

    def has_finished(self, side: TalkSide) -> bool:
        """Return whether this side has given all required answers."""
        return all(kind in self.answered[side] for kind in NEEDED)

    @cached_property
    def answered(self) -> dict[str, dict[str, Split]]:
        """The splits of each side, by kind. Views must check `is_open` before they show both."""
        return by_side(answers_of(self.pk))

    def side_of(self, user: models.Model | AnonymousUser) -> TalkSide | None:
        """Return the side of a signed-in user; None if they aren't part of the talk."""
        if user.pk is None:
            return None
        if user.pk == self.inviter_id:
            return TalkSide.INVITER
        return TalkSide.GUEST if user.pk == self.guest_id else None

    def user_of(self, side: TalkSide) -> int | None:
        """Return the id of the account on a side, or None."""
        return self.inviter_id if side == TalkSide.INVITER else self.guest_id

    # --- Actions of a side, under a row lock ---

    def _locked(self) -> "Talk | None":
        """Reload the talk with a row lock until the transaction ends; None if it was deleted."""
        return Talk.objects.select_for_update(no_key=True).filter(pk=self.pk).first()

    @transaction.atomic
    def answer(self, side: TalkSide, kind: TalkKind, split: Split) -> Outcome:
        """Store an answer of a side, replacing an earlier one of the same kind.

        Refused if the talk has ended, or this side has agreed to show its points.
        """
        talk = self._locked()
        if not talk or talk.has_ended or talk.has_agreed(side):
            return Outcome.REFUSED
        had_finished = talk.has_finished(side)
        TalkAnswer.objects.update_or_create(
            talk=talk, side=side, kind=kind, defaults=split.as_dict()
        )
        talk.answered[side][kind] = split
        return Outcome.NEWS if talk.has_finished(side) and not had_finished else Outcome.DONE

    @transaction.atomic
    def agree(self, side: TalkSide) -> Outcome:
        """Agree to show this side's points. Once both sides agree, the talk is open. Idempotent.

        Refused if this side has not finished, or the talk has not started or has ended.
        """
        talk = self._locked()
        if not talk or talk.has_ended or not talk.started_at or not talk.has_finished(side):
            return Outcome.REFUSED
        if talk.has_agreed(side):
            return Outcome.DONE
        setattr(talk, f"{side}_agreed_at", timezone.now())
        talk.save(update_fields=[f"{side}_agreed_at"])
        return Outcome.NEWS if talk.is_open else Outcome.DONE

    def withdraw(self, side: TalkSide) -> None:
        """Withdraw a side from this talk; see `TalkQuerySet.withdraw`. Idempotent."""
        Talk.objects.filter(pk=self.pk).withdraw(side)

    @transaction.atomic
    def write(self, side: TalkSide, text: str, *, replaced_hash: str = "") -> bool:
        """Store a side's note, or delete it if it's empty. Returns False if the talk has ended.

        A text whose hash is `replaced_hash` wasn't changed on its page, so it replaces nothing.
        Raises NoteReplacedError if `replaced_hash` isn't the stored note's (an optimistic lock).
        """
        talk = self._locked()
        if not talk or talk.has_ended:
            return False
        if replaced_hash == hash_of(text):
            return True
        stored = talk.note_of.get(side, "")
        if replaced_hash and stored not in ("", text) and replaced_hash != hash_of(stored):
            raise NoteReplacedError(stored)
        notes = TalkNote.objects.filter(talk=talk, side=side)
        if text:
            notes.update_or_create(talk=talk, side=side, defaults={"text": text})
        else:
            notes.delete()
        return True

    @transaction.atomic
    def renew_invitation(self, key: str = "", *, replaced_hash: str = "") -> Invitation | None:
        """Replace the invitation's key; None if the talk can't start.

        Idempotent: with the same `key`, it's a retry, and returns the same invitation. Raises
        LinkReplacedError if `replaced_hash` isn't the current key's (an optimistic lock): a key
        that was replaced never works again. Emails with the old key are deleted if they still wait.
        """
        talk = self._locked()
        if not talk or not talk.can_start:
            return None
        if key and talk.invite_hash == hash_of(key):
            return Invitation(talk, key, is_new=False)
        if replaced_hash and talk.invite_hash != replaced_hash:
            raise LinkReplacedError
        key = key or make_key()
        talk.invite_hash = hash_of(key)
        talk.save(update_fields=["invite_hash"])
        talk.waiting_mails.all().delete()
        return Invitation(talk, key, is_new=True)

    def lock_invitation(self, key: str) -> bool:
        """Lock the talk, and return whether this key can start it. Needs a transaction."""
        talk = self._locked()
        return bool(talk and talk.can_start and talk.invite_hash == hash_of(key))


@receiver(pre_delete, sender=User)
def withdraw_from_talks(sender, instance: User, **kwargs) -> None:
    """Withdraw an account from all its talks when it is deleted, in whatever way."""
    if not Talk.objects.lock_all_of(instance):
        return
    for side in TalkSide:
        Talk.objects.filter(**{side: instance}).withdraw(side)

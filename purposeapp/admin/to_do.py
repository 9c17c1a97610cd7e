"""The editors' to-do list: drafts to publish, scheduled tips, and splits that lack a text."""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import ngettext

from purposeapp.advice.coverage import uncovered_for_some_side
from purposeapp.advice.portrait import without_text
from purposeapp.models import PortraitPart, TalkQuestion, Tip, User


class ToDo(NamedTuple):
    """An item of the to-do list: how many there are, in words, and the page where they are."""

    number: int
    words: str
    url: str


def to_do_list(user: User | AnonymousUser) -> list[ToDo] | None:
    """Return what there is to do on the texts that a user may change, or None if there are none."""
    items = {"tip": _tips, "portraitpart": _portraits, "talkquestion": _questions}
    own = [model for model in items if user.has_perm(f"purposeapp.change_{model}")]
    return [item for model in own for item in items[model]() if item.number] if own else None


def _tips() -> Iterator[ToDo]:
    count = len(uncovered_for_some_side(Tip.objects.published()))
    words = ngettext(
        "%d of 1,001 splits lacks a tip for one of its purposes",
        "%d of 1,001 splits lack a tip for one of their purposes",
        count,
    )
    yield ToDo(count, words % count, reverse("admin:purposeapp_tip_coverage"))
    count = Tip.objects.drafts().count()
    words = ngettext("%d draft tip to publish", "%d draft tips to publish", count)
    yield ToDo(count, words % count, _listed("tip", state="draft"))
    count = Tip.objects.starting_later().count()
    words = ngettext("%d scheduled tip", "%d scheduled tips", count)
    yield ToDo(count, words % count, _listed("tip", state="later"))


def _portraits() -> Iterator[ToDo]:
    missing = without_text(PortraitPart.objects.published())
    count = len(set().union(*missing.values()))
    words = ngettext(
        "%d of 1,001 splits lacks a portrait sentence",
        "%d of 1,001 splits lack a portrait sentence",
        count,
    )
    yield ToDo(count, words % count, reverse("admin:purposeapp_portraitpart_coverage"))
    count = PortraitPart.objects.drafts().count()
    words = ngettext(
        "%d draft portrait sentence to publish", "%d draft portrait sentences to publish", count
    )
    yield ToDo(count, words % count, _listed("portraitpart", state__exact="draft"))


def _questions() -> Iterator[ToDo]:
    count = TalkQuestion.objects.drafts().count()
    words = ngettext(
        "%d draft talk question to publish", "%d draft talk questions to publish", count
    )
    yield ToDo(count, words % count, _listed("talkquestion", state__exact="draft"))


def _listed(model: str, **query: str) -> str:
    return reverse(f"admin:purposeapp_{model}_changelist", query=query)

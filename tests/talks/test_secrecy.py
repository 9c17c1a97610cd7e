"""Before both sides agree, a response reveals of the other side only whether it has finished.

One test searches every response for the other side's points. Another one compares: whatever the
other side has answered, each response is the same to the letter.
"""

import re
from itertools import product

import pytest
from django.db import transaction
from django.test import Client

from purposeapp import sentences
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.split import Purpose, Split
from purposeapp.templatetags.cells import legend
from tests.support.headers import alike
from tests.support.make import make_assessment, make_goal, make_user, points
from tests.support.talks import GUESTS, INVITERS, LABEL, make_talk, talk_of

PAGES = ["", "now/", "future/", "guess/", "agree/", "withdraw/", "note/", "sheet/", "remind/"]
PAGES += ["link/", "mail/"]
OTHERS = {TalkKind.NOW: "3-3-3-1-0", TalkKind.FUTURE: "0-0-9-1-0", TalkKind.GUESS: "8-1-0-0-1"}
"""Other answers that could have been given."""

SECRET = ["started", "answered", "agreed", "agreed by the guest", "left", "withdrawn", "over"]
"""The states of a talk in which neither side sees the other's points."""


def traces(answers: dict) -> list[str]:
    """Return all forms in which ten points appear on a page: numbers, words, cells, moves."""
    found = []
    for split in (Split.parse(text) for text in answers.values()):
        cells = "".join(f'<i class="cell is-{purpose}"></i>' for purpose in split.cells)
        found += [str(split), sentences.points_on(split, Purpose), cells]
        found.append(legend(split))
        found += [sentences.headline(split), "".join(f"<td>{each}</td>" for each in split)]
        found.append("".join(f'value="{each}"' for each in split))
    now, future = (Split.parse(answers[kind]) for kind in (TalkKind.NOW, TalkKind.FUTURE))
    return found + [sentences.shift(move) for move in now.moves_to(future)]


class Sides:
    """Both sides of a talk, each with a client, and the responses that they get."""

    def __init__(self, state: str, inviters: dict = INVITERS, guests: dict = GUESTS) -> None:
        inviter = make_user(f"inviter{id(self)}@example.org")
        by_guest = state == "agreed by the guest"
        made = make_talk(
            inviter, "answered" if by_guest else state, inviters=inviters, guests=guests
        )
        if by_guest:
            made.talk.agree(TalkSide.GUEST)
        self.made = made
        self.clients = {TalkSide.INVITER: Client(), TalkSide.GUEST: Client()}
        self.clients[TalkSide.INVITER].force_login(inviter)

    def responses(self, side: TalkSide) -> dict[tuple[str, str], str]:
        """Return every response to this side, with its headers."""
        found = {}
        pages = [self._address(side, page) for page in PAGES]
        pages.append(f"/invitations/{self.made.invite_key}/")
        if side == TalkSide.INVITER:
            pages += ["/talks/", "/history/export.json"]
        for path, method in product(pages, ("get", "post")):
            with transaction.atomic():
                response = getattr(self.clients[side], method)(path)
                transaction.set_rollback(True)
            text = f"{response.status_code} {alike(response)}\n{response.content.decode()}"
            found[method, path] = text
        return found

    def comparable(self, side: TalkSide) -> list[str]:
        """Return the responses without what differs between talks and between requests."""
        return [self._plain(text) for text in self.responses(side).values()]

    def _address(self, side: TalkSide, page: str) -> str:
        if side == TalkSide.INVITER:
            return f"/talks/{self.made.talk.pk}/{page}"
        return f"/talk/{self.made.guest_key}/{page}"

    def _plain(self, text: str) -> str:
        for name in (str(self.made.talk.pk), self.made.guest_key, self.made.invite_key):
            text = text.replace(name, "…")
        text = re.sub(
            r'inviter\d+@example|name="account" value="\w+"|data-account="\w+"', "…", text
        )
        text = re.sub(
            r"\d\d:\d\d(:\d\d(\.\d+)?)?|'Content-Length': '\d+'|'ETag': '\"\w+\"'", "", text
        )
        return re.sub(r'(csrfmiddlewaretoken|submission)" value="[\w-]+"', "…", text)


@pytest.mark.django_db
@pytest.mark.parametrize("state", SECRET)
def test_no_response_holds_the_other_sides_digits(state):
    sides = Sides(state)
    talk = sides.made.talk
    for side in TalkSide:
        if not talk.has_ended:
            assert talk.write(side, f"A secret of the {side}.")
    assert not any(LABEL in text for text in sides.responses(TalkSide.GUEST).values())
    for side, theirs in ((TalkSide.INVITER, GUESTS), (TalkSide.GUEST, INVITERS)):
        responses = sides.responses(side)
        assert len(responses) >= 24
        for place, text in responses.items():
            for trace in [*traces(theirs), f"A secret of the {side.other}."]:
                assert trace not in text, (place, trace)


@pytest.mark.django_db
def test_the_digits_would_be_found_once_both_have_agreed():
    sides = Sides("open")
    assert LABEL in sides.responses(TalkSide.INVITER)["get", "/talks/"]
    assert not any(LABEL in text for text in sides.responses(TalkSide.GUEST).values())
    for side, theirs in ((TalkSide.INVITER, GUESTS), (TalkSide.GUEST, INVITERS)):
        page = sides.responses(side)["get", sides._address(side, "")]
        now, future, guess = (Split.parse(theirs[kind]) for kind in TalkKind)
        for split in (now, future, guess):
            assert sentences.points_on(split, Purpose) in page
            assert "".join(f'<i class="cell is-{each}"></i>' for each in split.cells) in page
        for move in now.moves_to(future):
            assert sentences.shift(move) in page


@pytest.mark.django_db
@pytest.mark.parametrize("state", SECRET)
def test_whatever_the_other_side_answered_each_response_is_the_same(state):
    one = Sides(state)
    assert one.comparable(TalkSide.INVITER) == Sides(state, guests=OTHERS).comparable(
        TalkSide.INVITER
    )
    assert one.comparable(TalkSide.GUEST) == Sides(state, inviters=OTHERS).comparable(
        TalkSide.GUEST
    )


@pytest.mark.django_db
def test_a_page_does_differ_by_what_is_ones_own():
    one, other = Sides("answered"), Sides("answered", guests=OTHERS)
    assert one.comparable(TalkSide.GUEST) != other.comparable(TalkSide.GUEST)


@pytest.mark.django_db
def test_of_the_other_side_each_reads_only_whether_it_has_finished():
    """The inviter's page also says if nobody has started yet, since it shows the link then."""
    sides = Sides("started")
    talk = sides.made.talk

    def said(side: TalkSide) -> str:
        page = sides.clients[side].get(sides._address(side, "")).content.decode()
        line = re.search('<h2 id="share">.*?<p>(.*?)</p>', page, re.DOTALL)[1]
        return " ".join(re.sub("<[^>]+>", "", line).split())

    assert said(TalkSide.INVITER) == f"{LABEL} hasn't finished yet."
    assert said(TalkSide.GUEST) == "Anna hasn't finished yet."
    talk.answer(TalkSide.GUEST, TalkKind.NOW, Split.parse(GUESTS[TalkKind.NOW]))
    assert said(TalkSide.INVITER) == f"{LABEL} hasn't finished yet."
    talk.answer(TalkSide.GUEST, TalkKind.FUTURE, Split.parse(GUESTS[TalkKind.FUTURE]))
    assert said(TalkSide.INVITER) == f"{LABEL} has finished."
    talk.agree(TalkSide.GUEST)
    assert said(TalkSide.INVITER) == f"{LABEL} has finished."
    for kind, split in INVITERS.items():
        assert talk.answer(TalkSide.INVITER, kind, Split.parse(split))
    assert said(TalkSide.GUEST) == "Anna has finished."


@pytest.mark.django_db
def test_in_one_browser_the_guest_is_offered_nothing_of_who_is_signed_in_there(client):
    inviter = make_user()
    make_assessment(inviter, "9-0-0-0-1")
    make_goal(inviter, "0-9-0-0-1")
    made = make_talk(inviter, "started")
    client.force_login(inviter)
    mine = client.get(f"/talks/{made.talk.pk}/now/").content.decode()
    assert "?start=9-0-0-0-1" in mine
    for page in ("", "now/", "future/", "guess/"):
        theirs = client.get(f"/talk/{made.guest_key}/{page}").content.decode()
        assert "9-0-0-0-1" not in theirs
        assert "0-9-0-0-1" not in theirs
        assert "was 9" not in theirs


@pytest.mark.django_db
def test_the_inviters_address_is_never_shown():
    guest = Client()
    inviter = make_user("secret-address@example.org")
    for state in ("invited", "started", "answered", "open", "withdrawn", "expired"):
        made = make_talk(inviter, state)
        for path in [f"/talk/{made.guest_key}/{page}" for page in PAGES]:
            assert b"secret-address" not in guest.get(path).content
        assert b"secret-address" not in guest.get(f"/invitations/{made.invite_key}/").content


@pytest.mark.django_db
def test_points_that_come_too_late_change_nothing():
    sides = Sides("agreed")
    path = sides._address(TalkSide.INVITER, "now/")
    response = sides.clients[TalkSide.INVITER].post(path, points("0-0-0-0-10"))
    address = sides._address(TalkSide.INVITER, "")
    assert (response.status_code, response.url) == (303, f"{address}?unchanged")
    assert (
        str(talk_of(sides.made.talk).answered[TalkSide.INVITER][TalkKind.NOW])
        == INVITERS[TalkKind.NOW]
    )
    page = sides.clients[TalkSide.INVITER].get(response.url).content.decode()
    assert "What you just sent isn't saved." in page
    page = sides.clients[TalkSide.INVITER].get(address).content.decode()
    assert "What you just sent isn't saved." not in page

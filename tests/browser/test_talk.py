"""A talk of two people in two browsers, from the invitation to the shared result and the end."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.inspection import Inspection

INVITERS = ["7-0-2-1-0", "3-4-2-1-0", "1-1-1-1-6"]
GUESTS = ["0-1-3-0-6", "0-6-3-0-1", "2-2-2-2-2"]
PHONE = {"viewport": {"width": 390, "height": 800}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
MAX_PRESSES = 8


LONGEST = """
from purposeapp.models import User
from purposeapp.models.talk_answer import TalkKind
from tests.support.talks import make_talk
kinds = (TalkKind.NOW, TalkKind.FUTURE, TalkKind.GUESS)
make_talk(
    User.objects.get(email={email!r}),
    "open",
    name="W" * 40,
    label="W" * 40,
    inviters=dict(zip(kinds, ["3-0-4-0-3", "0-5-3-2-0", "4-4-0-0-2"])),
    guests=dict(zip(kinds, ["0-2-6-2-0", "3-3-1-0-3", "0-1-4-5-0"])),
)
"""


@pytest.fixture
def inviter(new_visitor):
    visitor = new_visitor(**DESKTOP)
    visitor.sign_up()
    return visitor


@pytest.fixture
def guest(new_visitor):
    """A visitor with a phone and without JavaScript."""
    return new_visitor(java_script_enabled=False, **PHONE)


class Presses:
    """Counts presses of buttons and links; typing into fields doesn't count."""

    def __init__(self, visitor) -> None:
        self.main = visitor.page.get_by_role("main")
        self.count = 0

    def press(self, name: str, role: str = "button") -> None:
        self.count += 1
        self.main.get_by_role(role, name=name, exact=True).last.click()


def invite(inviter, name: str = "Anna", label: str = "") -> str:
    """Create an invitation, and return its link."""
    page = inviter.page
    page.goto("/talks/")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Who it's for").fill(label)
    page.get_by_role("button", name="Create an invitation").click()
    page.wait_for_url("**/talks/*/?link=*")
    return page.locator("[data-link]").inner_text()


def answer(visitor, presses: Presses, splits: list[str]) -> None:
    """Spend ten points three times; each page leads to the next one."""
    for split in splits:
        visitor.type_points(split)
        presses.press("Save")


def expect_bars_of_one_width(page, count: int) -> None:
    """Expect all bars to be equally long, however long the labels beside them are."""
    widths = page.locator(".compare-side .bar").evaluate_all(
        "bars => bars.map(bar => Math.round(bar.getBoundingClientRect().width))"
    )
    assert len(widths) == count
    assert len(set(widths)) == 1, widths
    lines = page.locator("span.guess").evaluate_all("""(names) => names.map((name) => {
      const { height } = name.getBoundingClientRect();
      return Math.round(height / parseFloat(getComputedStyle(name).lineHeight));
    })""")
    assert lines == [1, 1]


def expect_both_pairs(visitor, *, first_line: str, questions: int) -> None:
    main = visitor.page.get_by_role("main")
    for kind, points in (("Now", "7"), ("Future", "3")):
        bar = main.get_by_role("img", name=f"{kind}: Business driven {points}")
        expect(bar).to_be_visible()
    for words in (
        "5 points from Vanity project to Community spirit",
        "4 points from Business driven to Community spirit",
    ):
        expect(main.get_by_text(words, exact=True)).to_be_visible()
    table = main.get_by_role("table", name="Points on each purpose, now and in the future")
    expect(table.get_by_role("row")).to_have_count(7)
    asked = main.get_by_role("region", name="Questions to talk about")
    expect(asked).to_contain_text(first_line)
    expect(asked.get_by_role("listitem")).to_have_count(questions)
    expect_bars_of_one_width(visitor.page, 6)


def test_from_the_link_to_both_pairs_in_a_few_presses(inviter, guest):
    link = invite(inviter)
    home = inviter.page.url.partition("?")[0]
    presses = Presses(guest)
    guest.page.goto(link)
    expect(guest.headline).to_have_text("Anna invites you to talk about the future")
    presses.press("Start")
    expect(guest.headline).to_have_text("A talk with Anna")
    address = guest.page.url
    presses.press("Begin with today", "link")
    answer(guest, presses, GUESTS)
    expect(guest.page.get_by_text("Anna hasn't finished yet.")).to_be_visible()
    presses.press("Agree to share my points")
    expect(guest.page.get_by_text("You've agreed to share your points")).to_be_visible()
    expect(guest.message).to_have_text("You've agreed. We're waiting for Anna.")
    assert guest.page.url == f"{address}?agreed"

    page = inviter.page
    page.goto(home)
    expect(page.get_by_text("Your guest has finished.")).to_be_visible()
    theirs = Presses(inviter)
    theirs.press("Begin with today", "link")
    answer(inviter, theirs, INVITERS)
    page.get_by_role("link", name="Write or change my note").click()
    page.get_by_label("Your note").fill("I'm tired of selling.")
    page.get_by_role("button", name="Save").click()
    theirs.press("Agree to share my points")
    expect_both_pairs(inviter, first_line="Ask your guest these questions.", questions=5)

    presses.count += 1
    guest.page.reload()
    expect_both_pairs(guest, first_line="Ask Anna these questions.", questions=4)
    expect(guest.page.get_by_text("I'm tired of selling.")).to_be_visible()
    assert presses.count <= MAX_PRESSES

    # It prints on one page.
    guest.page.get_by_role("link", name="Print it").click()
    expect(guest.headline).to_have_text("Two people, ten points each")
    guest.page.emulate_media(media="print")
    expect_bars_of_one_width(guest.page, 6)
    guest.page.emulate_media(media="null")
    for paper in ("A4", "Letter"):
        assert guest.page.pdf(format=paper).count(b"/Type /Page\n") == 1

    # One side withdraws: the answers are gone, and the other side is told.
    guest.expect_status(410)
    guest.page.goto(address)
    guest.page.get_by_role("link", name="Withdraw").click()
    guest.page.get_by_role("button", name="Withdraw").click()
    expect(guest.headline).to_have_text("You've withdrawn from this talk")
    page.reload()
    expect(page.get_by_text("Your guest has withdrawn.")).to_be_visible()


def test_the_longest_talk_fits_on_one_sheet(inviter, server):
    """It has four moves and six questions on each side, and the widest possible names."""
    server.run(LONGEST.format(email=inviter.email))
    inviter.page.goto("/talks/")
    inviter.page.get_by_role("main").get_by_role("link", name="W" * 40).click()
    questions = inviter.page.get_by_role("region", name="Questions to talk about")
    expect(questions.get_by_role("listitem")).to_have_count(6)
    inviter.page.get_by_role("link", name="Print it").click()
    for name in ("Questions for the guest", "Questions for " + "W" * 40):
        listed = inviter.page.get_by_role("region", name=name).get_by_role("listitem")
        expect(listed).to_have_count(6)
    for paper in ("A4", "Letter"):
        assert inviter.page.pdf(format=paper).count(b"/Type /Page\n") == 1


def test_points_that_are_not_sent_yet_are_there_after_a_reload(inviter, new_visitor):
    guest = new_visitor(**PHONE)
    guest.page.goto(invite(inviter))
    presses = Presses(guest)
    presses.press("Start")
    presses.press("Begin with today", "link")
    guest.type_points("4-3-2-0-0")
    guest.page.reload()
    guest.expect_points("4-3-2-0-0")
    expect(guest.page.get_by_text("We restored what you typed.")).to_be_visible()


def test_the_link_is_copied_with_one_press(inviter):
    link = invite(inviter)
    page = inviter.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert re.search(r"/invitations/[A-Za-z0-9_-]{22}/$", link)


def test_every_page_of_a_talk_can_be_read(inviter, new_visitor):
    guest = new_visitor(reduced_motion="reduce")
    inviter.expect_status(410, 422)
    guest.expect_status(410, 422)
    link = invite(inviter, "W" * 40, "M" * 40)
    home = inviter.page.url.partition("?")[0]
    theirs, mine = Inspection(guest, "guest"), Inspection(inviter, "inviter")
    mine.here("link")
    guest.page.goto(link)
    theirs.here("invitation")
    presses = Presses(guest)
    presses.press("Start")
    theirs.here("begin")
    presses.press("Begin with today", "link")
    guest.type_points("5-x-4-3-2")
    presses.press("Save")
    theirs.here("not-a-number")
    answer(guest, presses, GUESTS[:1])
    theirs.here("future")
    answer(guest, presses, GUESTS[1:2])
    theirs.here("guess")
    answer(guest, presses, GUESTS[2:])
    theirs.here("finished")
    presses.press("Agree to share my points")
    theirs.here("agreed")
    inviter.page.goto(f"{home}now/")
    answer(inviter, Presses(inviter), INVITERS)
    inviter.page.goto(f"{home}note/")
    inviter.page.get_by_label("Your note").fill("W" * 200)
    inviter.page.get_by_role("button", name="Save").click()
    mine.here("finished")
    Presses(inviter).press("Agree to share my points")
    mine.here("open")
    for page in ("note/", "sheet/", "withdraw/"):
        inviter.page.goto(home + page)
        mine.here(page)
    inviter.page.goto("/talks/")
    inviter.page.get_by_label("Your name").fill("anna@example.org")
    inviter.page.get_by_role("button", name="Create an invitation").click()
    mine.here("list")
    seat = guest.page.url
    guest.page.goto(link)
    theirs.here("in-use")
    inviter.page.goto(f"{home}withdraw/")
    inviter.page.get_by_role("button", name="Withdraw").click()
    guest.page.goto(seat)
    theirs.here("left")
    assert not [*theirs.faults, *mine.faults], "\n".join([*theirs.faults, *mine.faults])

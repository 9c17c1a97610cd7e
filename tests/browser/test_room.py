"""A host, a projector and twelve phones spend ten points in one room, and see its picture."""

import re
from http import HTTPStatus

import pytest
from playwright.sync_api import expect

from tests.support.inspection import Inspection

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PROJECTOR = {"width": 1920, "height": 1080}
LOW_PROJECTORS = [(1280, 800), (1280, 720), (1024, 768)]
PHONE = {"viewport": {"width": 390, "height": 800}, "is_mobile": True, "has_touch": True}

ANSWERS = [
    ("6-2-2-0-0", "3-4-3-0-0"), ("5-1-2-2-0", "3-3-3-1-0"), ("1-2-1-6-0", "2-4-3-1-0"),
    ("0-5-4-0-1", "0-6-4-0-0"), ("3-0-2-1-4", "3-2-3-0-2"), ("2-2-4-1-1", "1-4-4-1-0"),
    ("7-1-1-0-1", "4-3-3-0-0"), ("4-2-3-1-0", "3-3-4-0-0"), ("5-3-1-0-1", "3-4-2-0-1"),
    ("2-1-2-5-0", "3-3-3-1-0"), ("6-1-1-0-2", "4-3-2-0-1"), ("3-3-3-1-0", "2-4-3-1-0"),
]  # fmt: skip
WITHOUT_SCRIPTS = (2, 9)
RELOADS, RESCANS, TYPES_MEANWHILE, RESTARTED_AFTER = 3, 4, 6, 5

NEXT_POLL_MS, GIVEN_UP_MS, ANNOUNCED_MS = 6_000, 16_000, 5_000

STORED = """
from collections import Counter
from purposeapp.models import RoomAnswer
answers = Counter((answer.kind, str(answer.split)) for answer in RoomAnswer.objects.all())
expected = Counter(each for both in {answers} for each in zip(("now", "future"), both))
assert answers == expected, answers
"""

ANSWER = """
from purposeapp.models import Room, RoomAnswer
from purposeapp.split import Split
room = Room.objects.get(code={code!r})
for number in {seats}:
    split = Split.parse("6-2-2-0-0")
    assert RoomAnswer.objects.store(room.pk, seat=str(number), kind="now", split=split)
"""


class Phone:
    """A participant who joins by phone, without an account."""

    def __init__(self, visitor, now: str, future: str) -> None:
        self.visitor, self.page = visitor, visitor.page
        self.now, self.future = now, future

    def spend(self, split: str) -> None:
        self.visitor.type_points(split)
        self.go_on()

    def go_on(self) -> None:
        self.page.get_by_role("main").get_by_role("button", name="Continue").last.click()

    def expect_own_result(self) -> None:
        main = self.page.get_by_role("main")
        expect(main.get_by_role("heading", name="Your own result")).to_be_visible()
        for kind, split in (("Now", self.now), ("Future", self.future)):
            points = split.partition("-")[0]
            words = re.compile(
                f"{kind}: .*Business driven {points}" if int(points) else f"{kind}: "
            )
            expect(main.get_by_role("img", name=words)).to_be_visible()
        expect(main.get_by_role("region", name="What to do next")).to_be_visible()

    def expect_waiting(self) -> None:
        expect(self.page.get_by_role("region", name="Waiting for the room")).to_be_visible()

    def expect_picture(self) -> None:
        table = self.page.get_by_role("table", name="The average points of the room")
        expect(table.get_by_role("row")).to_have_count(6)
        expect(table.get_by_role("row", name="Business driven")).to_contain_text("3.7")


@pytest.fixture
def host(new_visitor):
    visitor = new_visitor(**DESKTOP)
    visitor.page.clock.install()
    visitor.sign_up()
    return visitor


def open_room(host) -> str:
    """Create a room through the page and open it; return its code."""
    page, main = host.page, host.page.get_by_role("main")
    page.goto("/rooms/")
    main.get_by_label("Name of the room").fill("Our team")
    main.get_by_role("button", name="Create the room").click()
    main.get_by_role("button", name="Open the room").click()
    expect(main.get_by_role("heading", name="No answers yet.")).to_be_visible()
    return page.locator(".room-code").inner_text().split()[-1]


@pytest.fixture
def join(new_visitor):
    """A function that returns a phone which has opened a room and, by default, answered there."""

    def join(code: str, number: int = 0, *, is_done: bool = True) -> Phone:
        phone = Phone(new_visitor(**PHONE), *ANSWERS[number])
        phone.page.clock.install()
        phone.page.goto(f"/r/{code}/")
        if is_done:
            phone.spend(phone.now)
            phone.spend(phone.future)
            phone.expect_waiting()
        return phone

    return join


def let_poll(*pages) -> None:
    """Put the pages' clocks forward to their next poll.

    Where that comes too early, as for a worker that still knows the room of a second ago, another
    poll follows on its own.
    """
    for page in pages:
        page.clock.fast_forward(NEXT_POLL_MS)


def is_not_found(response) -> bool:
    return response.status == HTTPStatus.NOT_FOUND


def open_screen(host):
    """Open the projector's page beside the host's own, and return it."""
    with host.page.context.expect_page() as opened:
        host.page.get_by_role("link", name="Open the screen page").click()
    opened.value.wait_for_url("**/screen/")
    return opened.value


def test_a_ticked_box_has_the_colour_of_the_buttons(visitor):
    visitor.sign_up()
    visitor.page.goto("/rooms/")
    main = visitor.page.get_by_role("main")
    button = main.get_by_role("button", name="Create the room")
    colour = button.evaluate("button => getComputedStyle(button).backgroundColor")
    box = main.get_by_label("Ask for the future too")
    expect(box).to_be_checked()
    expect(box).to_have_css("appearance", "auto")
    expect(box).to_have_css("accent-color", colour)


def test_twelve_phones_a_projector_and_a_restart(new_visitor, server, host):
    code = open_room(host)
    host.expect_status(0)
    inspection = Inspection(host, "room")
    screen = open_screen(host)
    screen.set_viewport_size(PROJECTOR)
    expect(screen.get_by_text(code)).to_be_visible()
    expect(screen.get_by_role("img", name="The address of this room as a QR code")).to_be_visible()
    expect(screen.get_by_text("No answers yet.")).to_be_visible()

    phones = []
    for number, (now, future) in enumerate(ANSWERS):
        options = {"java_script_enabled": number not in WITHOUT_SCRIPTS, **PHONE}
        phone = Phone(new_visitor(**options), now, future)
        phone.visitor.expect_status(0)
        if number not in WITHOUT_SCRIPTS:
            phone.page.clock.install()
        phones.append(phone)
        if number % 2:
            phone.page.goto(f"/r/{code}/")  # as from the QR code
        else:
            phone.page.goto("/join/")
            phone.page.get_by_label("Code").fill(code.lower())
            phone.page.get_by_role("button", name="Join").click()
        if number == TYPES_MEANWHILE:
            phone.visitor.type_points(now)
            server.stop()
            server.start()
            phone.go_on()
        else:
            phone.spend(now)
        expect(phone.visitor.headline).to_have_text("Your ten points in the future")
        if number == RELOADS:
            phone.page.reload()
        if number == RESCANS:
            phone.page.goto(f"/r/{code}/")
            expect(phone.visitor.headline).to_have_text("Your ten points in the future")
        phone.spend(future)
        phone.expect_waiting()
        phone.expect_own_result()

    let_poll(screen)
    # Before the reveal, only the number of answers shows, also to the host and on the projector.
    expect(
        host.page.get_by_role("heading", name="12 answers. Are there 12 of you?")
    ).to_be_visible()
    expect(screen.get_by_role("region", name="Answers so far")).to_contain_text("12 answers.")
    expect(screen.get_by_role("table")).to_have_count(0)
    for number in (RELOADS, RESCANS, *WITHOUT_SCRIPTS):
        phones[number].page.goto(f"/r/{code}/")  # scanned again
        phones[number].expect_waiting()
        phones[number].expect_own_result()
    server.run(STORED.format(answers=ANSWERS))
    inspection.here("open")

    host.page.get_by_text("Reveal the picture", exact=True).click()
    host.page.get_by_role("button", name="Reveal it now").click()
    expect(host.page.get_by_role("heading", name="The picture is out")).to_be_visible()
    let_poll(screen)
    table = screen.get_by_role("table", name="The average points of the room")
    expect(table.get_by_role("row", name="Business driven")).to_contain_text("3.7")
    expect(screen.get_by_text(code)).to_be_visible()
    screen.locator("h1 bdi").evaluate(
        "name => { name.textContent = 'Our very long name. '.repeat(4) }"
    )
    for width, height in [*LOW_PROJECTORS, tuple(PROJECTOR.values())]:
        screen.set_viewport_size({"width": width, "height": height})
        below = screen.evaluate("document.documentElement.scrollHeight - innerHeight")
        assert below == 0, f"{below} px are out of sight at {width} by {height} px"
        # To be read from the last row: the shift first.
        sizes = {
            name: screen.locator(name).evaluate_all(
                "all => Math.min(...all.map(each => parseFloat(getComputedStyle(each).fontSize)))"
            )
            for name in (".room-shift li", ".room-table td", ".room-groups li", ".room-notes p")
        }
        least = {".room-shift li": 21, ".room-table td": 20, ".room-groups li": 20}
        assert all(size >= least.get(name, 17) for name, size in sizes.items()), sizes
    expect(screen.get_by_role("img", name="QR code")).to_have_count(0)
    scripted = [phone for n, phone in enumerate(phones) if n not in WITHOUT_SCRIPTS]
    let_poll(*(phone.page for phone in scripted))
    for phone in scripted:
        phone.expect_picture()
        phone.expect_own_result()
    lines = (
        phones[0]
        .page.locator(".room-table tr > :last-child")
        .evaluate_all("""(cells) =>
      cells.map((cell) => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        return new Set([...text.getClientRects()].map((line) => Math.round(line.top))).size;
      })""")
    )
    assert lines == [2, 1, 1, 1, 1, 1]  # "Half of you" and "1 to 6"
    for inspection.page, name in (
        (host.page, "revealed"),
        (screen, "screen"),
        (phones[0].page, "phone"),
    ):
        inspection.here(name)
    for number in WITHOUT_SCRIPTS:  # by now they have refreshed themselves
        phones[number].expect_picture()
        phones[number].expect_own_result()

    # One press and an account, and the person's own answer is in their history.
    keeper = phones[0].visitor
    keeper.page.get_by_role("button", name="Save to my history").click()
    keeper.fill_credentials()
    keeper.page.get_by_role("main").get_by_role("button", name="Sign up").click()
    keeper.page.wait_for_url("**/history/*-*/")
    expect(keeper.headline).to_have_text("Mainly business driven (60%)")

    host.page.get_by_role("main").locator("summary", has_text="End the room").click()
    host.page.get_by_role("button", name="End the room").click()
    expect(host.page.get_by_text("its answers have been deleted").first).to_be_visible()
    server.run(STORED.format(answers=[]))
    phones[1].page.reload()
    phones[1].expect_picture()
    phones[1].expect_own_result()
    assert not inspection.faults, "\n".join(inspection.faults)


def test_what_somebody_reads_stays_where_it_is_while_the_room_changes(join, host):
    """An open details element, the focus and the scroll position survive each poll."""
    code = open_room(host)
    first, second = join(code), join(code, 1, is_done=False)
    more = first.page.locator("details.more").first
    more.locator("summary").click()
    expect(more).to_have_attribute("open", "")
    second.spend(second.now)
    let_poll(first.page)
    expect(
        first.page.get_by_role("region", name="Waiting").get_by_text("2 answers")
    ).to_be_visible()
    expect(more).to_have_attribute("open", "")
    expect(more.locator("summary")).to_be_focused()
    first.page.clock.fast_forward(ANNOUNCED_MS)
    expect(first.page.locator("[aria-live=polite]")).to_contain_text("2 answers")


def test_whoever_loses_the_network_reads_so_and_is_back_by_themselves(join, host):
    code = open_room(host)
    first, second = join(code), join(code, 1, is_done=False)
    lost = first.page.get_by_text("No connection. We'll keep trying.")
    expect(lost).to_have_count(0)
    first.visitor.expect_status(0)
    first.page.context.set_offline(True)
    for _ in range(2):
        with first.page.expect_event("requestfailed"):
            first.page.clock.fast_forward(NEXT_POLL_MS)
    expect(lost).to_be_visible()
    second.spend(second.now)
    first.page.context.set_offline(False)
    with first.page.expect_response("**/result/"):
        first.page.clock.fast_forward(NEXT_POLL_MS)
    expect(lost).to_have_count(0)
    waiting = first.page.get_by_role("region", name="Waiting")
    expect(waiting.get_by_text("2 answers")).to_be_visible()


def test_a_poll_that_never_ends_is_given_up(join, host):
    """As after a phone was locked, or has changed its network."""
    code = open_room(host)
    first, second = join(code), join(code, 1, is_done=False)
    first.visitor.expect_status(0)
    first.page.route("**/result/", lambda route: None, times=1)  # no answer, ever
    with first.page.expect_request("**/result/"):
        first.page.clock.fast_forward(NEXT_POLL_MS)
    second.spend(second.now)
    with first.page.expect_event("requestfailed"):
        first.page.clock.fast_forward(GIVEN_UP_MS)
    with first.page.expect_response("**/result/"):
        first.page.clock.fast_forward(NEXT_POLL_MS)
    waiting = first.page.get_by_role("region", name="Waiting")
    expect(waiting.get_by_text("2 answers")).to_be_visible()


def test_the_focus_of_the_host_stays_while_people_answer(server, host):
    code = open_room(host)
    page = host.page
    server.run(ANSWER.format(code=code, seats=range(5)))
    let_poll(page)
    page.get_by_text("Reveal the picture", exact=True).click()
    reveal = page.get_by_role("button", name="Reveal it now")
    reveal.focus()
    server.run(ANSWER.format(code=code, seats=range(5, 7)))
    let_poll(page)
    expect(page.get_by_role("heading", name="7 answers. Are there 7 of you?")).to_be_visible()
    expect(page.get_by_text("7 answers. Reveal the picture now?")).to_be_visible()
    expect(reveal).to_be_focused()
    # What is pressed is not taken from under the finger.
    reveal.hover()
    page.mouse.down()
    with page.expect_response(lambda response: response.status == HTTPStatus.OK):
        server.run(ANSWER.format(code=code, seats=range(7, 8)))
        let_poll(page)
    page.mouse.up()
    expect(page.get_by_role("heading", name="The picture is out")).to_be_visible()


def test_the_picture_takes_its_place_and_leaves_the_rest_as_it_is(join, server, host):
    """What is open, focused and in sight stays so, also when the room ends."""
    code = open_room(host)
    page = join(code).page
    own, more = page.locator(".room-own"), page.locator("details.more").first
    more.locator("summary").click()
    own.evaluate("own => own.classList.add('untouched')")
    more.locator("summary").evaluate("summary => summary.scrollIntoView({ block: 'center' })")
    top = more.bounding_box()["y"]
    announced = page.locator("[aria-live=polite]")
    for act, said in (("reveal", "The picture of your room is here."), ("end", None)):
        seats = range(5) if act == "reveal" else ()
        server.run(ANSWER.format(code=code, seats=seats) + f"assert room.{act}()")
        let_poll(page)
        expect(page.get_by_role("heading", name="Your room")).to_be_attached()
        if said:
            expect(announced).to_have_text(said)
        else:
            expect(page.get_by_text("The room has ended. Nobody can join it")).to_be_attached()
        expect(own).to_have_class(re.compile("untouched"))
        expect(more).to_have_attribute("open", "")
        expect(more.locator("summary")).to_be_focused()
        assert abs(more.bounding_box()["y"] - top) <= 1
        expect(page.get_by_role("link", name="Edit my current points")).to_have_count(0)
    expect(page.locator("[data-live]")).to_have_count(0)


def test_a_focus_that_has_lost_its_place_stays_in_the_page(join, server, host):
    code = open_room(host)
    phone = join(code)
    edit = phone.page.get_by_role("link", name="Edit my current points")
    edit.focus()
    server.run(ANSWER.format(code=code, seats=range(5)) + "assert room.reveal()")
    let_poll(phone.page)
    expect(edit).to_have_count(0)
    expect(phone.page.get_by_role("main")).to_be_focused()


def test_the_projector_forgets_nothing_of_who_is_signed_in(host):
    """Its page has no header, and so neither a menu nor a way to sign in."""
    open_room(host)
    screen = open_screen(host)
    expect(screen.get_by_text("No answers yet.")).to_be_visible()
    host.page.goto("/privacy/")
    banner = host.page.get_by_role("banner")
    expect(banner.get_by_role("link", name="Your account")).to_be_visible()


def test_where_a_room_is_deleted_what_is_shown_stays(join, server, host):
    """On the projector too: another page of the site would show whose account it is."""
    code = open_room(host)
    phone = join(code)
    screen = open_screen(host)
    expect(screen.get_by_text(code)).to_be_visible()
    phone.visitor.expect_status(404)
    host.expect_status(404)
    with (
        phone.page.expect_response(is_not_found),
        screen.expect_response(is_not_found),
        host.page.expect_response(is_not_found),
    ):
        server.run("from purposeapp.models import Room\nRoom.objects.all().delete()")
        let_poll(phone.page, host.page)  # the host's clock is the projector's too
    phone.expect_own_result()
    expect(screen.get_by_text(code)).to_be_visible()
    expect(screen.get_by_text(host.email)).to_have_count(0)


def test_who_answered_on_two_phones_deletes_one_of_the_answers(join, host):
    code = open_room(host)
    screen = open_screen(host)
    for width, height in LOW_PROJECTORS:  # before the first answer, what to do is large
        screen.set_viewport_size({"width": width, "height": height})
        below = screen.evaluate("document.documentElement.scrollHeight - innerHeight")
        assert below == 0, f"{below} px are out of sight at {width} by {height} px"
        size = screen.locator(".room-todo").evaluate("each => getComputedStyle(each).fontSize")
        assert float(size.removesuffix("px")) >= 24
    phone = [join(code, number) for number in range(2)][-1]
    let_poll(screen)
    expect(screen.get_by_role("region", name="Answers so far")).to_contain_text("2 answers.")
    for width, height in LOW_PROJECTORS:
        screen.set_viewport_size({"width": width, "height": height})
        below = screen.evaluate("document.documentElement.scrollHeight - innerHeight")
        assert below == 0, f"{below} px are out of sight at {width} by {height} px"
        # To be read from the last row: as large as the address below the code.
        sizes = screen.locator(".room-now p, .room-address").evaluate_all(
            "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"
        )
        assert min(sizes) >= 17
    phone.page.get_by_role("link", name="Delete my answer").click()
    phone.page.get_by_role("button", name="Delete my answer").click()
    expect(phone.visitor.headline).to_have_text("Your answer is deleted")
    let_poll(screen)  # the host's page has the same clock
    expect(host.page.get_by_role("heading", name="1 answer so far.")).to_be_visible()
    expect(screen.get_by_role("region", name="Answers so far")).to_contain_text("1 answer so far.")


REVEALED = """
from purposeapp.models import Room, RoomAnswer
from purposeapp.split import Split
room = Room.objects.get(code="{code}", state="open")
for seat in "abcde":
    RoomAnswer.objects.store(room.pk, seat=seat, kind="now", split=Split.parse("6-2-2-0-0"))
assert room.reveal()
"""


def test_a_table_that_is_too_wide_is_scrolled_by_keyboard(server, host):
    server.run(REVEALED.format(code=open_room(host)))
    let_poll(host.page)
    host.page.set_viewport_size({"width": 390, "height": 800})
    host.page.evaluate("document.documentElement.style.fontSize = '300%'")
    table = host.page.get_by_role("group", name="The average points of the room on each purpose")
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")
    table.focus()
    host.page.keyboard.press("ArrowRight")
    host.page.wait_for_function("table => table.scrollLeft > 0", arg=table.element_handle())


def test_a_long_name_leaves_room_for_the_way_in_without_javascript(server, host, new_visitor):
    code = open_room(host)
    name = "A workshop for everyone who works in Accounting, Purchasing, Sales and Support!"
    server.run(ANSWER.format(code=code, seats=range(3)) + f"room.title = {name!r}; room.save()")
    screen = open_screen(host)
    plain = new_visitor(java_script_enabled=False)
    plain.page.context.add_cookies(host.page.context.cookies())
    for width, height in LOW_PROJECTORS:
        plain.page.set_viewport_size({"width": width, "height": height})
        plain.page.goto(screen.url)
        link = plain.page.locator(".room-screen noscript a").bounding_box()
        assert link["y"] + link["height"] <= height


def test_the_bars_of_a_room_without_the_future_take_the_place_there_is(server, host):
    server.run(REVEALED.format(code=open_room(host)))
    let_poll(host.page)
    expect(host.page.get_by_role("heading", name="The picture is out")).to_be_visible()
    table = host.page.get_by_role("table", name="The average points of the room")
    for width in (360, 1280):
        host.page.set_viewport_size({"width": width, "height": 800})
        share = table.evaluate(
            "table => table.querySelector('.room-bar').clientWidth / table.clientWidth"
        )
        assert share > 0.6

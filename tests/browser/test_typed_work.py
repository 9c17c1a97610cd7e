"""Typed input survives in a browser, and is never shown to the next person who uses it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.visitor import ASSESSMENT, Visitor

RESTORED = "We restored what you typed."
KEPT = "We kept what you typed before you signed in. It isn't saved yet."
NOTE = "First line\nSecond line"


class Form:
    """A form, with one of its fields, the text to type into it, and the button that sends it."""

    def __init__(self, name: str, path: str, field: str, text: str, send: str) -> None:
        self.name, self.path, self.field, self.text, self.send = name, path, field, text, send

    def input(self, page: Page):
        return page.locator(f"main [name='{self.field}']")

    def type(self, page: Page) -> None:
        self.input(page).fill(self.text)

    def expect_typed(self, page: Page) -> None:
        expect(self.input(page)).to_have_value(self.text)

    def press_send(self, page: Page) -> None:
        page.get_by_role("main").get_by_role("button", name=self.send, exact=True).last.click()


FORMS = [
    Form("points", "/", "business_driven", "7", "Show my result"),
    Form("what-if", "/try/", "business_driven", "7", "Show result"),
    Form("goal", "/goal/", "wanted_by", "2031-01-01", "Save goal"),
    Form("paper", "/history/add/", "note", NOTE, "Add to my history"),
    Form("note", "{assessment}", "note", NOTE, "Save"),
    Form("reminder", "/reminders/", "date", "2001-01-01", "Save"),
]


@pytest.fixture
def member(visitor: Visitor) -> Visitor:
    visitor.sign_up()
    visitor.assessment = visitor.record("2-2-2-2-2")
    return visitor


def open_form(member: Visitor, form: Form) -> None:
    member.page.goto(form.path.format(assessment=member.assessment))
    if form.name == "reminder":
        member.page.get_by_label("Once, on a date I choose").check()


def end_session(member: Visitor, server) -> None:
    server.run(
        "from purposeapp.models import Session\n"
        f"Session.objects.filter(user__email={member.email!r}).delete()"
    )


def go_on_after_sign_in(member: Visitor) -> None:
    member.page.wait_for_url("**/accounts/login/**")
    member.fill_credentials()
    member.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    member.page.wait_for_url(lambda url: "/accounts/" not in url)


def reload(member: Visitor, form: Form, server) -> None:
    member.page.reload()


def back_and_forward(member: Visitor, form: Form, server) -> None:
    page, here = member.page, member.page.url
    page.goto("/privacy/")
    page.go_back()
    form.expect_typed(page)
    page.go_back()
    page.go_forward()
    expect(page).to_have_url(here)


def answer_once(member: Visitor, form: Form, status: int, body: str, title: str) -> None:
    """Submit the form once with this response in place of the server's."""
    page = member.page
    member.expect_status(status)

    def answer(route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        return route.fulfill(status=status, content_type="text/html", body=body)

    page.route("**/*", answer)
    form.press_send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.unroute("**/*")


def a_503_in_between(member: Visitor, form: Form, server) -> None:
    """A 503 page as from a proxy, without our scripts."""
    answer_once(member, form, 503, "<h1>Away</h1>", "Away")
    member.page.go_back()


def a_429_in_between(member: Visitor, form: Form, server) -> None:
    """A 429 with one of our own pages."""
    here = member.page.url
    answer_once(member, form, 429, member.page.request.get("/nothing/").text(), "Page not found")
    member.page.goto(here)


def the_session_ended_and_a_reload(member: Visitor, form: Form, server) -> None:
    here = member.page.url
    end_session(member, server)
    member.page.reload()
    if "/accounts/" in member.page.url:
        go_on_after_sign_in(member)
    else:
        member.sign_in()
        member.page.goto(here)


def out_and_in_elsewhere_and_a_reload(member: Visitor, form: Form, server) -> None:
    first, second = member.page, member.page.context.new_page()
    member.page = second
    member.sign_out()
    member.sign_in_by_hand()
    member.page = first
    first.reload()


INTERRUPTIONS = [
    reload,
    pytest.param(back_and_forward, marks=pytest.mark.whole_browser),
    pytest.param(a_503_in_between, marks=pytest.mark.whole_browser),
    a_429_in_between,
    the_session_ended_and_a_reload,
    out_and_in_elsewhere_and_a_reload,
]


@pytest.mark.parametrize("interruption", INTERRUPTIONS, ids=lambda each: each.__name__)
def test_what_was_typed_is_there_again(member: Visitor, server, interruption):
    for form in FORMS:
        open_form(member, form)
        form.type(member.page)
        interruption(member, form, server)
        form.expect_typed(member.page)
        # The page doesn't say so if the browser itself or the server restored it.
        if member.page.get_by_text(RESTORED).count():
            member.page.get_by_role("button", name="Discard").click()
            expect(form.input(member.page)).not_to_have_value(form.text)
            member.page.reload()
            expect(member.page.get_by_text(RESTORED)).to_have_count(0)


def test_a_draft_is_gone_once_it_was_sent(member: Visitor):
    page = member.page
    for form in FORMS:
        open_form(member, form)
        form.type(page)
        if form.name in ("points", "what-if", "goal", "paper"):
            member.type_points("7-3-0-0-0")
        if form.name == "paper":
            page.locator("[name='taken_on']").fill("2026-03-01")
        if form.name == "reminder":
            page.get_by_label("Every 3 months").check()
        form.press_send(page)
        expect(page.get_by_role("alert")).to_have_count(0)
        page.wait_for_load_state()
        assert page.evaluate("Object.keys(sessionStorage).filter(k => k.startsWith('draft'))") == []
        open_form(member, form)
        expect(page.get_by_text(RESTORED)).to_have_count(0)


@pytest.mark.whole_browser
def test_back_to_a_page_with_errors_shows_that_page(member: Visitor):
    page = member.page
    member.expect_status(422)
    for form in FORMS[:4]:
        open_form(member, form)
        form.type(page)
        form.press_send(page)
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        page.goto("/privacy/")
        page.go_back()
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        form.expect_typed(page)


def test_what_was_typed_waits_for_the_sign_in_and_is_then_sent(member: Visitor, server):
    page, note = member.page, FORMS[4]
    open_form(member, note)
    note.type(page)
    end_session(member, server)
    note.press_send(page)
    expect(page.get_by_text("We kept what you typed.")).to_be_visible()
    member.shot("kept-sign-in")
    go_on_after_sign_in(member)
    expect(page.get_by_text(KEPT)).to_be_in_viewport()
    expect(page.get_by_text(RESTORED)).to_have_count(0)
    note.expect_typed(page)
    member.shot("kept")
    note.press_send(page)
    expect(member.message).to_have_text("Your note is saved.")
    note.expect_typed(page)
    expect(page.get_by_text(KEPT)).to_have_count(0)
    expect(page.get_by_text(RESTORED)).to_have_count(0)


def test_what_waited_and_is_discarded_does_not_come_back(member: Visitor, server):
    page, note = member.page, FORMS[4]
    open_form(member, note)
    note.type(page)
    end_session(member, server)
    note.press_send(page)
    go_on_after_sign_in(member)
    page.get_by_role("button", name="Discard").click()
    expect(note.input(page)).to_have_value("")
    expect(page.get_by_text(KEPT)).to_have_count(0)
    page.reload()
    expect(note.input(page)).to_have_value("")


def test_discarding_one_form_keeps_what_is_typed_in_another_one(member: Visitor, server):
    page, note = member.page, FORMS[4]
    page.goto("/history/add/")
    member.type_points("7-3-0-0-0")
    page.locator("[name='taken_on']").fill("2026-03-01")
    page.get_by_role("button", name="Add to my history").last.click()
    page.wait_for_url(ASSESSMENT)
    day = page.locator("#day [name='taken_on']")
    day.fill("2026-02-02")
    note.type(page)
    end_session(member, server)
    note.press_send(page)
    go_on_after_sign_in(member)
    kept = page.locator("form").filter(has_text=KEPT)
    note.expect_typed(page)
    expect(day).to_have_value("2026-02-02")
    kept.get_by_role("button", name="Discard").click()
    expect(kept).to_have_count(0)
    expect(note.input(page)).to_have_value("")
    expect(day).to_have_value("2026-02-02")


def test_nothing_shows_to_the_next_person_on_the_same_browser(member: Visitor, server):
    page = member.page
    first, other = member.email, f"next-{member.email}"
    for form in FORMS:
        open_form(member, form)
        form.type(page)
        page.goto("/privacy/")
    kept = "Object.keys(sessionStorage).filter(k => k.startsWith('draft')).length"
    assert page.evaluate(kept) == len(FORMS)
    # The session expires: the draft is kept for this person, and for nobody else.
    end_session(member, server)
    page.goto("/")
    expect(FORMS[0].input(page)).to_have_value("0")
    member.email = other
    member.sign_up()
    member.assessment = member.record("0-0-0-0-10")
    assert page.evaluate(kept) == 0
    for form in FORMS:
        open_form(member, form)
        expect(form.input(page)).not_to_have_value(form.text)
        form.type(page)
    # Signing out discards all drafts.
    member.sign_out()
    assert page.evaluate(kept) == 0
    member.email = first
    member.sign_in()
    for path in ("/", "/goal/", "/reminders/", "/history/add/"):
        page.goto(path)
        expect(page.get_by_text(RESTORED)).to_have_count(0)


def test_sign_out_in_another_tab_ends_the_drafts_of_this_one(member: Visitor, server):
    page, note = member.page, FORMS[4]
    open_form(member, note)
    note.type(page)
    member.page = page.context.new_page()
    member.sign_out()
    page.reload()
    page.wait_for_url("**/accounts/login/**")
    drafts = "Object.keys(sessionStorage).filter(k => k.startsWith('draft')).length"
    assert page.evaluate(drafts) == 0
    assert "First line" not in page.content()


def test_a_page_of_somebody_else_is_not_taken_and_not_shown(member: Visitor, server):
    """One tab still shows the first person's form while the next person signs in in another one."""
    member.expect_status(403, 404)
    page, note = member.page, FORMS[4]
    open_form(member, note)
    note.type(page)
    first = member.assessment
    member.page = page.context.new_page()
    member.sign_out()
    member.email = f"next-{member.email}"
    member.sign_up()
    note.press_send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This form belongs to another account"
    )
    page.goto(first)
    expect(page.locator("body")).not_to_contain_text("First line")


@pytest.mark.parametrize("javascript", [True, False])
def test_whoever_follows_sign_up_half_way_through_goes_on_where_they_were(new_visitor, javascript):
    visitor = new_visitor(java_script_enabled=javascript)
    page = visitor.page
    page.goto("/")
    visitor.field("Business driven").fill("4")
    visitor.field("Community spirit").fill("3")
    page.get_by_role("button", name="sign up", exact=True).click()
    page.wait_for_url("**/accounts/signup/**")
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(re.compile(r"/$"))
    visitor.expect_points("4-3-0-0-0")
    visitor.expect_status_line("3 of 10 points left")
    visitor.shot("sign-up-half-way")


def test_the_sign_in_of_the_header_takes_the_points_along(member: Visitor):
    page = member.page
    member.sign_out()
    page.goto("/")
    member.add("Business driven")
    member.add("Business driven")
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    member.fill_credentials()
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/history/")
    page.goto("/")
    expect(page.get_by_text(RESTORED)).to_be_visible()
    member.expect_points("2-0-0-0-0")
    member.expect_status_line("8 of 10 points left")
    member.shot("restored")


def test_a_visitors_points_are_gone_for_whoever_opens_the_site_anew(visitor: Visitor):
    page = visitor.page
    page.goto("/")
    visitor.add("Business driven")
    page.get_by_role("link", name="Privacy").click()
    page.get_by_role("banner").get_by_role("link", name="Five Purposes", exact=True).click()
    visitor.expect_points("1-0-0-0-0")
    page.reload()
    visitor.expect_points("1-0-0-0-0")
    page.goto("/")
    visitor.expect_points("0-0-0-0-0")
    page.reload()
    visitor.expect_points("0-0-0-0-0")


def test_sign_up_keeps_the_address_and_never_the_password(visitor: Visitor):
    page = visitor.page
    page.goto("/accounts/signup/")
    visitor.fill_credentials()
    page.reload()
    expect(page.get_by_label("Email")).to_have_value(visitor.email)
    expect(page.get_by_role("textbox", name="Password")).to_have_value("")
    assert visitor.password not in page.evaluate("JSON.stringify({...sessionStorage})")
    page.get_by_role("textbox", name="Password").fill(visitor.password)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/history/")
    assert visitor.email not in page.evaluate("JSON.stringify({...sessionStorage})")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_tip_typed_in_the_admin_is_there_again(new_visitor, server, javascript):
    visitor = new_visitor(java_script_enabled=javascript)
    page = visitor.page
    server.make_superuser(visitor.email, visitor.password)
    visitor.sign_in()
    page.goto("/admin/purposeapp/tip/add/")
    text = f"Ask one good question{' a week' if javascript else ''}."
    page.get_by_label("Text").fill(text)
    if javascript:
        page.reload()
        expect(page.get_by_label("Text")).to_have_value(text)
        expect(page.get_by_text(RESTORED)).to_be_visible()
    end_session(visitor, server)
    page.get_by_role("button", name="Save", exact=True).click()
    go_on_after_sign_in(visitor)
    page.goto("/admin/purposeapp/tip/add/")
    expect(page.get_by_label("Text")).to_have_value(text)
    expect(page.get_by_text(KEPT)).to_be_visible()
    visitor.shot("admin-restored")
    page.get_by_label("Purpose").select_option("Learning sponge")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/purposeapp/tip/")
    page.goto("/admin/purposeapp/tip/add/")
    expect(page.get_by_label("Text")).to_have_value("")


@pytest.mark.whole_browser
def test_without_javascript_the_browser_brings_back_what_was_typed(new_visitor):
    visitor = new_visitor(java_script_enabled=False)
    page = visitor.page
    page.goto("/")
    visitor.field("Business driven").fill("4")
    page.goto("/privacy/")
    page.go_back()
    visitor.expect_points("4-0-0-0-0")

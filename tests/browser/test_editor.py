"""Editors maintain the tips, superusers appoint editors, and nobody else gets in."""

import json
import time

import pytest
from playwright.sync_api import expect

from tests.support.inspection import TOO_WIDE, axe_report
from tests.support.visitor import Visitor

ADMIN = "/admin/purposeapp/tip/"

EDITOR = """
from django.contrib.auth.models import Group
from purposeapp.accounts import groups
from purposeapp.models import User
editor = User.objects.create_user({email!r}, {password!r}, is_staff=True)
editor.groups.add(Group.objects.get(name=groups.GROUP))
"""


@pytest.fixture
def superuser(new_visitor, server):
    visitor = new_visitor()
    server.make_superuser(visitor.email, visitor.password)
    visitor.sign_in()
    return visitor


@pytest.fixture
def new_editor(new_visitor, server):
    """A function that makes an editor, who is signed in."""

    def new_editor(**options) -> Visitor:
        editor = new_visitor(**options)
        server.run(EDITOR.format(email=editor.email, password=editor.password))
        editor.sign_in()
        return editor

    return new_editor


def appoint(superuser: Visitor, editor: Visitor) -> None:
    """Make an editor as a superuser does: an account, "staff", the group."""
    page = superuser.page
    page.goto("/admin/purposeapp/user/add/")
    page.get_by_label("Email:").fill(editor.email)
    page.locator("#id_password1").fill(editor.password)
    page.locator("#id_password2").fill(editor.password)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Staff status").check()
    page.locator("#id_groups_from").select_option(label="Tip editors")
    page.get_by_role("link", name="Choose selected groups").or_(
        page.get_by_role("button", name="Choose selected groups")
    ).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def look_with_axe(page, *schemes: str) -> None:
    """Expect no violation, in each of these colour schemes if there are any."""
    for scheme in schemes or (None,):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("Promise.all(document.getAnimations().map((change) => change.finished))")
        report = axe_report(page, preload=False)
        assert report is None, (scheme, report)


def look_at_links_in_message(page) -> None:
    """Assert that links in a message contrast as well as its text, which axe can't tell.

    An icon is behind both.
    """
    message = page.locator(".messagelist li")
    ink = message.evaluate("(message) => getComputedStyle(message).color")
    for link in message.get_by_role("link").all():
        expect(link).to_have_css("color", ink)
        expect(link).to_have_css("text-decoration-line", "underline")


def expect_on_the_result_page(page, text: str, split: str = "0-0-0-0-10", there: bool = True):
    """Expect the text on the page, if need be after a moment: workers poll for changed tips."""
    deadline = time.monotonic() + 30
    while (text in page.goto(f"/splits/{split}/").text()) != there:
        assert time.monotonic() < deadline, f"the result page does not change: {text}"


def save(page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_an_editor_writes_previews_publishes_moves_and_takes_back(new_visitor, superuser):
    editor = new_visitor()
    appoint(superuser, editor)
    editor.expect_status(422)
    page = editor.page
    page.goto("/admin/")
    editor.fill_credentials()
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    text = "Show what you *learned*, not only what you won."
    shown = "not only what you won."

    # Preview a draft before it is saved, and before anyone else sees it.
    page.goto(f"{ADMIN}add/")
    page.get_by_label("Text:").fill(text)
    page.get_by_label("Purpose:").select_option("Vanity project")
    page.get_by_label("Points from:").fill("3")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    preview = opened.value
    expect(preview.get_by_role("heading", name="Preview: nobody else sees this")).to_be_visible()
    expect(preview.get_by_text("Your tip is on this page.")).to_be_visible()
    preview.get_by_label("Split").fill("8-0-0-0-2")
    preview.get_by_role("button", name="Show it for this split").click()
    expect(preview.get_by_text("It's for 3 to 10 points, and this split has 2")).to_be_visible()
    look_with_axe(preview)
    preview.get_by_label("Split").fill("8-0-0-0-3")
    preview.emulate_media(color_scheme="dark")
    preview.get_by_role("button", name="Show it for this split").click()
    expect(preview.get_by_text("This choice isn't possible:")).to_be_visible()
    look_with_axe(preview)
    preview.close()
    save(page)
    expect(page.get_by_text("It's a draft, so readers don't see it. Publish it?")).to_be_visible()
    expect_on_the_result_page(page, shown, there=False)

    # Publish it from the list.
    page.goto(f"{ADMIN}?state=draft")
    row = page.get_by_role("row").filter(has_text=shown)
    row.get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("Publish selected tips")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_text("1 tip published.")).to_be_visible()
    expect_on_the_result_page(page, shown)

    # It is last; move it to the top with the keyboard.
    page.goto(f"{ADMIN}?purpose__exact=vanity_project")
    look_with_axe(page)
    rows = page.locator("#result_list tbody tr")
    expect(rows.last).to_contain_text(shown)
    for place in range(rows.count() - 1, 0, -1):
        rows.nth(place).get_by_role("button", name="Move up").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"” is now number {place} of ")).to_be_visible()
        expect(rows.nth(place - 1)).to_contain_text(shown)
    assert "purpose__exact=vanity_project" in page.url

    # Typed positions are saved by Enter, and by an arrow too.
    rows.first.get_by_role("spinbutton").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 tip was changed successfully.")).to_be_visible()
    expect(rows.first.get_by_role("spinbutton")).to_have_value("1")
    rows.last.get_by_role("spinbutton").fill("9000")
    rows.first.get_by_role("button", name="Move up").click()
    expect(page.get_by_text("can't be moved any further.")).to_be_visible()
    expect(rows.last.get_by_role("spinbutton")).to_have_value("9000")
    expect(rows.first).to_contain_text(shown)

    # Make a change, and restore the previous version.
    rows.nth(0).get_by_role("link").first.click()
    look_with_axe(page)
    page.get_by_label("Text:").fill("Something worse.")
    save(page)
    expect(page.get_by_text("saved. Readers see it now.")).to_be_visible()
    look_at_links_in_message(page)
    page.locator("#result_list").get_by_role("link", name="Something worse.").click()
    page.get_by_role("link", name="History").click()
    newest = page.locator(".change").first
    expect(newest.locator(".old")).to_have_text(text)
    expect(newest.locator(".new")).to_have_text("Something worse.")
    expect(newest).to_contain_text(editor.email)
    editor.shot("editor-history")
    look_with_axe(page)
    page.get_by_role("link", name="View or restore this version").nth(1).click()
    look_with_axe(page)
    editor.shot("editor-version")
    expect(page.get_by_role("region", name="What would change").locator(".new")).to_have_text(text)
    expect(page.get_by_label("Text:")).to_have_value(text)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("restored. Readers see it now.")).to_be_visible()
    expect_on_the_result_page(page, shown)

    # Delete it, and restore it from the deleted tips.
    page.goto(f"{ADMIN}?q=learned")
    page.get_by_role("link", name=shown).click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text(": deleted")).to_be_visible()
    look_with_axe(page)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="Deleted tips").click()
    look_with_axe(page)
    page.get_by_role("link", name=shown).click()
    page.get_by_role("link", name="View or restore this version").first.click()
    page.get_by_role("button", name="Restore").click()
    page.locator("#result_list").get_by_role("link", name=shown).click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect_on_the_result_page(page, shown, there=False)


def test_of_two_editors_at_once_the_second_sees_both_texts(new_editor):
    first, second = new_editor(), new_editor(color_scheme="dark")
    second.expect_status(409)
    tip = f"{ADMIN}?q=vanity-use-the-audience"
    for editor in (first, second):
        editor.page.goto(tip)
        editor.page.locator("#result_list").get_by_role("link", name="Put your audience").click()
    old = first.page.get_by_label("Text:").input_value()
    try:
        first.page.get_by_label("Text:").fill("There is little to say: the first.")
        save(first.page)
        expect(first.page.get_by_text("saved. Readers see it now.")).to_be_visible()

        page = second.page
        page.get_by_label("Text:").fill("There is little to say: the second.")
        save(page)
        both = page.get_by_role("region", name="Theirs and yours")
        expect(both.locator(".old")).to_have_text("There is little to say: the first.")
        expect(both.locator(".new")).to_have_text("There is little to say: the second.")
        expect(page.get_by_label("Text:")).to_have_value("There is little to say: the second.")
        second.shot("editor-conflict-dark")
        look_with_axe(page)
        save(page)
        expect(page.get_by_text("saved. Readers see it now.")).to_be_visible()
    finally:
        page = second.page
        page.goto(tip)
        page.locator("#result_list").get_by_role("link", name="There is little to say").click()
        page.get_by_label("Text:").fill(old)
        save(page)
        expect(page.get_by_text("saved. Readers see it now.")).to_be_visible()


def test_a_superuser_finds_a_gap_and_moves_tips_by_file(superuser, tmp_path):
    page = superuser.page
    superuser.expect_status(422)
    page.goto("/admin/")
    expect(page.get_by_role("region", name="Usage")).to_contain_text("Accounts")
    expect(page.get_by_role("region", name="To do")).to_contain_text("All done.")
    look_with_axe(page, "light", "dark")
    page.goto(ADMIN)
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Export").click()
    file = tmp_path / downloaded.value.suggested_filename
    downloaded.value.save_as(file)
    before = json.loads(file.read_text())

    def bring_in(tips: list[dict]) -> None:
        file.write_text(json.dumps({"version": 1, "tips": tips}))
        page.goto(ADMIN)
        page.get_by_role("link", name="Import").click()
        page.get_by_label("The file", exact=False).first.set_input_files(file)
        page.get_by_role("button", name="Review changes").click()

    # The tips for someone with all ten points on Vanity project and no change of points.
    keys = {"vanity-use-the-audience", "vanity-many-ask", "vanity-many-lend-the-stage"}
    *others, only = sorted(before["tips"], key=lambda tip: tip["key"] == "vanity-use-the-audience")
    others = [{**tip, "points_to": 9} if tip["key"] in keys else tip for tip in others]
    only = {**only, "points_to": 9}
    page.get_by_role("link", name="Import").click()
    look_with_axe(page, "light", "dark")
    bring_in([*others, {**only, "text": ["[x](javascript:alert(1))"]}])
    wrong = "Line 1, “vanity-use-the-audience”: “text”: The link “javascript:alert(1)” must begin"
    expect(page.get_by_text(wrong)).to_be_visible()
    bring_in([*others, only])
    same = f"New: 0 · changed: 3 · archived: 0 · the same: {len(others) - 2}"
    expect(page.get_by_text(same)).to_be_visible()
    look_with_axe(page, "light", "dark")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("3 tips changed.")).to_be_visible()
    try:
        page.goto("/admin/")
        page.get_by_role("link", name="1 of 1,001 splits lacks a tip").click()
        expect(page.locator(".marked")).to_have_text("0 none")
        for scheme in ("light", "dark"):
            look_with_axe(page, scheme)
            superuser.shot(f"superuser-coverage-{scheme}")
        page.get_by_role("link", name="0-0-0-0-10").click()
        expect(page.get_by_text("This is what readers see today.")).to_be_visible()
    finally:
        bring_in(before["tips"])
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("3 tips changed.")).to_be_visible()


def test_the_list_works_without_scripts(new_editor):
    editor = new_editor(java_script_enabled=False)
    page = editor.page
    page.goto(f"{ADMIN}?purpose__exact=business_driven")
    rows = page.locator("#result_list tbody tr")
    first = rows.nth(0).get_by_role("link").first.inner_text()
    rows.nth(0).get_by_role("button", name="Move down").click()
    expect(rows.nth(1)).to_contain_text(first)
    rows.nth(1).get_by_role("button", name="Move up").click()
    expect(rows.nth(0)).to_contain_text(first)


def test_each_row_of_tools_begins_at_one_edge_on_a_phone(superuser):
    page = superuser.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(ADMIN)
    tools = [tool.bounding_box() for tool in page.locator(".object-tools li").all()]
    rows = {tool["y"]: tool["x"] for tool in reversed(tools)}  # the position of each row's first
    assert len(rows) > 1
    assert len(set(rows.values())) == 1


def test_no_page_is_wider_than_a_phone_or_hard_to_use_on_it(superuser, server):
    server.run(
        "from purposeapp.models import Tip, User\n"
        f"editor = User.objects.get(email={superuser.email!r})\n"
        "tip = Tip(key='too-wide', purpose='job_seeking', text='A tip to delete.')\n"
        "tip._history_user = editor\n"
        "tip.save()\n"
        "tip.delete()"
    )
    page = superuser.page
    page.set_viewport_size({"width": 360, "height": 800})
    addresses = [f"{ADMIN}{path}" for path in ("", "coverage/", "deleted/", "import/", "add/")]
    page.goto("/admin/purposeapp/talkquestion/?topic__exact=guest_guessed")
    page.locator("#result_list tbody").get_by_role("link").first.click()
    preview = page.get_by_role("link", name="Preview").get_attribute("href")
    for address in ["/admin/", *addresses, preview, "/admin/purposeapp/user/"]:
        page.goto(address)
        assert (address, page.evaluate(TOO_WIDE)) == (address, None)
        look_with_axe(page)


def test_all_of_it_is_in_sentence_case(superuser):
    page = superuser.page
    shouted = """() => [...document.body.querySelectorAll("*")]
        .filter((element) => getComputedStyle(element).textTransform != "none")
        .map((element) => element.outerHTML)"""
    for address in ("/admin/", ADMIN, f"{ADMIN}add/", f"{ADMIN}import/"):
        page.goto(address)
        assert (address, page.evaluate(shouted)) == (address, [])


@pytest.mark.parametrize("model", ["tip", "portraitpart", "talkquestion"])
def test_filters_are_a_press_away_on_a_phone_and_beside_the_list_on_a_desk(superuser, model):
    page = superuser.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/admin/purposeapp/{model}/")
    filters = page.get_by_role("navigation", name="Filter")
    expect(filters).not_to_be_in_viewport()
    page.get_by_role("link", name="Filter").click()
    expect(filters).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/admin/purposeapp/{model}/")
    expect(filters).to_be_in_viewport()
    expect(page.get_by_role("link", name="Filter")).to_be_hidden()
    for header in page.get_by_role("columnheader").all():
        expect(header).to_be_in_viewport(ratio=1)


def test_the_longest_position_can_be_read_on_a_phone(superuser):
    page = superuser.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/admin/purposeapp/portraitpart/add/")
    position = page.get_by_label("Position:")
    expect(position).to_have_value("10000")
    assert position.evaluate("(field) => field.scrollWidth <= field.clientWidth")

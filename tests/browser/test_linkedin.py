"""Signing in with LinkedIn, on a server where it is switched on."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.support.inspection import Inspection
from tests.support.provider import Provider
from tests.support.server import running


@pytest.fixture(scope="module")
def provider():
    provider = Provider()
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    """The folder to which the server writes its mails."""
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
def server(tmp_path_factory, prepared, provider, mails):
    settings = {
        "EMAIL_URL": f"filemail://{mails}",
        "LINKEDIN_CLIENT_ID": "client",
        "LINKEDIN_CLIENT_SECRET": "secret",
        "LINKEDIN_SERVER_URL": provider.url,
        "WEB_CONCURRENCY": "1",
    }
    folder = tmp_path_factory.mktemp("server")
    with running("linkedin", folder, prepared, **settings) as server:
        yield server


class Member:
    """A visitor with a LinkedIn account that has the same email address."""

    def __init__(self, visitor, provider) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.email = visitor.email
        self.name = f"member-{uuid.uuid4().hex[:8]}"
        self.provider = provider
        self.inspection = Inspection(visitor, "linkedin")
        provider.knows(self.name, email=self.email, email_verified=True)

    def go_to_linkedin(self, button: str) -> None:
        self.page.get_by_role("button", name=button).click()
        self.page.wait_for_url(f"{self.provider.url}/**")

    def agree(self) -> None:
        self.page.get_by_placeholder("sub").fill(self.name)
        self.page.get_by_role("button", name="Authorize", exact=True).click()

    def sign_in(self) -> None:
        self.page.goto("/accounts/login/")
        self.go_to_linkedin("Sign in with LinkedIn")
        self.agree()

    def spend(self, split: str) -> None:
        self.page.goto("/")
        self.visitor.type_points(split)
        self.visitor.send_button.click()
        self.page.wait_for_url(f"**/splits/{split}/")

    @property
    def entries(self):
        return self.page.locator(".entries").get_by_role("listitem")


@pytest.fixture
def member(visitor, provider):
    """A member, none of whose inspected pages may have a fault."""
    # The provider's page loads styles from the internet, and its own favicon.
    for elsewhere in ("https://cdn.jsdelivr.net/**", f"{provider.url}/favicon.ico"):
        visitor.page.context.route(elsewhere, lambda route: route.fulfill(status=200, body=""))
    member = Member(visitor, provider)
    yield member
    assert not member.inspection.faults, "\n".join(member.inspection.faults)


def test_a_newcomer_keeps_the_result_that_waited(member):
    page = member.page
    member.spend("6-2-2-0-0")
    page.goto("/accounts/signup/")
    member.inspection.here("sign-up")
    member.go_to_linkedin("Sign up with LinkedIn")
    member.agree()
    page.wait_for_url("**/history/")
    expect(member.visitor.message).to_contain_text("Your result is saved to your history.")
    expect(member.visitor.account_menu).to_contain_text(member.email)
    expect(member.entries).to_have_count(1)
    expect(member.entries).to_contain_text("Mainly business driven (60%)")

    member.visitor.sign_out()
    member.sign_in()
    page.wait_for_url("**/history/")
    expect(member.entries).to_have_count(1)


def test_an_account_with_a_verified_address_is_found(member, server):
    page = member.page
    server.make_superuser(member.email, member.visitor.password)
    member.spend("0-0-0-10-0")
    member.sign_in()
    page.wait_for_url("**/history/")
    expect(member.entries).to_have_count(1)
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Administration")).to_be_visible()
    expect(page.get_by_text("Social accounts", exact=False)).to_have_count(0)


def test_an_account_whose_address_nobody_confirmed_needs_the_code(member, mails):
    page = member.page
    page.goto("/accounts/signup/")
    member.visitor.fill_credentials()
    page.get_by_role("button", name="Sign up", exact=True).click()
    expect(member.visitor.headline).to_have_text("Enter the code")
    page.get_by_role("button", name="Use a different email").click()
    for mail in mails.iterdir():
        mail.unlink()

    member.spend("6-2-2-0-0")
    member.sign_in()
    expect(member.visitor.message).to_contain_text("already an account with this email")
    member.inspection.here("code")
    (mail,) = mails.iterdir()
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.read_text(), re.MULTILINE)[1]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/history/")
    expect(member.visitor.message).to_contain_text("LinkedIn is connected.")
    expect(member.visitor.message).to_contain_text("no longer works")
    expect(member.entries).to_have_count(1)


def test_somebody_turns_back_and_signs_up_with_a_password(member):
    page = member.page
    member.spend("6-2-2-0-0")
    page.goto("/accounts/login/?next=/worksheet/")
    member.inspection.here("sign-in")
    member.go_to_linkedin("Sign in with LinkedIn")
    page.get_by_role("button", name="Deny").click()
    expect(member.visitor.headline).to_have_text("You cancelled at LinkedIn")
    member.inspection.here("turned-back")
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    expect(member.visitor.headline).to_have_text("Sign up")

    member.visitor.expect_status(400)
    page.goto("/accounts/oidc/linkedin/login/callback/?code=x&state=forged")
    expect(member.visitor.headline).to_have_text("This sign-in has expired")
    member.inspection.here("over")


def test_somebody_connects_it_and_disconnects_it_again(member):
    page = member.page
    member.sign_in()
    page.wait_for_url("**/history/")
    member.visitor.go_to("Settings")
    page.get_by_role("link", name="Manage LinkedIn").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text(f"Connected as {member.email}.")
    member.inspection.here("connected")
    page.get_by_role("button", name="Disconnect").click()
    expect(member.visitor.message).to_contain_text("LinkedIn is no longer connected.")
    expect(main).to_contain_text("Connect LinkedIn to sign in without a password.")
    member.inspection.here("not-connected")

    member.go_to_linkedin("Connect LinkedIn")
    page.get_by_role("button", name="Deny").click()
    expect(member.visitor.message).to_contain_text("nothing was connected")
    member.go_to_linkedin("Connect LinkedIn")
    member.agree()
    expect(member.visitor.message).to_contain_text("LinkedIn is connected.")
    expect(main).to_contain_text(f"Connected as {member.email}.")


def test_it_works_without_javascript(new_visitor, provider):
    visitor = new_visitor(java_script_enabled=False)
    visitor.page.context.route(
        "https://cdn.jsdelivr.net/**", lambda route: route.fulfill(status=200, body="")
    )
    member = Member(visitor, provider)
    member.sign_in()
    member.page.wait_for_url("**/history/")
    expect(member.visitor.account_menu).to_contain_text(member.email)

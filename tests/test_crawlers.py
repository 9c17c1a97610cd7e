import struct
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from purposeapp.split import Purpose, Split


@pytest.fixture
def robots(client, db):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    parser = RobotFileParser()
    parser.parse(response.content.decode().splitlines())
    return parser


@pytest.mark.parametrize("agent", ["LinkedInBot/1.0", "Googlebot", "anything"])
def test_robots_may_read_what_is_public_and_nothing_else(robots, agent):
    for path in ("/", "/splits/6-2-2-0-0/", "/splits/6-2-2-0-0.png", "/purposes/job-seeking/"):
        assert robots.can_fetch(agent, path)
    for path in (
        "/history/",
        "/history/x/",
        "/accounts/login/",
        "/admin/",
        "/keep/6-2-2-0-0/",
        "/reminders/",
        "/goal/",
        "/try/",
        "/tips/",
    ):
        assert not robots.can_fetch(agent, path)


def test_the_sitemap_names_every_public_page_once_and_each_opens(client, db, robots):
    assert robots.site_maps() == ["http://127.0.0.1:8000/sitemap.xml"]
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    addresses = [loc.text for loc in ElementTree.fromstring(response.content).iter() if loc.text]
    addresses = [address for address in addresses if address.strip()]
    assert len(addresses) == len(set(addresses))
    paths = {urlsplit(address).path for address in addresses}
    splits = {f"/splits/{split}/" for split in Split.all()}
    others = {"/", "/worksheet/", "/privacy/", "/purposes/", "/community/"}
    assert paths == splits | others | {f"/purposes/{each.slug}/" for each in Purpose}
    for path in paths - splits:
        assert client.get(path).status_code == 200


def test_they_are_public_pages_too(client, db):
    for path in ("/robots.txt", "/sitemap.xml", "/manifest.webmanifest"):
        response = client.get(path)
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert not response.cookies


def test_a_phone_knows_what_to_call_the_site_and_what_to_draw_for_it(client, db):
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["name"], manifest["start_url"]) == ("Five Purposes", "/")
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]
    for icon in manifest["icons"]:
        path = finders.find(icon["src"].removeprefix(settings.STATIC_URL))
        width, height = struct.unpack(">II", Path(path).read_bytes()[16:24])
        assert f"{width}x{height}" == icon["sizes"]
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/").content.decode()


def test_a_password_manager_finds_the_form_that_changes_the_password(client, owner):
    """It trusts the address only if one that can't exist is no page."""
    page = owner.get("/.well-known/change-password", follow=True)
    assert page.redirect_chain == [("/accounts/password/change/", 302)]
    assert 'autocomplete="new-password"' in page.content.decode()
    nothing = "resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(f"/.well-known/{nothing}/").status_code == 404

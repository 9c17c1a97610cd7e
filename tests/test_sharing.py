import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from purposeapp.split import Purpose

PATH = "/splits/6-2-2-0-0/"


def tags(page: str) -> dict[str, str]:
    """Return the meta tags of a page, by name or property."""
    pattern = r'<meta (?:name|property)="([^"]+)" content="([^"]*)"'
    return {name: unescape(content) for name, content in re.findall(pattern, page)}


def test_a_result_says_to_a_network_what_it_is(client, db, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    page = Client(headers={"host": "localhost"}).get(PATH).content.decode()
    found = tags(page)
    assert found["og:title"] == "Mainly business driven (60%)"
    assert found["og:description"] == (
        "Someone spread ten points over their reasons for using LinkedIn: Mainly business driven "
        "(60%). Now spend your own."
    )
    assert "share the rest (20% each)" in found["description"]
    assert found["og:url"] == "https://purposes.example/splits/6-2-2-0-0/"
    assert found["og:image"] == "https://purposes.example/splits/6-2-2-0-0.png"
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "627")
    assert found["twitter:card"] == "summary_large_image"
    assert '<link rel="canonical" href="https://purposes.example/splits/6-2-2-0-0/">' in page
    assert "localhost" not in page


def test_the_ways_to_pass_it_on_carry_the_address_and_no_name(owner, user):
    page = unescape(owner.get(PATH).content.decode())
    url = "http://127.0.0.1:8000/splits/6-2-2-0-0/"
    linkedin = re.search(r'href="(https://www\.linkedin\.com/[^"]+)"', page)[1]
    assert urlsplit(linkedin).path == "/sharing/share-offsite/"
    assert parse_qs(urlsplit(linkedin).query) == {"url": [url]}
    address = re.search(r'href="(mailto:[^"]+)"', page)[1]
    assert "%0D%0A" in address
    assert "%0A" not in address.replace("%0D%0A", "")
    mail = parse_qs(urlsplit(address).query)
    assert url in mail["body"][0]
    assert mail["subject"] == ["What are you on LinkedIn for?"]
    assert user.email not in page


@pytest.mark.parametrize(
    ("split", "leading"),
    [
        ("6-2-2-0-0", ["business_driven"]),
        ("0-5-0-0-5", ["community_spirit", "vanity_project"]),
        ("2-2-2-2-2", Purpose.values),
    ],
)
def test_a_person_may_pass_on_a_leading_purpose_alone(client, db, split, leading):
    response = client.get(f"/splits/{split}/")
    page = response.content.decode()
    for purpose in Purpose:
        link = f'data-url="http://127.0.0.1:8000/purposes/{purpose.slug}/"'
        assert (link in page) == (purpose in leading)
    assert page.count("data-share ") == 1 + len(leading)


def test_nothing_is_loaded_from_anywhere_else(client, db):
    page = client.get(PATH).content.decode()
    sources = re.findall(r'(?:src|srcset)="([^"]+)"', page)
    assert sources
    for source in sources:
        assert re.match("/[^/]", source)

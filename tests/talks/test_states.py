"""The access matrix of a talk: what each role gets from its pages in each of its states.

A cell has a sign for a GET and one for a bare POST: a page (o), a form with errors (?), a redirect
to the talk or to the next step (>), gone (g), not found (0), method not allowed (-), a redirect to
the sign-in (s). `key` is the guest without an account, by their secret URL.
"""

import pytest
from django.db import transaction
from django.test import Client

from purposeapp.urls import urlpatterns
from tests.support.make import make_user
from tests.support.talks import STATES, make_talk

SIGNS = {200: "o", 303: ">", 404: "0", 405: "-", 410: "g", 422: "?"}

TABLE = """
inviter            invited started answered agreed open left withdrawn expired over
{talk}/            o-      o-      o-       o-     o-   o-   gg        gg      gg
{talk}/now/        o?      o?      o?       >>     >>   >>   gg        gg      gg
{talk}/future/     o?      o?      o?       >>     >>   >>   gg        gg      gg
{talk}/guess/      o?      o?      o?       >>     >>   >>   gg        gg      gg
{talk}/agree/      >>      >>      >>       >>     >>   >>   gg        gg      gg
{talk}/withdraw/   o>      o>      o>       o>     o>   o>   gg        gg      gg
{talk}/note/       o>      o>      o>       o>     o>   >>   gg        gg      gg
{talk}/sheet/      >-      >-      >-       >-     o-   >>   gg        gg      gg
{talk}/remind/     >>      >>      >>       >>     >>   >>   gg        gg      gg
{talk}/link/       >>      >>      >>       >>     >>   >>   gg        gg      gg
{invitation}/      o>      >>      >>       >>     >>   >>   g>        g>      >>

guest              invited started answered agreed open left withdrawn expired over
{talk}/            00      o-      o-       o-     o-   gg   o-        00      gg
{talk}/now/        00      o?      o?       o?     >>   gg   >>        00      gg
{talk}/future/     00      o?      o?       o?     >>   gg   >>        00      gg
{talk}/guess/      00      o?      o?       o?     >>   gg   >>        00      gg
{talk}/agree/      00      >>      >>       >>     >>   gg   >>        00      gg
{talk}/withdraw/   00      o>      o>       o>     o>   gg   o>        00      gg
{talk}/note/       00      o>      o>       o>     o>   gg   >>        00      gg
{talk}/sheet/      00      >-      >-       >-     o-   gg   >>        00      gg
{talk}/remind/     00      >>      >>       >>     >>   gg   >>        00      gg
{talk}/link/       00      >>      >>       >>     >>   gg   >>        00      gg
{invitation}/      o>      >>      >>       >>     >>   gg   >>        gg      >>

stranger           invited started answered agreed open left withdrawn expired over
{talk}/            00      00      00       00     00   00   00        00      00
{talk}/now/        00      00      00       00     00   00   00        00      00
{talk}/future/     00      00      00       00     00   00   00        00      00
{talk}/guess/      00      00      00       00     00   00   00        00      00
{talk}/agree/      00      00      00       00     00   00   00        00      00
{talk}/withdraw/   00      00      00       00     00   00   00        00      00
{talk}/note/       00      00      00       00     00   00   00        00      00
{talk}/sheet/      00      00      00       00     00   00   00        00      00
{talk}/remind/     00      00      00       00     00   00   00        00      00
{talk}/link/       00      00      00       00     00   00   00        00      00

nobody             invited started answered agreed open left withdrawn expired over
{talk}/            ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/now/        ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/future/     ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/guess/      ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/agree/      ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/withdraw/   ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/note/       ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/sheet/      ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/remind/     ss      ss      ss       ss     ss   ss   ss        ss      ss
{talk}/link/       ss      ss      ss       ss     ss   ss   ss        ss      ss
{invitation}/      o>      gg      gg       gg     gg   gg   gg        gg      gg

key                invited started answered agreed open left withdrawn expired over
{key}/             00      o-      o-       o-     o-   gg   o-        00      gg
{key}/now/         00      o?      o?       o?     >>   gg   >>        00      gg
{key}/future/      00      o?      o?       o?     >>   gg   >>        00      gg
{key}/guess/       00      o?      o?       o?     >>   gg   >>        00      gg
{key}/agree/       00      >>      >>       >>     >>   gg   >>        00      gg
{key}/withdraw/    00      o>      o>       o>     o>   gg   o>        00      gg
{key}/note/        00      o>      o>       o>     o>   gg   >>        00      gg
{key}/sheet/       00      >-      >-       >-     o-   gg   >>        00      gg
{key}/mail/        00      >?      >?       >?     >?   gg   >>        00      gg
"""


def sections() -> list[tuple[str, list[str]]]:
    """Return each role with the rows of its table, with single spaces between words."""
    blocks = [block.splitlines() for block in TABLE.strip("\n").split("\n\n")]
    return [
        (heading.split()[0], [" ".join(row.split()) for row in rows]) for heading, *rows in blocks
    ]


class World:
    """A talk in each state, of two people with accounts, and a client for each role."""

    def __init__(self) -> None:
        people = {
            name: make_user(f"{name}@example.org") for name in ("inviter", "guest", "stranger")
        }
        self.clients = {name: Client() for name in ("key", "nobody", *people)}
        for name, user in people.items():
            self.clients[name].force_login(user)
        inviter, guest = people["inviter"], people["guest"]
        self.talks = {state: make_talk(inviter, state, guest=guest) for state in STATES}

    def row(self, who: str, page: str) -> str:
        return " ".join([page, *(self._cell(who, page, state) for state in STATES)])

    def _cell(self, who: str, page: str, state: str) -> str:
        made = self.talks[state]
        path = page.format(
            talk=f"/talks/{made.talk.pk}",
            key=f"/talk/{made.guest_key}",
            invitation=f"/invitations/{made.invite_key}",
        )
        return "".join(self._sign(who, method, path) for method in ("get", "post"))

    def _sign(self, who: str, method: str, path: str) -> str:
        with transaction.atomic():
            response = getattr(self.clients[who], method)(path)
            transaction.set_rollback(True)
        if response.status_code == 302 and response.url == f"/accounts/login/?next={path}":
            return "s"
        return SIGNS.get(response.status_code, f"({response.status_code})")


@pytest.fixture
def world(db, settings):
    settings.EMAIL_URL = "smtp://localhost:25"
    return World()


@pytest.mark.parametrize(("who", "rows"), sections())
def test_everybody_gets_what_the_table_says(world, who, rows):
    assert [world.row(who, row.split()[0]) for row in rows] == rows


def test_every_page_of_a_talk_is_in_the_table_for_both_sides_and_a_stranger():
    routes = [str(pattern.pattern) for pattern in urlpatterns]
    by_id = {route.removeprefix("talks/<uuid:id>") for route in routes if "talks/<uuid" in route}
    by_key = {route.removeprefix("talk/<str:key>") for route in routes if "talk/<str" in route}
    tried = {who: {row.split()[0] for row in rows} for who, rows in sections()}
    for who in ("inviter", "guest", "stranger", "nobody"):
        assert tried[who] - {"{invitation}/"} == {f"{{talk}}{page}" for page in by_id}
    assert tried["key"] == {f"{{key}}{page}" for page in by_key}


def test_every_page_is_kept_by_no_cache_and_no_search_engine(world):
    pages = 0
    for who, rows in sections():
        for page in (row.split()[0] for row in rows):
            for made in world.talks.values():
                path = page.format(
                    talk=f"/talks/{made.talk.pk}",
                    key=f"/talk/{made.guest_key}",
                    invitation=f"/invitations/{made.invite_key}",
                )
                response = world.clients[who].get(path)
                if response.status_code == 404:
                    continue
                pages += 1
                assert "no-store" in response["Cache-Control"], path
                assert response["X-Robots-Tag"] == "noindex", path
    assert pages > 200

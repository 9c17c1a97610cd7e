import errno
import os
import pickle
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from structlog.testing import capture_logs

from purposeapp.management.commands import draw_cards
from purposeapp.sharing import card
from purposeapp.sharing.card import (
    HEIGHT,
    MARGIN,
    WIDTH,
    card_of_purpose,
    card_of_questionnaire,
    card_of_split,
)
from purposeapp.split import Purpose
from tests.support.splits import EVERY_SPLIT, one_of_each, shape

LARGEST = 60_000  # bytes; small enough for any social network to load


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path, settings):
    settings.CACHES = settings.CACHES | {
        "cards": settings.CACHES["cards"] | {"LOCATION": tmp_path / "cards"}
    }


def size_of(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def test_each_shape_of_a_split_has_a_card_of_the_right_size_that_its_page_names(client, db):
    splits = one_of_each(shape)
    assert len(splits) == 30
    for split in splits:
        page = client.get(f"/splits/{split}/").content.decode()
        assert f'content="http://127.0.0.1:8000/splits/{split}.png"' in page
        response = client.get(f"/splits/{split}.png")
        assert response.status_code == 200
        assert response["Content-Type"] == "image/png"
        assert size_of(response.content) == (WIDTH, HEIGHT) == (1200, 627)
        assert len(response.content) <= LARGEST


def test_every_headline_fits_above_the_cells_and_between_the_margins():
    for split in EVERY_SPLIT:
        card = card_of_split(split)
        assert len(card.lines) <= 3
        assert card.lines[-1][0] < card.top - 20
        assert " ".join(line for _, line in card.lines) == card.headline
        assert len(card.cells) == 10
        assert card.cells[0].x == MARGIN
        last = card.cells[-1]
        assert last.x + last.width == pytest.approx(WIDTH - MARGIN)
        assert max(y for _, y, _, _ in card.meanings) < HEIGHT - 50
        assert {purpose: points for _, _, purpose, points in card.meanings} == {
            purpose: split[purpose] for purpose in split.spent
        }


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: b"junk",
        lambda whole: whole[:60],
        lambda whole: whole[:-20],
        lambda whole: pickle.dumps(None) + zlib.compress(pickle.dumps(b"no picture")),
        lambda whole: pickle.dumps(None) + zlib.compress(pickle.dumps(["no", "picture"])),
        lambda whole: pickle.dumps("never") + zlib.compress(b"not a pickle"),
    ],
    ids=["empty", "junk", "beginning", "cut", "other bytes", "other type", "no date"],
)
def test_a_damaged_file_in_the_cache_is_drawn_anew(client, db, settings, damage):
    whole = client.get("/questionnaire.png").content
    (file,) = Path(settings.CACHES["cards"]["LOCATION"]).iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert client.get("/questionnaire.png").content == whole
    drawn = caches["cards"].get(card_of_questionnaire().etag.strip('"'))
    assert drawn == whole


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_a_card(client, db, purpose):
    response = client.get(f"/purposes/{purpose.slug}.png")
    assert size_of(response.content) == (WIDTH, HEIGHT)
    assert len(response.content) <= LARGEST
    card = card_of_purpose(purpose)
    assert [cell.purpose for cell in card.cells if cell.purpose] == [purpose]


def test_the_questionnaire_has_a_card(client, db):
    assert size_of(client.get("/questionnaire.png").content) == (WIDTH, HEIGHT)
    assert 'content="http://127.0.0.1:8000/questionnaire.png"' in client.get("/").content.decode()


def test_two_splits_have_two_cards():
    etags = {card_of_split(split).etag for split in EVERY_SPLIT}
    assert len(etags) == len(EVERY_SPLIT)


def test_a_card_is_drawn_once(monkeypatch):
    drawn = card_of_split(EVERY_SPLIT[0]).png()

    def fail(**options):
        raise AssertionError("drawn again")

    monkeypatch.setattr("resvg_py.svg_to_bytes", fail)
    assert card_of_split(EVERY_SPLIT[0]).png() == drawn


def test_a_cache_that_cannot_be_written_does_no_harm_and_is_said_once(monkeypatch, tmp_path):
    def fail(*args):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(caches["cards"], "set", fail)
    card._warn.cache_clear()
    with capture_logs() as lines:
        for split in EVERY_SPLIT[:2]:
            assert size_of(card_of_split(split).png())
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("cards_not_kept", "warning")
    assert (line["folder"], line["reason"]) == (str(tmp_path / "cards"), "Permission denied")


def test_a_card_is_the_same_for_everybody_and_costs_a_304_later(owner):
    first = owner.get("/splits/6-2-2-0-0.png")
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not first.cookies
    assert "Cookie" not in first.get("Vary", "")
    headers = {"if-none-match": first["ETag"]}
    assert owner.get("/splits/6-2-2-0-0.png", headers=headers).status_code == 304


def test_a_card_costs_no_query(client):
    """Without the db fixture, any query fails."""
    assert client.get("/splits/6-2-2-0-0.png").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/splits/6-2-2-0-1.png", "/splits/06-2-2-0-0.png", "/splits/.png", "/purposes/nothing.png"],
)
def test_what_is_no_split_and_no_purpose_has_no_card(client, db, path):
    assert client.get(path).status_code == 404


def test_while_enough_wait_for_a_drawing_the_next_one_is_told_when_to_come_back(monkeypatch):
    """Nobody can use up the CPU with 1,001 URLs, or occupy every thread of a worker."""
    begun, go_on = Event(), Event()

    def draw(**options):
        begun.set()
        assert go_on.wait(30)
        return b"drawn"

    monkeypatch.setattr("purposeapp.sharing.card.resvg_py.svg_to_bytes", draw)
    *waiting, refused = [f"/splits/{split}.png" for split in EVERY_SPLIT[: card.MAX_WAITING + 2]]
    with ThreadPoolExecutor() as threads:
        first, *others = [threads.submit(Client().get, path) for path in waiting]
        assert begun.wait(30)
        while card._queue._value:
            time.sleep(0.001)
        answer = Client().get(refused)
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
        assert "no-store" in answer["Cache-Control"]
        assert "ETag" not in answer
        # One page may show all five purposes' cards at once.
        shared = threads.submit(Client().get, "/purposes/vanity-project.png")
        go_on.set()
        assert {each.result().content for each in (first, *others, shared)} == {b"drawn"}
    assert Client().get(refused).status_code == 200


def test_a_card_that_several_ask_for_at_once_is_drawn_once(monkeypatch):
    begun, go_on = Event(), Event()
    drawn = []

    def draw(**options):
        drawn.append(options)
        begun.set()
        assert go_on.wait(30)
        return card.PNG_START + card.PNG_END

    monkeypatch.setattr("purposeapp.sharing.card.resvg_py.svg_to_bytes", draw)
    path = f"/splits/{EVERY_SPLIT[0]}.png"
    with ThreadPoolExecutor() as threads:
        answers = [threads.submit(Client().get, path) for _ in range(1 + card.MAX_WAITING)]
        assert begun.wait(30)
        while card._queue._value:
            time.sleep(0.001)
        go_on.set()
        assert {each.result().status_code for each in answers} == {200}
    assert len(drawn) == 1


def test_drawing_ahead_deletes_the_cards_of_an_earlier_design(monkeypatch, settings, tmp_path):
    every, limit = len(list(card.all_cards())), settings.CACHES["cards"]["OPTIONS"]["MAX_ENTRIES"]
    assert every < limit < 2 * every
    some, few = list(card.all_cards())[:10], {"OPTIONS": {"MAX_ENTRIES": 15}}
    settings.CACHES = settings.CACHES | {"cards": settings.CACHES["cards"] | few}
    for module in (draw_cards, card):
        monkeypatch.setattr(module, "all_cards", lambda: iter(some))
    png = card.PNG_START + card.PNG_END
    monkeypatch.setattr("purposeapp.sharing.card.resvg_py.svg_to_bytes", lambda **options: png)
    for number in range(10):
        caches["cards"].set(f"earlier-{number}", png)
    call_command("draw_cards", stdout=StringIO())
    assert all(caches["cards"].has_key(each.cache_key) for each in some)
    assert len(list((tmp_path / "cards").iterdir())) == 10


def test_all_cards_can_be_drawn_ahead(monkeypatch, capsys):
    monkeypatch.setattr(draw_cards, "all_cards", lambda: [card_of_questionnaire()])
    drawn, png = [], card.PNG_START + card.PNG_END
    monkeypatch.setattr(
        "purposeapp.sharing.card.resvg_py.svg_to_bytes", lambda **opts: drawn.append(1) or png
    )
    for _ in range(2):
        call_command("draw_cards")
    assert drawn == [1]
    assert capsys.readouterr().out == "1 of 1 cards\n" * 2


def test_there_is_a_card_for_every_split_purpose_and_the_questionnaire():
    every = list(card.all_cards())
    assert len(every) == len(set(every)) == 1001 + 5 + 1

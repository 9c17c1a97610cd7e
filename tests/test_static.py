"""Collected static files are served, compressed as the browser accepts, but not their manifest."""

import gzip

import pytest
from django.test import Client

STYLE = b"a{}" * 100


@pytest.fixture
def collected(tmp_path, settings):
    """Two collected files and their manifest, and a client made afterwards that serves them."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "site.css").write_bytes(STYLE)
    (tmp_path / "site.css.gz").write_bytes(gzip.compress(STYLE))
    (tmp_path / "staticfiles.json").write_text("{}")
    return Client()


def body(response) -> bytes:
    content = b"".join(response)
    response.close()
    return content


@pytest.mark.parametrize(("accepted", "compressed"), [("gzip", True), ("gzip;q=0", False)])
def test_a_file_is_compressed_only_for_whoever_takes_that(collected, db, accepted, compressed):
    response = collected.get("/static/site.css", headers={"accept-encoding": accepted})
    assert response.status_code == 200
    assert response.get("Content-Encoding") == ("gzip" if compressed else None)
    assert (body(response) != STYLE) == compressed


def test_the_manifest_is_not_served(collected, db):
    assert collected.get("/static/staticfiles.json").status_code == 404

"""The cache in PostgreSQL: one statement stores a value, and the number of values is bounded."""

import pytest
from django.core.cache import cache, caches
from django.db import connection

from purposeapp.web import cache as cache_module

pytestmark = pytest.mark.django_db


def test_a_value_is_set_and_set_anew():
    for value in ([1.5, 2.5], "ten", None):
        cache.set("key", value)
        assert cache.get("key", "none") == value


def test_a_value_is_over_after_its_time_and_never_without_one():
    cache.set("over", "value", timeout=-1)
    cache.set("for ever", "value", timeout=None)
    assert cache.get("over") is None
    assert cache.get("for ever") == "value"


def test_a_value_is_added_only_where_none_is_valid():
    assert cache.add("lock", "first") is True
    assert cache.add("lock", "second") is False
    assert cache.get("lock") == "first"
    cache.set("lock", "over", timeout=-1)
    assert cache.add("lock", "third") is True
    assert cache.get("lock") == "third"


def test_only_what_is_there_is_touched():
    assert cache.touch("key") is False
    cache.set("key", "value")
    assert cache.touch("key", timeout=-1) is True
    assert cache.get("key") is None


@pytest.mark.parametrize("store", ["set", "add"])
def test_storing_is_one_statement(django_assert_num_queries, store):
    with django_assert_num_queries(1):
        getattr(cache, store)("key", "value")


@pytest.mark.parametrize(
    "store", [lambda key: cache.set(key, "value"), lambda key: cache.count(key, timeout=60)]
)
def test_there_are_never_many_more_values_than_allowed(monkeypatch, store):
    monkeypatch.setattr(cache_module, "STORED_PER_CULL", 5)
    monkeypatch.setattr(caches["default"], "_max_entries", 20)
    cache.set("over", "value", timeout=-1)
    known = []
    for number in range(60):
        store(f"key {number}")
        known.append(number_of_values())
    assert 20 < max(known) <= 25
    assert known[-1] > 10


def number_of_values() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache")
        return cursor.fetchone()[0]

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection
from psycopg.types.datetime import TimestamptzLoader as PsycopgLoader

TIMES = [
    "2026-03-02 10:00:00+00",
    "2026-03-02 10:00:00.5+00",
    "2026-03-02 10:00:00.123456+05:30",
    "0001-01-01 12:00:00+00",
    "1800-01-01 12:00:00.00001+00",
    "9999-12-31 12:00:00+00",
]


def read(text, zone):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_read_to_the_microsecond_in_utc_wherever_the_connection_is(text, zone):
    time = read(text, zone)
    assert time == datetime.fromisoformat(text)
    assert time.tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_python_has_no_time_for_is_refused_as_psycopg_does(text):
    with pytest.raises(DataError):
        read(text, "UTC")


@pytest.mark.django_db
def test_a_time_is_read_without_psycopgs_pattern(monkeypatch):
    monkeypatch.setattr(PsycopgLoader, "load", None)
    assert read(TIMES[0], "UTC") == datetime(2026, 3, 2, 10, tzinfo=UTC)

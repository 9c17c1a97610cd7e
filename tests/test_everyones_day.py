"""Dates in each person's time zone: near midnight, across clock changes and leap days."""

import json
import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from purposeapp import time_zones
from purposeapp.dates import newest_day, oldest_today, site_today, time_between, today
from purposeapp.forms.goal import DAY_PASSED
from purposeapp.forms.paper import AFTER_ENTRY, DAY_TO_COME
from purposeapp.forms.reminder import NOT_TO_COME
from purposeapp.forms.time_zone import UNKNOWN_ZONE
from purposeapp.import_export import exporting
from purposeapp.import_export.deserialization import OTHER_DAY, read_document
from purposeapp.import_export.importing import import_document
from purposeapp.import_export.json_validation import InvalidFile
from purposeapp.models import Assessment, Goal, Reminder, User
from tests.support.client import signed_in
from tests.support.make import (
    NOON,
    make_assessment,
    make_reminder,
    make_user,
    make_verified_user,
    points,
    sheet,
)
from tests.support.pages import in_words, text_of
from tests.support.reminders import chosen, send

ZONES = ["Pacific/Auckland", "Asia/Kolkata", "Europe/London", "America/Los_Angeles"]
CLOCK_CHANGES = {
    "Pacific/Auckland": [date(2027, 4, 4), date(2027, 9, 26)],
    "Asia/Kolkata": [],
    "Europe/London": [date(2027, 3, 28), date(2027, 10, 31)],
    "America/Los_Angeles": [date(2027, 3, 14), date(2027, 11, 7)],
}
DAYS = [
    (zone, day)
    for zone, days in CLOCK_CHANGES.items()
    for day in (*days, date(2028, 2, 29), date(2027, 12, 31))
]
TIMES = [(0, 30), (23, 30)]


@contextmanager
def clock(moment: datetime):
    """Freeze the clock at `moment`."""
    with patch("django.utils.timezone.now", return_value=moment.astimezone(UTC)):
        yield


def listed(client: Client) -> list[tuple[str, str]]:
    """Return the day of each entry of the history: the datetime attribute and the text."""
    page = client.get("/history/").content.decode()
    return re.findall(r'kicker"><time id="[^"]+" datetime="(.+?)">(.+?)</time>', page)


# --- Near midnight ---


@pytest.mark.parametrize(("zone", "day"), DAYS)
@pytest.mark.parametrize(("hour", "minute"), TIMES)
def test_the_day_is_the_readers_own(db, zone, day, hour, minute):
    person = make_verified_user(time_zone=zone)
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
    with clock(moment):
        client = signed_in(person)
        client.post("/", points("6-2-2-0-0"))
    with clock(moment + timedelta(minutes=1)):
        client.post("/history/add/", sheet("2-2-2-2-2", taken_on=day.isoformat()))
        typed, sheet_of_paper = Assessment.objects.oldest_first()
        assert typed.taken_at == moment
        for one in (typed, sheet_of_paper):
            page = client.get(one.get_absolute_url())
            assert f'<time datetime="{day}">{in_words(day)}</time>' in page.content.decode()
        paper = (f"{day}", f"{in_words(day)}, on paper")
        clock_time = f"{in_words(day)}, {hour:02}:{minute:02} {moment.tzname()}"
        assert listed(client) == [paper, (f"{day}", clock_time)]

        client.post("/goal/", points("4-3-3-0-0", wanted_by=day.isoformat()))
        assert Goal.objects.get().wanted_by == day
        assert f"Your target date is today, {in_words(day)}." in text_of(client.get("/goal/"))

        tomorrow = day + timedelta(days=1)
        make_reminder(person, "on_date", due_on=tomorrow)
        assert send() == "0 sent, 0 failed, 0 put off\n"
        assert "within a day" not in text_of(client.get("/reminders/"))
        client.post("/reminders/", {"rhythm": "on_date", "date": day.isoformat()})
        assert chosen(person) == ("on_date", day)
        assert "within a day" in text_of(client.get("/reminders/"))
        assert send() == "1 sent, 0 failed, 0 put off\n"
        assert f"You last spent your ten points on {in_words(day)}." in mail.outbox[0].body


def test_the_tips_of_everybody_go_by_utc(user):
    moment = datetime(2027, 3, 14, 0, 30, tzinfo=ZoneInfo("Pacific/Auckland"))
    with clock(moment):
        client = signed_in(make_user("kiwi@example.org", time_zone="Pacific/Auckland"))
        with patch("purposeapp.models.tip.site_today", wraps=site_today) as asked:
            client.get("/history/")
            client.post("/", points("6-2-2-0-0"))
            client.get("/history/")
        assert asked.called
        assert site_today() == date(2027, 3, 13)


# --- The edges of the earth ---


@pytest.mark.parametrize(
    ("hour", "oldest", "newest"), [(9, 13, 14), (10, 13, 15), (11, 13, 15), (12, 14, 15)]
)
def test_days_that_have_begun_or_not_ended_anywhere_on_earth(hour, oldest, newest):
    with clock(datetime(2027, 3, 14, hour, tzinfo=UTC)):
        assert (oldest_today().day, today().day, newest_day().day) == (oldest, 14, newest)


@pytest.mark.parametrize("zone", ["", *ZONES, "Pacific/Kiritimati", "Etc/GMT+12"])
def test_they_can_be_entered_wherever_one_is(db, zone):
    person = make_user(time_zone=zone)
    with clock(datetime(2027, 3, 14, 11, 30, tzinfo=UTC)):
        client = signed_in(person)
        page = client.get("/history/add/").content.decode()
        assert 'min="2003-05-05" max="2027-03-15"' in page
        assert client.post("/history/add/", sheet(taken_on="2027-03-15")).status_code == 302
        refused = client.post("/history/add/", sheet(taken_on="2027-03-16"))
        assert refused.status_code == 422
        assert str(DAY_TO_COME) in refused.content.decode()
        entered = Assessment.objects.get()
        assert (entered.on, entered.taken_at <= entered.recorded_at) == (date(2027, 3, 15), True)

        for path, form, name, error in [
            ("/goal/", points("4-3-3-0-0"), "wanted_by", DAY_PASSED),
            ("/reminders/", {"rhythm": "on_date"}, "date", NOT_TO_COME),
        ]:
            assert 'min="2027-03-13"' in client.get(path).content.decode()
            assert client.post(path, {**form, name: "2027-03-13"}).status_code == 302
            refused = client.post(path, {**form, name: "2027-03-12"})
            assert refused.status_code == 422
            assert str(error) in refused.content.decode()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_first_day_of_all_can_be_entered_and_imported_everywhere(db, zone):
    person = make_user(time_zone=zone)
    signed_in(person).post("/history/add/", sheet(taken_on="2003-05-05"))
    written = "".join(exporting.to_json(Assessment.objects.all()))
    other = make_user("other@example.org")
    import_document(other, read_document(written.encode()))
    assert [one.on for one in Assessment.objects.for_user(other)] == [date(2003, 5, 5)]


@pytest.mark.parametrize(
    ("taken_on", "fits"), [(28, False), (1, True), (2, True), (3, True), (4, False)]
)
def test_postgresql_knows_which_days_a_time_can_be_on(user, taken_on, fits):
    day = date(2026, 2 if taken_on == 28 else 3, taken_on)
    for moment in (datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 11, 59, tzinfo=UTC)):
        if fits:
            make_assessment(user, taken_at=moment, taken_on=day)
            continue
        constraint = "assessment_day_on_paper_fits_its_time"
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make_assessment(user, taken_at=moment, taken_on=day)


def test_no_time_is_ever_said_to_run_backwards():
    assert time_between(date(2027, 3, 15), date(2027, 3, 14)) == "less than a day"


# --- Several of one day ---

SPLITS = ["10-0-0-0-0", "0-10-0-0-0", "0-0-10-0-0", "0-0-0-10-0", "0-0-0-0-10"]


def splits_of(assessments) -> list[str]:
    return [str(one.split) for one in assessments]


def enter_five(person: User, zone: str) -> Client:
    """Record five results of one day: typed, two from paper, typed, and one from paper next day."""
    client, at = signed_in(person), ZoneInfo(zone)
    for hour, path, split in [
        (7, "/", SPLITS[0]),
        (8, "/history/add/", SPLITS[1]),
        (9, "/history/add/", SPLITS[2]),
        (20, "/", SPLITS[3]),
        (32, "/history/add/", SPLITS[4]),
    ]:
        moment = datetime(2027, 3, 28, tzinfo=at) + timedelta(hours=hour)
        form = sheet(split, taken_on="2027-03-28") if path != "/" else points(split)
        with clock(moment):
            client = signed_in(person)
            assert client.post(path, form).status_code == 302
    return client


@pytest.mark.parametrize("zone", [*ZONES, "Pacific/Kiritimati", "Etc/GMT+12"])
def test_those_of_one_day_keep_the_order_in_which_they_were_entered(db, zone):
    person = make_user(time_zone=zone)
    enter_five(person, zone)
    mine = Assessment.objects.for_user(person)
    assert splits_of(mine.oldest_first()) == SPLITS
    assert splits_of(mine.latest_first()) == SPLITS[::-1]
    assert [str(each.split) for each in mine.latest_snapshots(9)] == SPLITS
    for earlier, later in pairwise(SPLITS):
        before = mine.before(mine.get(**points(later))).latest_first().first()
        assert str(before.split) == earlier
    with clock(datetime(2027, 3, 30, tzinfo=UTC)):
        client = signed_in(person)
        entries = client.get("/history/").context["entries"]
        assert [str(entry.snapshot.split) for entry in entries] == SPLITS[::-1]
        assert [day for day, _ in listed(client)] == ["2027-03-28"] * 5
        document = json.loads(client.get("/history/export.json").content)
        assert [entry["taken_on"] for entry in document["assessments"]] == [
            None, "2027-03-28", "2027-03-28", None, "2027-03-28",
        ]  # fmt: skip
        for entry in document["assessments"]:
            assert entry["taken_at"].endswith("Z")


@pytest.mark.parametrize("is_free", [True, False])
def test_an_import_keeps_that_order_and_those_days(db, is_free):
    person, other = make_user(time_zone="Asia/Kolkata"), make_user("other@example.org")
    noon = {"taken_at": NOON, "taken_on": NOON.date()}
    for split in SPLITS:
        make_assessment(person, split, **noon)
    theirs = Assessment.objects.for_user(person).oldest_first()
    written = "".join(exporting.to_json(theirs)).encode()
    if is_free:
        Assessment.objects.all().delete()
    document = read_document(written)
    assert import_document(other, document).assessments == 5
    assert import_document(other, read_document(written)).assessments == 0
    mine = Assessment.objects.for_user(other)
    assert splits_of(mine.oldest_first()) == SPLITS
    assert {one.taken_on for one in mine} == {NOON.date()}
    again = "".join(exporting.to_json(mine.oldest_first()))
    if is_free:
        assert again.encode() == written


@pytest.mark.parametrize("day", ["2026-02-28", "2026-03-03"])
def test_an_import_knows_which_days_a_time_can_be_on(day):
    entry = {
        "id": "4b2a4b6e-0c6c-4a44-8b66-0b8f3e1cf2d1",
        "taken_at": "2026-03-01T12:00:00Z",
        **{name: int(value) for name, value in points("6-2-2-0-0").items()},
        "note": "",
        "taken_on": day,
    }
    with pytest.raises(InvalidFile) as refused:
        read_document(json.dumps({"version": 1, "assessments": [entry]}).encode())
    assert str(OTHER_DAY) in str(refused.value)


# --- Correcting the date of a paper result ---


@pytest.fixture
def on_paper(owner, user):
    make_assessment(user, "0-0-0-10-0", taken_at=NOON - timedelta(days=2))
    owner.post("/history/add/", sheet(taken_on="2026-02-01", note="kept"))
    return Assessment.objects.on_paper().get()


def mend(client: Client, one: Assessment, day: str):
    return client.post(f"/history/{one.id}/day/", {"taken_on": day}, follow=True)


def test_the_day_of_a_sheet_can_be_mended(owner, user, on_paper):
    page = owner.get(on_paper.get_absolute_url()).content.decode()
    assert 'name="taken_on" value="2026-02-01"' in page
    response = mend(owner, on_paper, "2026-03-02")
    assert response.redirect_chain == [(on_paper.get_absolute_url(), 302)]
    assert "Date saved." in text_of(response)
    assert "2 March 2026" in text_of(response)
    mended = Assessment.objects.on_paper().get()
    assert (mended.taken_on, mended.note) == (date(2026, 3, 2), "kept")
    assert (mended.recorded_at, mended.submission) == (on_paper.recorded_at, on_paper.submission)
    assert splits_of(Assessment.objects.for_user(user).oldest_first()) == [
        "0-0-0-10-0",
        "6-2-2-0-0",
    ]


def test_mended_to_the_same_day_it_stays_where_it_is(owner, on_paper):
    mend(owner, on_paper, "2026-02-01")
    assert Assessment.objects.on_paper().get().taken_at == on_paper.taken_at


@pytest.mark.parametrize(("day", "error"), [("2026-05-20", AFTER_ENTRY), ("", "Enter the date.")])
def test_a_wrong_day_answers_422_and_keeps_what_was_typed(owner, on_paper, day, error):
    Assessment.objects.on_paper().update(recorded_at=datetime(2026, 5, 4, 12, tzinfo=UTC))
    response = mend(owner, on_paper, day)
    assert response.status_code == 422
    assert response.content.decode().count(str(error)) == 2
    assert response.context["day_form"]["taken_on"].value() == day
    assert Assessment.objects.on_paper().get().taken_on == date(2026, 2, 1)


def test_what_was_not_done_on_paper_has_no_day_to_mend(owner, stranger, user, on_paper):
    typed = make_assessment(user)
    assert "Date on paper" not in text_of(owner.get(typed.get_absolute_url()))
    assert mend(owner, typed, "2026-02-02").status_code == 404
    assert mend(stranger, on_paper, "2026-02-02").status_code == 404


# --- Reminders ---


def test_the_31st_comes_again_after_a_february(db):
    person = make_verified_user(time_zone="America/Los_Angeles")
    with clock(datetime(2027, 8, 31, 23, 30, tzinfo=ZoneInfo("America/Los_Angeles"))):
        signed_in(person).post("/reminders/", {"rhythm": "every_3_months"})
    came = []
    for _ in range(6):
        reminder = Reminder.objects.get()
        came.append(reminder.due_on.isoformat())
        # The day begins in Los Angeles at 08:00 UTC, or at 07:00.
        begins = datetime.combine(reminder.due_on, datetime.min.time(), person.zone)
        with clock(begins - timedelta(minutes=1)):
            assert send() == "0 sent, 0 failed, 0 put off\n"
        with clock(begins + timedelta(hours=30)):  # a late run doesn't shift the schedule
            assert send() == "1 sent, 0 failed, 0 put off\n"
    assert came == [
        "2027-11-30", "2028-02-29", "2028-05-31", "2028-08-31", "2028-11-30", "2029-02-28",
    ]  # fmt: skip
    assert len({message.message()["Message-ID"] for message in mail.outbox}) == 6


def test_a_day_chosen_once_more_is_another_mail(db):
    person = make_verified_user()
    for _ in range(2):
        with clock(datetime(2027, 3, 14, 10, tzinfo=UTC) + timedelta(minutes=len(mail.outbox))):
            client = signed_in(person)
            client.post("/reminders/", {"rhythm": "on_date", "date": "2027-03-14"})
            send()
    first, second = (message.message()["Message-ID"] for message in mail.outbox)
    assert first != second


@pytest.mark.parametrize(
    ("zone", "hour", "sent"),
    [
        ("Pacific/Kiritimati", 9, 0),
        ("Pacific/Kiritimati", 10, 1),
        ("Nowhere/Known", 23, 0),
        ("Nowhere/Known", 24, 1),
        ("Etc/GMT+12", 35, 0),
        ("Etc/GMT+12", 36, 1),
    ],
)
def test_a_mail_is_sent_once_the_day_has_begun_where_its_person_is(db, zone, hour, sent):
    make_reminder(make_verified_user(browser_time_zone=zone), due_on=date(2027, 3, 14))
    with clock(datetime(2027, 3, 13, tzinfo=UTC) + timedelta(hours=hour)):
        assert send() == f"{sent} sent, 0 failed, 0 put off\n"


# --- Where the time zone comes from ---


def told(client: Client, zone: str) -> Client:
    client.cookies["timezone"] = zone
    return client


def test_the_browser_tells_it_and_the_account_keeps_it(owner, user):
    make_assessment(user, taken_at=datetime(2026, 3, 13, 23, tzinfo=UTC))
    assert "13 March 2026" in text_of(owner.get("/history/"))
    assert "14 March 2026" in text_of(told(owner, "Asia/Kolkata").get("/history/"))
    user.refresh_from_db()
    assert user.browser_time_zone == ""  # a GET changes nothing
    owner.post("/settings/time-zone/", {"time_zone": ""})
    elsewhere = signed_in(user)
    assert "14 March 2026" in text_of(elsewhere.get("/history/"))
    # The days follow a person who travels.
    assert "13 March 2026" in text_of(told(owner, "America/Los_Angeles").get("/history/"))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "localtime", "x" * 300])
def test_what_is_no_time_zone_is_passed_over(owner, user, zone):
    assert told(owner, zone).get("/history/").status_code == 200
    owner.post("/settings/time-zone/", {"time_zone": ""})
    user.refresh_from_db()
    assert (user.browser_time_zone, user.zone) == ("", UTC)


def test_a_chosen_one_stands_whatever_the_browser_says(owner, user):
    response = owner.post("/settings/time-zone/", {"time_zone": "Asia/Kolkata"})
    assert (response.status_code, response.url) == (302, "/settings/")
    told(owner, "Europe/London")
    page = owner.get("/settings/")
    assert "Dates and times are shown in this time zone: Asia/Kolkata." in text_of(page)
    assert '<option value="Asia/Kolkata" selected>' in page.content.decode()
    owner.post("/settings/time-zone/", {"time_zone": ""})
    assert "Dates and times are shown in this time zone: Europe/London." in text_of(
        owner.get("/settings/")
    )


def test_without_either_times_are_in_utc_and_say_so(owner, user):
    for hour in (10, 11):
        make_assessment(user, taken_at=datetime(2026, 3, 14, hour, tzinfo=UTC))
    assert "Dates and times are shown in this time zone: UTC." in text_of(owner.get("/settings/"))
    assert "14 March 2026, 11:00 UTC" in text_of(owner.get("/history/"))


def test_an_hour_that_comes_twice_says_which_it_is(owner, user):
    User.objects.update(time_zone="Europe/London")
    for hour in (0, 1):
        make_assessment(user, taken_at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    names = [name for _, name in listed(owner)]
    assert names == ["25 October 2026, 01:30 GMT", "25 October 2026, 01:30 BST"]


def test_a_time_zone_without_letters_of_its_own_is_named_by_its_offset(owner, user):
    User.objects.update(time_zone="Pacific/Kiritimati")
    for hour in (10, 11):
        make_assessment(user, taken_at=datetime(2026, 3, 14, hour, tzinfo=UTC))
    names = [name for _, name in listed(owner)]
    assert names == ["15 March 2026, 01:00 UTC+14", "15 March 2026, 00:00 UTC+14"]
    User.objects.update(time_zone="Etc/GMT+12")
    assert "Dates and times are shown in this time zone: Etc/GMT+12." in text_of(
        owner.get("/settings/")
    )


def test_a_time_zone_that_is_not_in_the_list_is_refused(owner, user):
    response = owner.post("/settings/time-zone/", {"time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    assert str(UNKNOWN_ZONE) in response.content.decode()
    user.refresh_from_db()
    assert user.time_zone == ""


def options(response) -> list[tuple[str, str, str]]:
    """Return the region, value and label of each time zone to choose from."""
    select = response.content.decode().partition('name="time_zone"')[2].partition("</select>")[0]
    region, found = "", []
    for label, value, words in re.findall(
        r'<optgroup label="(.*?)">|<option value="(.*?)".*?>(.*?)</option>', select
    ):
        region = label or region
        found += [] if label else [(region, value, words)]
    return found


def test_places_are_offered_by_their_region_and_no_name_is_an_old_one(owner):
    offered = options(owner.get("/settings/"))
    assert offered[:2] == [("", "", "Same as my browser"), ("", "UTC", "UTC")]
    assert ("America", "America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in offered
    names = [name for _region, name, _words in offered]
    assert len(names) == len(set(names)) > 400
    assert "Asia/Kolkata" in names
    assert not {"Asia/Calcutta", "Etc/GMT+12", "US/Pacific"} & set(names)
    refused = owner.post("/settings/time-zone/", {"time_zone": "Mars/Olympus"})
    assert options(refused) == offered


def test_whoever_has_a_name_that_is_not_offered_keeps_it(owner, user):
    User.objects.update(time_zone="US/Pacific")
    page = owner.get("/settings/")
    assert '<option value="US/Pacific" selected>' in page.content.decode()
    assert options(page)[2] == ("", "US/Pacific", "US/Pacific")
    owner.post("/settings/time-zone/", {"time_zone": "US/Pacific"})
    user.refresh_from_db()
    assert user.time_zone == "US/Pacific"
    assert page.content.decode().count(" selected") == 1


@pytest.mark.parametrize("old", time_zones.CURRENT_NAMES)
def test_a_place_is_shown_under_its_name_of_today_where_a_browser_knows_an_old_one(old):
    current = time_zones.current_name(old)
    assert {old, current} & {*time_zones.offered_zone_names()} == {current}
    for month in (1, 7):
        then = datetime(2026, month, 1, 12, tzinfo=UTC)
        offsets = {
            then.astimezone(time_zones.zone_named(name)).utcoffset() for name in (old, current)
        }
        assert len(offsets) == 1


def test_a_browser_that_tells_an_old_name_and_a_choice_of_one_find_the_current_one(owner, user):
    assert "time zone: Asia/Kolkata." in text_of(told(owner, "Asia/Calcutta").get("/settings/"))
    assert owner.post("/settings/time-zone/", {"time_zone": "Asia/Calcutta"}).status_code == 302
    page = owner.get("/settings/")
    assert '<option value="Asia/Kolkata" selected>' in page.content.decode()
    assert "Calcutta" not in page.content.decode()


@pytest.mark.parametrize("name", ["time_zone", "browser_time_zone"])
def test_postgresql_takes_nothing_that_does_not_look_like_a_time_zone(user, name):
    constraint = "user_time_zones_look_like_names"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        User.objects.update(**{name: "<script>"})


def test_every_name_of_the_list_can_be_stored_and_read(db):
    names = time_zones.zone_names()
    assert {*ZONES, "Pacific/Kiritimati", "Etc/GMT+12", "UTC"} <= {*names}
    User.objects.bulk_create(
        User(email=f"{number}@example.org", time_zone=name) for number, name in enumerate(names)
    )
    assert [str(user.zone) for user in User.objects.order_by("pk")] == [*names]


def test_the_export_says_which_one_was_chosen(owner, user):
    User.objects.update(time_zone="Asia/Kolkata", browser_time_zone="Europe/London")
    document = json.loads(owner.get("/history/export.json").content)
    assert document["time_zone"] == "Asia/Kolkata"


@pytest.mark.parametrize("path", ["/privacy/", "/purposes/", "/splits/6-2-2-0-0/", "/worksheet/"])
def test_public_pages_are_the_same_bytes_for_everybody(client, owner, user, path):
    User.objects.update(time_zone="Pacific/Kiritimati")
    anonymous = Client().get(path)
    mine = told(owner, "Asia/Kolkata").get(path)
    assert mine.content == anonymous.content
    assert "Cookie" not in mine.get("Vary", "")
    assert "time_zone.js" not in mine.content.decode()
    user.refresh_from_db()
    assert user.browser_time_zone == ""


def test_one_request_leaves_its_time_zone_to_no_other(owner, user):
    make_assessment(user, taken_at=datetime(2026, 3, 13, 23, tzinfo=UTC))
    other = make_user("other@example.org")
    make_assessment(other, taken_at=datetime(2026, 3, 13, 23, tzinfo=UTC))
    told(owner, "Asia/Kolkata").get("/history/")
    assert "13 March 2026" in text_of(signed_in(other).get("/history/"))

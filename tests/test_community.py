"""The community's picture: `manage.py refresh_community`, `/community/`, and opting out."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from purposeapp.community import GROUPS, MIN_CHANGED, MIN_PEOPLE, group_of
from purposeapp.models import Assessment, CommunityPicture, User
from purposeapp.models.published_version import published_version
from purposeapp.split import Purpose, Split
from tests.support.community import make_people, record, refresh
from tests.support.make import NOON, make_assessment, make_user

HIDDEN = "\N{EN DASH}Not shown"
PATH = "/community/"
SETTING = "/settings/community/"
A, B = "6-2-2-0-0", "0-5-5-0-0"
MIXED = [A, "1-1-1-6-1", "0-4-3-2-1", "7-0-0-3-0", "2-1-6-0-1", "3-3-3-1-0"]


def run() -> str:
    out = io.StringIO()
    call_command("refresh_community", stdout=out)
    return out.getvalue()


def words_of(client: Client, path: str = PATH) -> str:
    response = client.get(path)
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]+>", " ", main).split())


def table_of(client: Client) -> dict[str, list[str]]:
    """Return the cells of each row of the page's table."""
    body = client.get(PATH).content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [
        [re.sub("<[^>]+>", "", cell).strip() for cell in re.split("</t[hd]>", row)[:-1]]
        for row in body.split("</tr>")[:-1]
    ]
    return {name: cells for name, *cells in rows}


# --- The statement ---------------------------------------------------------------------------


def test_only_the_latest_result_of_each_person_counts(db):
    user = make_user()
    make_assessment(user, B, taken_at=NOON)
    make_assessment(user, A, taken_at=NOON + timedelta(days=1))
    make_assessment(user, B, taken_at=NOON - timedelta(days=1))
    make_user("without@example.org")
    assert Assessment.objects.latest_by_split() == {Split.parse(A): 1}


def test_which_is_the_latest_is_decided_as_everywhere_else(db):
    """It is ordered by the time taken, then the time recorded, then the id."""
    for number in range(12):
        user = make_user(f"person-{number}@example.org")
        for split in (A, B, "0-0-0-0-10"):
            make_assessment(
                user, split, taken_at=NOON, recorded_at=NOON + timedelta(hours=number % 3)
            )
        if number % 2:
            make_assessment(user, "1-1-1-1-6", taken_at=NOON, recorded_at=NOON + timedelta(days=1))
    expected: dict[Split, int] = {}
    for user in User.objects.all():
        split = Assessment.objects.latest_of(user).split
        expected[split] = expected.get(split, 0) + 1
    assert Assessment.objects.latest_by_split() == expected


def test_whoever_is_left_out_is_not_counted(db):
    users = make_people(A, B)
    User.objects.filter(pk=users[0].pk).update(left_out=True)
    assert Assessment.objects.latest_by_split() == {Split.parse(B): 1}


# --- The release -----------------------------------------------------------------------------


def test_nothing_is_released_of_fewer_than_fifty_people(db):
    make_people(A, each=MIN_PEOPLE - 1)
    assert run() == "Not released: 49 people, 50 are needed\n"
    assert not CommunityPicture.objects.exists()
    make_people(B)
    assert run() == "Released: 50 people, 50 changed\n"


def test_the_next_one_waits_until_twenty_have_changed(db):
    users = make_people(*MIXED, each=10)
    assert run() == "Released: 60 people, 60 changed\n"
    first = CommunityPicture.objects.get()
    record(users[:10], ["0-0-0-2-8"] * 10)  # all of A
    User.objects.filter(pk__in=[user.pk for user in users[10:19]]).update(left_out=True)
    assert run() == "Not released: 19 changed, 20 are needed\n"
    assert CommunityPicture.objects.get().released_at == first.released_at
    users[20].delete()
    assert run() == "Released: 50 people, 20 changed\n"
    second = CommunityPicture.objects.get()
    assert second.released_at > first.released_at
    assert run() == "Not released: 0 changed, 20 are needed\n"


def test_the_same_points_again_are_no_change(db):
    users = make_people(*MIXED, each=10)
    refresh()
    record(users, [split for split in MIXED for _ in range(10)])
    assert run() == "Not released: 0 changed, 20 are needed\n"


def test_what_few_changed_shows_on_no_page(client, db):
    """Every page of a group, and the picture's own page, stays the same to the byte."""
    users = make_people(*MIXED, each=10)
    refresh()
    paths = [PATH, *(f"/splits/{split}/" for split in [*MIXED, "0-0-0-0-10", "0-3-0-0-7"])]
    before = [client.get(path).content for path in paths]
    record(users[: MIN_CHANGED - 1], ["0-0-0-0-10"] * (MIN_CHANGED - 1))
    assert not refresh().is_released
    assert [client.get(path).content for path in paths] == before
    record(users[MIN_CHANGED : MIN_CHANGED + 1], ["0-0-0-0-10"])
    assert refresh().is_released
    assert [client.get(path).content for path in paths] != before


def test_a_release_holds_numbers_and_nobody(db):
    make_people(*MIXED, each=10)
    refresh()
    row = CommunityPicture.objects.values().get()
    row.pop("released_at")
    alike = dict.fromkeys(GROUPS) | {group_of(Split.parse(split)): 10 for split in MIXED}
    for purpose in (Purpose.LEARNING_SPONGE, Purpose.JOB_SEEKING):
        alike[(purpose,)] = None  # ten people again have it first, so that nobody else does
    assert row == {
        "id": 1,
        "people": 60,
        "changed": 60,
        "points": [190, 110, 150, 120, 30],
        "first": [20, None, 10, 10, None, 10],  # the last purpose leads for nobody
        "nothing": [10, 10, 10, 20, 30],
        "alike": list(alike.values()),
        "counts": dict.fromkeys(MIXED, 10),
    }


def test_two_who_refresh_at_once_do_it_one_after_the_other(db):
    refresh()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mode FROM pg_locks WHERE relation = 'purposeapp_communitypicture'::regclass"
            " AND pid = pg_backend_pid()"
        )
        assert ("ShareRowExclusiveLock",) in cursor.fetchall()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_sees_that_it_goes_on(db, monkeypatch):
    class AtOnce:
        """An event that occurs once it has been waited for twice."""

        def __init__(self):
            self.waits = 0

        def wait(self, _seconds):
            self.waits += 1
            return self.waits > 2

        def set(self):
            pass

    monkeypatch.setattr("purposeapp.management.commands.refresh_community.Event", AtOnce)
    out = Terminal()
    call_command("refresh_community", stdout=out, no_color=True)
    assert out.getvalue().count("\rCounting: 0 s") == 2
    assert out.getvalue().endswith("\r\x1b[KNot released: 0 people, 50 are needed\n")


# --- Constraints -----------------------------------------------------------------------------

GOOD = {
    "people": 60,
    "changed": 20,
    "points": [120] * 5,
    "first": [10] * 6,
    "nothing": [10, 20, 25, None, None],
    "alike": [None] * 16,
    "counts": {},
}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"id": 2}, "is_the_only_one"),
        ({"people": 49, "points": [98] * 5, "first": [None] * 6}, "has_enough_people"),
        ({"changed": 19}, "differs_by_enough"),
        ({"points": [120, 120, 120, 120, 119]}, "spends_ten_points_each"),
        ({"points": [-1, 121, 120, 120, 240]}, "spends_ten_points_each"),
        ({"points": [150] * 4}, "spends_ten_points_each"),
        ({"first": [9, 10, 10, 10, 10, 11]}, "first_only_of_enough_people"),
        ({"first": [12] * 5}, "first_only_of_enough_people"),
        ({"first": [None, 10, 10, 10, 10, 10]}, "first_hides_no_number_alone"),
        (
            {"nothing": [51, 20, 30, None, None], "first": [None] * 6},
            "nothing_only_of_enough_people",
        ),
        ({"nothing": [0, 20, 30, None, None]}, "nothing_only_of_enough_people"),
        ({"nothing": [10, 20, 30, 40, None]}, "nothing_hides_no_number_alone"),
        ({"alike": [None] * 15 + [3]}, "alike_only_of_enough_people"),
        (
            {
                "people": 160,
                "points": [320] * 5,
                "first": [None] * 6,
                "alike": [None] + [10] * 15,
            },
            "alike_hides_no_number_alone",
        ),
        ({"first": [30, 30, None, None, None, None]}, "first_hides_enough_people"),
        ({"first": [30, 21, None, None, None, None]}, "first_hides_enough_people"),
        ({"first": [20, 20, 20, 20, None, None]}, "first_hides_enough_people"),
        ({"alike": [30, 21, *[None] * 14]}, "alike_hides_enough_people"),
        ({"nothing": [41, 20, 25, None, None]}, "between_first_and_nothing_enough"),
        ({"alike": [None, 10, *[None] * 14]}, "first_but_not_alike_enough"),
    ],
)
def test_postgresql_refuses_what_must_not_be_released(db, values, rule):
    with pytest.raises(IntegrityError, match=f"communitypicture_{rule}"), transaction.atomic():
        CommunityPicture.objects.create(**{**GOOD, **values})
    CommunityPicture.objects.create(**GOOD)


# --- The page --------------------------------------------------------------------------------


def test_before_the_first_release_there_is_a_page_that_says_so(client, db):
    make_people(A, each=49)
    refresh()
    words = words_of(client)
    assert "There's no picture yet." in words
    assert "at least 50 people have saved a result" in words
    assert "%" not in words
    assert "a mix like this" not in words_of(client, f"/splits/{A}/")


def test_it_shows_means_who_has_what_first_and_who_spends_nothing_on_it(client, db):
    make_people(A, each=30)
    make_people("1-1-0-8-0", each=20)
    make_people("0-0-5-0-5", each=9)
    make_people(B, "0-6-1-1-2", each=4)
    make_people("0-2-7-0-1", each=8)
    refresh()
    assert table_of(client) == {
        "Business driven": ["27%", "40%", "33%"],
        "Community spirit": ["19%", HIDDEN, HIDDEN],
        "Learning sponge": ["25%", HIDDEN, "27%"],
        "Job seeking": ["22%", "27%", HIDDEN],  # four have some points on it, but don't lead
        "Vanity project": ["8%", HIDDEN, "72%"],
        "Several tie for first": ["", "17%", ""],
    }
    assert "at least 70 people" in words_of(client)


def test_its_dashes_stand_for_enough_people(client, db):
    make_people(A, each=32)
    make_people("0-1-1-8-0", each=25)
    make_people("0-0-3-0-7", each=3)
    refresh()
    firsts = {name: cells[1] for name, cells in table_of(client).items()}
    assert firsts == {name: "53%" if name == "Business driven" else HIDDEN for name in firsts}


def test_it_says_which_day_it_is_of(client, db):
    make_people(*MIXED, each=10)
    refresh()
    CommunityPicture.objects.update(released_at=datetime(2026, 3, 4, 23, 59, tzinfo=UTC))
    assert "as of 4 March 2026." in words_of(client)


def test_a_share_below_half_a_per_cent_is_not_called_none(client, db):
    CommunityPicture.objects.create(
        **{
            **GOOD,
            "people": 10_000,
            "points": [20_000] * 5,
            "first": [20] * 5 + [9_900],
            "nothing": [10, 2_000, 30, 9_970, 10],
            "alike": [10] * 15 + [9_850],
        }
    )
    assert "Under 1%" in words_of(client)
    assert "Fewer than 1 in 100 people here have a mix like this." in words_of(
        client, f"/splits/{A}/"
    )


def test_everybody_gets_the_same_bytes(owner, client):
    make_people(*MIXED, each=10)
    refresh()
    anonymous = Client().get(PATH)
    assert anonymous.content == owner.get(PATH).content
    assert anonymous["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not anonymous.cookies


def test_it_comes_from_memory(client, db, settings, django_assert_num_queries):
    settings.PUBLIC_PAGE_SECONDS = 60
    make_people(*MIXED, each=10)
    refresh()
    first = client.get(PATH)
    with django_assert_num_queries(0):
        assert client.get(PATH).content == first.content


def test_it_takes_no_filters(client, db):
    make_people(*MIXED, each=10)
    refresh()
    answer = client.get(f"{PATH}?purpose=job_seeking&first=1")
    assert (answer.status_code, answer.url) == (302, PATH)


def test_a_release_is_a_new_version_of_all_public_pages(db):
    before = published_version()
    make_people(*MIXED, each=10)
    assert published_version() == before  # recording invalidates no cached page
    refresh()
    assert published_version() != before


@pytest.mark.parametrize("path", ["/", f"/splits/{A}/", PATH])
def test_every_page_links_to_it(client, db, path):
    assert f'href="{PATH}"' in client.get(path).content.decode()


# --- The sentence on a result ----------------------------------------------------------------


def test_a_result_says_how_many_spend_alike_from_ten_people_on(client, db):
    make_people(A, "8-0-0-1-1", each=5)
    make_people("0-0-0-10-0", each=9)
    make_people("0-0-10-0-0")
    make_people("7-3-0-0-0", each=10)
    make_people("0-0-4-3-3", each=31)
    make_people(B, each=200)
    refresh()
    assert "About 4 in 100 people here have a mix like this." in words_of(client, f"/splits/{A}/")
    few = words_of(client, "/splits/0-0-0-10-0/")
    none = words_of(client, "/splits/0-0-0-0-10/")
    for words in (few, none):
        assert "a mix like this" not in words
        assert "in 100" not in words


def test_one_in_a_hundred_is_said_in_the_singular(client, db):
    CommunityPicture.objects.create(
        **{
            **GOOD,
            "people": 1_000,
            "points": [2_000] * 5,
            "first": [20] * 5 + [900],
            "alike": [10] * 15 + [850],
        }
    )
    assert "About 1 in 100 people here has a mix like this." in words_of(client, f"/splits/{A}/")


@pytest.mark.parametrize(
    ("split", "words"),
    [
        (A, "3 points or more on Business driven, and fewer than 3 on each of the others."),
        (B, "3 points or more on both Community spirit and Learning sponge, and fewer"),
        ("2-2-2-2-2", "3 points or more on three purposes, or 2 on each of the five."),
    ],
)
def test_it_says_what_alike_means(client, db, split, words):
    make_people(*MIXED, each=10)
    refresh()
    assert f"That means {words}" in words_of(client, f"/splits/{split}/")


def test_few_and_none_say_the_same_on_every_page_of_their_groups(client, db):
    """Neither says anything, so that a small number points to nobody."""
    make_people("0-0-0-10-0", each=9)
    make_people(A, "0-1-8-0-1", B, each=20)
    refresh()
    picture = CommunityPicture.objects.get()
    hidden = [group for group, cell in zip(GROUPS, picture.alike, strict=True) if cell is None]
    assert len(hidden) == 14
    for group in GROUPS:
        split = next(split for split in Split.all() if group_of(split) == group)
        words = words_of(client, f"/splits/{split}/")
        assert ("have a mix like this. That means" in words) == (group not in hidden)
        assert ("in 100" in words) == (group not in hidden)


def test_a_result_of_ones_own_says_it_too(owner, user):
    mine = make_assessment(user, A)
    assert "a mix like this" not in words_of(owner, mine.get_absolute_url())
    make_people(*MIXED, each=10)
    refresh()
    assert "About 18 in 100 people here have a mix like this." in words_of(
        owner, mine.get_absolute_url()
    )


# --- Leave me out ----------------------------------------------------------------------------


def test_leave_me_out_is_a_setting_and_can_be_undone(owner, user):
    assert "Your latest result is counted." in words_of(owner, "/settings/")
    assert 'value="count" checked' in re.sub(
        r'\s+(id|class)="[^"]*"| required', "", owner.get(SETTING).content.decode()
    )
    answer = owner.post(SETTING, {"choice": "leave_out"})
    assert (answer.status_code, answer.url) == (302, "/settings/")
    user.refresh_from_db()
    assert user.left_out
    assert "Your results aren't counted." in words_of(owner, "/settings/")
    owner.post(SETTING, {"choice": "count"})
    user.refresh_from_db()
    assert not user.left_out


@pytest.mark.parametrize("choice", ["", "maybe", "COUNT"])
def test_anything_else_changes_nothing(owner, user, choice):
    User.objects.filter(pk=user.pk).update(left_out=True)
    response = owner.post(SETTING, {"choice": choice})
    assert response.status_code == 422
    assert "Choose one of these." in response.content.decode()
    user.refresh_from_db()
    assert user.left_out


def test_everybody_is_counted_until_they_choose(user):
    user.refresh_from_db()
    assert user.left_out is False


def test_recording_writes_nothing_but_the_result(owner):
    make_people(*MIXED, each=10)
    refresh()
    before = CommunityPicture.objects.values().get()
    person = User.objects.first()
    with CaptureQueriesContext(connection) as queries:
        make_assessment(person, B, taken_at=timezone.now())
    assert [each["sql"].partition(" (")[0] for each in queries] == [
        'INSERT INTO "purposeapp_assessment"'
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'purposeapp_assessment'::regclass"
            " AND NOT tgisinternal"
        )
        assert cursor.fetchall() == [("assessment_not_too_many",)]  # it only counts
    assert CommunityPicture.objects.values().get() == before

from datetime import timedelta

import pytest

from purposeapp.models import Assessment
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from purposeapp.views.history import PAGE_SIZE
from tests.make import NOON, make_assessment, make_user

NOBODYS_ID = "7f9c24e8-3b12-4fef-91e0-56e4c3a2b1d0"


@pytest.fixture
def three(user):
    """Three assessments, the oldest first; the notes tell them apart."""
    return [
        make_assessment(user, split, taken_at=NOON + timedelta(days=day), note=f"note {day}")
        for day, split in enumerate(["6-2-2-0-0", "2-2-0-6-0", "2-2-0-6-0"])
    ]


def test_every_assessment_is_there_newest_first_with_what_changed(owner, three):
    response = owner.get("/history/")
    entries = response.context["entries"]
    assert [entry["assessment"] for entry in entries] == three[::-1]
    assert [entry["change"] for entry in entries] == [
        "The same split as before",
        "Job seeking +6, Business driven −4, Learning sponge −2",
        None,
    ]
    page = response.content.decode()
    assert "Job seeking +6, Business driven −4, Learning sponge −2" in page
    assert "Where it began" in page
    for assessment in three:
        assert f'href="/history/{assessment.id}/"' in page


def test_the_picture_and_its_table_run_from_old_to_new(owner, three):
    response = owner.get("/history/")
    assert [entry["assessment"] for entry in response.context["timeline"]] == three
    assert response.content.decode().count("timeline-column") == 3 + 1  # and what holds them


def test_an_empty_history_says_how_to_begin(owner):
    page = owner.get("/history/").content.decode()
    assert "Nothing here yet" in page
    assert "timeline" not in page


def test_nobody_sees_the_history_of_somebody_else(stranger, three):
    response = stranger.get("/history/")
    assert response.context["entries"] == []
    assert "note 1" not in response.content.decode()


def test_a_long_history_comes_in_pages_that_lose_and_repeat_nothing(owner, user):
    total = 2 * PAGE_SIZE + 1
    for day in range(total):
        # Five at a time share their moment, so that pages end in the middle of a tie.
        make_assessment(user, taken_at=NOON + timedelta(days=day // 5))
    seen, url = [], "/history/"
    while url:
        response = owner.get(url)
        entries = response.context["entries"]
        seen += [entry["assessment"].pk for entry in entries]
        older = response.context["older"]
        assert [entry["change"] is None for entry in entries[:-1]] == [False] * (len(entries) - 1)
        assert (entries[-1]["change"] is None) == (older is None)
        url = older and f"/history/?before={older.id}"
    assert len(seen) == len(set(seen)) == total
    newest_first = Assessment.objects.for_user(user).latest_first()
    assert seen == list(newest_first.values_list("pk", flat=True))


def test_a_full_page_without_an_older_one_offers_none(owner, user):
    for _ in range(PAGE_SIZE):
        make_assessment(user)
    assert owner.get("/history/").context["older"] is None


@pytest.mark.parametrize("cursor", ["nonsense", NOBODYS_ID, "%00"])
def test_a_page_behind_nothing_is_a_404(owner, three, cursor):
    assert owner.get(f"/history/?before={cursor}").status_code == 404


def test_a_page_behind_somebody_elses_assessment_is_a_404(stranger, three):
    assert stranger.get(f"/history/?before={three[1].id}").status_code == 404


def test_it_costs_the_same_number_of_queries_at_one_and_at_three(
    owner, user, django_assert_num_queries
):
    make_assessment(user)
    with django_assert_num_queries(4):  # session, user, assessments, how many tips are done
        owner.get("/history/")
    make_assessment(user)
    make_assessment(user)
    with django_assert_num_queries(4):
        owner.get("/history/")


# --- One assessment ---------------------------------------------------------------------------


def test_an_assessment_shows_its_result_and_what_changed(owner, three):
    page = owner.get(f"/history/{three[1].id}/").content.decode()
    assert "<h1>Mainly job seeking, 60 %</h1>" in page
    assert "Job seeking +6, Business driven −4, Learning sponge −2." in page
    assert f'href="/history/{three[0].id}/"' in page
    assert "note 1" in page
    assert "note 0" not in page


def test_the_first_one_has_nothing_to_compare_with(owner, three):
    page = owner.get(f"/history/{three[0].id}/").content.decode()
    assert "This is where your history begins" in page


def test_points_on_vanity_are_met_with_thanks_and_an_invitation(owner, user):
    page = owner.get(make_assessment(user, "0-0-0-0-10").get_absolute_url()).content.decode()
    assert "Thank you for the honesty" in page
    assert '<a href="#note">Write down why you think so.</a>' in page
    page = owner.get(make_assessment(user, "10-0-0-0-0").get_absolute_url()).content.decode()
    assert "Thank you for the honesty" not in page


def test_a_note_is_kept_and_the_points_are_not_touched(owner, three):
    url = three[0].get_absolute_url()
    response = owner.post(url, {"note": "Zwölf Boxkämpfer", "business_driven": "0"}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert "Your note is kept." in response.content.decode()
    stored = Assessment.objects.get(pk=three[0].pk)
    assert stored.note == "Zwölf Boxkämpfer"
    assert (stored.split, stored.taken_at) == (three[0].split, three[0].taken_at)


def test_a_note_can_be_emptied(owner, three):
    owner.post(three[0].get_absolute_url(), {"note": ""})
    three[0].refresh_from_db()
    assert three[0].note == ""


@pytest.mark.parametrize(
    "note", ["x" * (NOTE_MAX_LENGTH + 1), "a\0b"], ids=["too long", "with a NUL"]
)
def test_a_bad_note_answers_422_keeps_what_was_typed_and_changes_nothing(owner, three, note):
    response = owner.post(three[0].get_absolute_url(), {"note": note})
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert note in page
    three[0].refresh_from_db()
    assert three[0].note == "note 0"


def test_a_note_is_shown_as_text(owner, user):
    assessment = make_assessment(user, note="<script>alert(1)</script>")
    for url in ("/history/", assessment.get_absolute_url()):
        assert b"<script>alert" not in owner.get(url).content


def test_deleting_asks_once_and_is_then_done(owner, three):
    url = f"/history/{three[1].id}/delete/"
    assert "Delete this assessment?" in owner.get(url).content.decode()
    assert Assessment.objects.count() == 3
    response = owner.post(url, follow=True)
    assert response.redirect_chain == [("/history/", 302)]
    assert list(Assessment.objects.oldest_first()) == [three[0], three[2]]


# --- Everybody else ---------------------------------------------------------------------------

PRIVATE = ["/history/{id}/", "/history/{id}/delete/"]


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_a_stranger_there_is_nothing(stranger, three, path, method):
    response = getattr(stranger, method)(path.format(id=three[0].id), {"note": "mine now"})
    assert response.status_code == 404
    assert list(Assessment.objects.oldest_first()) == three
    assert Assessment.objects.get(pk=three[0].pk).note == "note 0"


@pytest.mark.parametrize("path", [*PRIVATE, "/history/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_is_not_signed_in_is_asked_to(client, three, path, method):
    path = path.format(id=three[0].id)
    response = client.generic(method, path)
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={path}")
    assert list(Assessment.objects.oldest_first()) == three


def test_a_superuser_is_a_stranger_too(client, three):
    client.force_login(make_user("root@example.org", is_staff=True, is_superuser=True))
    assert client.get(f"/history/{three[0].id}/").status_code == 404


@pytest.mark.parametrize("path", [*PRIVATE, "/history/"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(owner, three, path, method):
    response = getattr(owner, method)(path.format(id=three[0].id))
    assert response.status_code == 405
    assert Assessment.objects.count() == 3


@pytest.mark.parametrize("path", ["/history/nonsense/", f"/history/{NOBODYS_ID}/", "/history/1/"])
def test_what_does_not_exist_is_a_404(owner, path):
    assert owner.get(path).status_code == 404


@pytest.mark.parametrize("path", [*PRIVATE, "/history/"])
def test_no_cache_keeps_what_is_private(owner, three, path):
    assert "no-store" in owner.get(path.format(id=three[0].id))["Cache-Control"]

import re
from datetime import date, timedelta

import pytest
from django.db import connection

from purposeapp.models import Assessment, Goal, Reminder, Tick, Tip
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from purposeapp.split import Purpose, Split
from purposeapp.timeline.snapshot import EXCERPT_LENGTH
from purposeapp.views.history import EXAMPLE, PAGE_SIZE
from tests.support.make import (
    NOON,
    make_assessment,
    make_reminder,
    make_tip,
    make_user,
    points,
    prove_address,
)
from tests.support.pages import text_of, words_of

NOBODYS_ID = "7f9c24e8-3b12-4fef-91e0-56e4c3a2b1d0"


@pytest.fixture
def three(user):
    """Three assessments, oldest first, with different notes."""
    return [
        make_assessment(user, split, taken_at=NOON + timedelta(days=day), note=f"note {day}")
        for day, split in enumerate(["6-2-2-0-0", "2-2-0-6-0", "2-2-0-6-0"])
    ]


def test_chart_and_story_of_many_are_ones_own_alone(owner, stranger, user):
    mine = [make_assessment(user, taken_at=NOON + timedelta(days=n)) for n in range(PAGE_SIZE + 2)]
    other = make_user("other@example.org")
    for day in range(PAGE_SIZE + 2):
        make_assessment(other, "0-0-0-0-10", taken_at=NOON + timedelta(days=day), note="private")
    response = owner.get("/history/")
    drawn = [entry.snapshot.id for entry in response.context["chart"].entries]
    assert drawn == [each.id for each in mine]
    assert "private" not in text_of(response)
    assert "Vanity project 10" not in text_of(response)


def test_every_assessment_is_there_newest_first_with_what_changed(owner, three):
    response = owner.get("/history/")
    entries = response.context["entries"]
    assert [entry.snapshot.id for entry in entries] == [each.id for each in three[::-1]]
    assert [entry.change for entry in entries] == [
        "No change",
        "Job seeking\xa0+6, Business driven\xa0−4, Learning sponge\xa0−2",
        "",
    ]
    page = response.content.decode()
    assert "Job seeking\xa0+6, Business driven\xa0−4, Learning sponge\xa0−2" in page
    assert "Your first result" in page
    for assessment in three:
        assert f'href="/history/{assessment.id}/"' in page


def test_the_link_to_each_result_is_described_by_its_day(owner, three):
    page = owner.get("/history/").content.decode()
    days = re.findall('<time id="(day-[^"]*)"', page)
    assert re.findall('<h4><a href="[^"]*" aria-describedby="(.*?)">', page) == days
    assert len(set(days)) == 3


def test_the_next_reminder_is_not_part_of_the_goal(owner, three):
    page = owner.get("/history/").content.decode()
    goal = re.search('<section aria-labelledby="now-goal">(.*?)</section>', page, re.DOTALL)[1]
    assert "Next reminder" not in goal
    assert '<section aria-labelledby="now-reminder">' in page


def test_the_picture_and_its_table_run_from_old_to_new(owner, three):
    response = owner.get("/history/")
    shown = response.context["chart"].entries
    assert [entry.snapshot.id for entry in shown] == [assessment.id for assessment in three]
    rows = re.findall(r"<tr data-x=.*?</tr>", response.content.decode(), re.DOTALL)
    for row, assessment in zip(rows, three, strict=True):
        assert assessment.get_absolute_url() in row
        assert re.findall("<td>(.*?)</td>", row) == list(str(assessment.split).split("-"))


def test_the_page_says_what_the_picture_says(owner, three):
    page = owner.get("/history/").content.decode()
    assert '<p class="story-headline">Job seeking has led since 2 March 2026.</p>' in page
    assert "Job seeking rose from 0 points to 6." in page
    assert page.index("story-headline") < page.index("<figure") < page.index("Job seeking rose")


def test_a_life_event_stands_on_the_picture_in_the_table_and_at_its_entry(owner, user):
    make_assessment(user, taken_at=NOON - timedelta(days=9))
    make_assessment(user, "2-2-0-6-0", taken_at=NOON, event="other", event_words="Moved <b>")
    response = owner.get("/history/")
    page = response.content.decode()
    (mark,) = response.context["chart"].marks
    assert mark.entry.snapshot.event_label == "Moved <b>"
    assert "<span>1 March 2026 · <bdi>Moved &lt;b&gt;</bdi></span>" in page
    assert '<td class="words">Moved &lt;b&gt;</td>' in page
    assert re.search(r'<p class="event">\s*What happened: <bdi>Moved &lt;b&gt;</bdi>\s*</p>', page)


def test_the_goal_stands_beside_the_picture(owner, user, three):
    assert "your goal" not in owner.get("/history/").content.decode()
    Goal.objects.set(user=user, split=Split.parse("2-6-2-0-0"), wanted_by=date(2027, 6, 1))
    Goal.objects.set(user=make_user("other@example.org"), split=Split.parse("0-0-0-0-10"))
    response = owner.get("/history/")
    wanted = response.context["chart"].wanted
    assert [part.points for part in wanted.parts] == [2, 6, 2, 0, 0]
    assert "your goal, by 1 June 2027." in response.content.decode()


def test_an_older_page_leads_back_to_the_picture(owner, user):
    made = [
        make_assessment(user, taken_at=NOON + timedelta(days=day)) for day in range(PAGE_SIZE + 2)
    ]
    response = owner.get(f"/history/?before={made[2].id}")
    assert "chart" not in response.context
    page = response.content.decode()
    assert '<a href="/history/">See the chart on your latest page.</a>' in page
    assert "<svg" not in page


def test_a_second_result_of_a_day_does_not_name_the_day_twice(owner, user):
    first = make_assessment(user, "0-0-0-0-10", taken_at=NOON)
    later = make_assessment(user, "0-0-0-1-9", taken_at=NOON + timedelta(hours=1))
    words = text_of(owner.get(later.get_absolute_url()))
    assert "Since your earlier result on the same day:" in words
    assert (
        f'href="{first.get_absolute_url()}">your earlier result'
        in owner.get(later.get_absolute_url()).content.decode()
    )


def test_of_a_very_long_history_the_latest_are_pictured_and_the_page_says_so(
    owner, user, monkeypatch
):
    monkeypatch.setattr("purposeapp.views.history.MAX_PICTURED", 3)
    for day in range(4):
        make_assessment(user, "0-0-0-0-10", taken_at=NOON + timedelta(days=day))
    response = owner.get("/history/")
    assert len(response.context["chart"].entries) == 3
    page = response.content.decode()
    assert "This covers your latest 3 results, since 2 March 2026." in page
    assert "Business driven has had no points." in page
    user.assessments.all()[0].delete()
    assert "covers your latest" not in owner.get("/history/").content.decode()


def test_only_the_beginning_of_a_note_is_read_for_the_picture(user):
    make_assessment(user, note="x" * NOTE_MAX_LENGTH)
    (moment,) = Assessment.objects.for_user(user).latest_snapshots(9)
    assert len(moment.note) == EXCERPT_LENGTH + 1


def test_two_entries_can_be_ticked_and_compared(owner, three):
    page = owner.get("/history/").content.decode()
    assert re.findall('name="a" value="([^"]+)" form="compare"', page) == [
        str(assessment.id) for assessment in three[::-1]
    ]
    assert '<form class="compare-two screen-only" id="compare" method="get"' in page
    ticked = f"/history/compare/?a={three[2].id}&a={three[1].id}"
    response = owner.get(ticked)
    assert response.context["earlier"].id == three[1].id
    assert response.context["later"].id == three[2].id


def shape(response) -> list[tuple[int, list[tuple[bool, list[str]]]]]:
    """Return the list as rendered: years with their runs, whether these are folded, the notes."""
    return [
        (day.year, [(folded, [entry.snapshot.note for entry in run]) for folded, run in runs])
        for day, runs in response.context["years"]
    ]


def test_entries_stand_under_their_years(owner, user):
    for days, split, note in [
        (-61, "6-2-2-0-0", "a"),
        (-60, "2-2-2-2-2", "b"),
        (-59, "6-4-0-0-0", "c"),
    ]:
        make_assessment(user, split, taken_at=NOON + timedelta(days=days), note=note)
    response = owner.get("/history/")
    assert shape(response) == [(2026, [(False, ["c"])]), (2025, [(False, ["b", "a"])])]
    page = response.content.decode()
    assert re.findall('<h3 id="year-[0-9]+">([0-9]+)</h3>', page) == ["2026", "2025"]
    assert page.count("<h4><a href=") == 3


def test_entries_without_a_change_are_folded_unless_something_was_written(owner, user):
    for days, extra in enumerate([{}, {}, {"note": "n"}, {}, {}, {"event": "new_job"}, {}]):
        make_assessment(user, taken_at=NOON + timedelta(days=days), **extra)
    response = owner.get("/history/")
    runs = [
        (folded, [e.snapshot.on.day for e in run])
        for folded, run in response.context["years"][0][1]
    ]
    assert runs == [
        (False, [7, 6]),  # the latest, and the event
        (True, [5, 4]),
        (False, [3]),  # the note
        (True, [2]),
        (False, [1]),  # the first
    ]
    page = response.content.decode()
    assert re.findall(r"No change: (.*?)\s*</summary>", page) == ["2 more results", "1 more result"]
    assert page.count('name="a"') == 7


def test_a_time_is_said_only_where_two_share_a_day(owner, user, monkeypatch):
    monkeypatch.setattr("purposeapp.views.history.PAGE_SIZE", 2)
    for hours in (0, 30, 31, 32, 80):
        make_assessment(user, taken_at=NOON + timedelta(hours=hours))
    names, url = [], "/history/"
    while url:
        response = owner.get(url)
        names += [entry.name for entry in response.context["entries"]]
        older = response.context["older"]
        url = older and f"/history/?before={older.id}"
    assert names == [
        "4 March 2026",
        "2 March 2026, 20:00 UTC",
        "2 March 2026, 19:00 UTC",
        "2 March 2026, 18:00 UTC",
        "1 March 2026",
    ]


def test_with_one_assessment_there_is_nothing_to_compare(owner, user):
    make_assessment(user)
    page = owner.get("/history/").content.decode()
    assert "/history/compare/" not in page
    assert 'type="checkbox"' not in page
    assert "Your first result. The next one will appear beside it." in page
    assert "What changed" not in page


def test_an_empty_history_says_how_to_begin(owner):
    page = owner.get("/history/").content.decode()
    assert "Nothing here yet" in page
    assert "<svg" not in page


def test_nobody_sees_the_history_of_somebody_else(stranger, three):
    response = stranger.get("/history/")
    assert response.context["entries"] == []
    assert "note 1" not in response.content.decode()


def test_a_long_history_comes_in_pages_that_lose_and_repeat_nothing(owner, user):
    total = 2 * PAGE_SIZE + 1
    for day in range(total):
        # Groups of five have the same timestamp, so that pages end in the middle of a tie.
        make_assessment(user, taken_at=NOON + timedelta(days=day // 5))
    seen, url = [], "/history/"
    while url:
        response = owner.get(url)
        entries = response.context["entries"]
        seen += [entry.snapshot.id for entry in entries]
        older = response.context["older"]
        assert all(entry.change for entry in entries[:-1])
        assert (entries[-1].change == "") == (older is None)
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


def test_a_long_history_costs_one_query_more_than_a_short_one(
    owner, user, warm, django_assert_num_queries
):
    make_assessment(user)
    warm(owner, "/history/")
    # session and user, page, ticks, goal, reminder
    with django_assert_num_queries(5):
        owner.get("/history/")
    Assessment.objects.bulk_create(
        Assessment(user=user, taken_at=NOON - timedelta(days=day), **split.as_dict())
        for day, split in zip(range(499), Split.all(), strict=False)
    )
    with django_assert_num_queries(6):  # also the data of the chart beyond this page
        response = owner.get("/history/")
    assert len(response.context["chart"].entries) == 500


@pytest.mark.parametrize(
    "path", ["/history/", "/history/?before={id}", "/history/compare/?a={id}", "/history/{id}/"]
)
def test_no_query_needs_to_read_a_whole_table(
    owner, user, three, warm, django_assert_max_num_queries, path
):
    Goal.objects.set(user=user, split=Split.parse("2-6-2-0-0"))
    warm(owner, path.format(id=three[1].id))
    with django_assert_max_num_queries(6) as captured:
        assert owner.get(path.format(id=three[1].id)).status_code == 200
    statements = [query["sql"] for query in captured.captured_queries]
    assert any('"purposeapp_assessment"' in statement for statement in statements)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in statements:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, f"{statement}\n{plan}"
            assert "Index" in plan


# --- One assessment ---------------------------------------------------------------------------


def test_an_assessment_shows_its_result_and_what_changed(owner, three):
    page = owner.get(f"/history/{three[1].id}/").content.decode()
    assert "<h1>Mainly job seeking (60%)</h1>" in page
    assert "Job seeking\xa0+6, Business driven\xa0−4, Learning sponge\xa0−2." in page
    assert f'href="/history/{three[0].id}/"' in page
    assert "note 1" in page
    assert "note 0" not in page


def test_the_first_one_has_nothing_to_compare_with(owner, three):
    said = "Your first result. When your life changes, spend ten points again"
    assert said not in owner.get(f"/history/{three[0].id}/").content.decode()
    Assessment.objects.exclude(id=three[0].id).delete()
    assert said in owner.get(f"/history/{three[0].id}/").content.decode()


def test_the_first_one_of_several_is_called_so_and_asks_for_no_other(owner, three):
    page = owner.get(f"/history/{three[0].id}/").content.decode()
    assert '<p class="since">Your first result.</p>' in page


def test_only_the_latest_one_has_something_to_do_now(owner, user):
    first = make_assessment(user, "6-2-2-0-0", taken_at=NOON)
    page = owner.get(first.get_absolute_url())
    assert "Did you expect this? Note it down." in text_of(page)
    assert 'class="portrait-week"' in page.content.decode()
    latest = make_assessment(user, "4-2-2-2-0", taken_at=NOON + timedelta(days=30))
    page = owner.get(first.get_absolute_url())
    assert "The tips for this result" in text_of(page)
    assert 'class="portrait-week"' not in page.content.decode()
    assert f'Your next result: <a href="{latest.get_absolute_url()}">' in page.content.decode()
    assert f'href="/history/compare/?a={first.id}"' in page.content.decode()
    page = owner.get(latest.get_absolute_url())
    assert "The tips for this result" not in text_of(page)
    assert "Your next result" not in text_of(page)


def test_the_latest_asks_if_the_note_before_it_is_still_true(owner, user):
    path = make_assessment(user, note="Ready\nfor more.", taken_at=NOON).get_absolute_url()
    second = make_assessment(user, taken_at=NOON + timedelta(days=1)).get_absolute_url()
    asked = f'“Ready for more.” <a class="screen-only" href="{path}#note">Is it still true?</a>'
    assert f"Your note then: {asked}" in owner.get(second).content.decode()
    third = make_assessment(user, taken_at=NOON + timedelta(days=2)).get_absolute_url()
    for each in (path, second, third):
        assert "Is it still true?" not in words_of(owner.get(each))


def test_points_on_vanity_are_met_with_thanks_and_an_invitation(owner, user):
    page = owner.get(make_assessment(user, "0-0-0-0-10").get_absolute_url()).content.decode()
    assert "Thank you for being honest" in page
    assert '<a href="#note">Write down why you did.</a>' in page
    page = owner.get(make_assessment(user, "10-0-0-0-0").get_absolute_url()).content.decode()
    assert "Thank you for being honest" not in page


def test_points_on_community_spirit_are_thanked_for_before_any_tip(owner, user):
    """Also where a tip is for the movement, which goes before all other tips."""
    make_assessment(user, "10-0-0-0-0", taken_at=NOON)
    later = make_assessment(user, "9-1-0-0-0", taken_at=NOON + timedelta(days=1))
    page = owner.get(later.get_absolute_url()).content.decode()
    thanks = "Thank you. What you share makes a difference to other people."
    assert page.index(thanks) < page.index("Take the question people ask you most")
    page = owner.get(make_assessment(user, "10-0-0-0-0").get_absolute_url()).content.decode()
    assert thanks not in page


def test_a_note_is_kept_and_the_points_are_not_touched(owner, three):
    url = three[0].get_absolute_url()
    response = owner.post(url, {"note": "Zwölf Boxkämpfer", "business_driven": "0"}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert "Your note is saved." in response.content.decode()
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
    assert "Delete this result?" in owner.get(url).content.decode()
    assert Assessment.objects.count() == 3
    response = owner.post(url, follow=True)
    assert response.redirect_chain == [("/history/", 302)]
    assert list(Assessment.objects.oldest_first()) == [three[0], three[2]]


def test_of_two_presses_the_second_finds_it_deleted_and_says_no_more(owner, stranger, three):
    url = f"/history/{three[1].id}/delete/"
    assert [owner.post(url).url for _ in range(2)] == ["/history/"] * 2
    messages = owner.get("/history/").context["messages"]
    assert [str(message) for message in messages] == ["Result deleted."]
    theirs = stranger.post(f"/history/{three[0].id}/delete/", follow=True)
    assert theirs.redirect_chain == [("/history/", 302)]
    assert not list(theirs.context["messages"])
    assert Assessment.objects.count() == 2


# --- Other people -----------------------------------------------------------------------------

PRIVATE = ["/history/{id}/", "/history/{id}/delete/"]


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_a_stranger_there_is_nothing(stranger, three, path, method):
    response = getattr(stranger, method)(path.format(id=three[0].id), {"note": "mine now"})
    if (path, method) == ("/history/{id}/delete/", "post"):
        nobodys = stranger.post(path.format(id=NOBODYS_ID))
        assert (response.status_code, response.url) == (nobodys.status_code, nobodys.url)
    else:
        assert response.status_code == 404
    assert list(Assessment.objects.oldest_first()) == three
    assert Assessment.objects.get(pk=three[0].pk).note == "note 0"


@pytest.mark.parametrize("path", ["/history/nonsense/", f"/history/{NOBODYS_ID}/", "/history/1/"])
def test_what_does_not_exist_is_a_404(owner, path):
    assert owner.get(path).status_code == 404


def test_the_ways_on_stand_before_a_long_list_once(owner, user):
    for _ in range(2):
        make_assessment(user)
    page = owner.get("/history/").content.decode()
    for way in ("Spend ten points again", 'href="/try/"'):
        assert page.count(way) == 1
        assert page.index(way) < page.index('class="entries"')


def test_no_line_begins_with_the_sign_of_a_percentage(owner, user):
    page = owner.get(make_assessment(user).get_absolute_url()).content.decode()
    assert "Community spirit and Learning sponge share the rest (20% each)." in page
    assert not re.search(r"\d\s+%", page)


# --- The home ---------------------------------------------------------------------------------


def test_the_home_says_how_things_stand_now(owner, user, three):
    goal = Goal.objects.set(user=user, split=Split.parse("2-6-2-0-0"))
    make_reminder(user, due_on=date(2100, 5, 1))
    page = owner.get("/history/").content.decode()
    now = page[page.index('<div class="now">') : page.index("Spend ten points again")]
    assert f'<a href="/history/{three[2].id}/">Mainly job seeking (60%)</a>' in now
    assert "6 points still need to move." in now
    assert '<a href="/reminders/">1 May 2100</a>' in now
    assert "We can't send it until your email is confirmed." in now
    prove_address(user)
    assert (
        "We can't send it until your email is confirmed."
        not in owner.get("/history/").content.decode()
    )
    goal.delete()
    Reminder.objects.all().delete()
    page = owner.get("/history/").content.decode()
    assert '<a href="/goal/">Set a goal</a>' in page
    assert '<a href="/reminders/">Set a reminder</a>' in page
    make_reminder(user, "on_change")
    page = owner.get("/history/").content.decode()
    assert '<a href="/reminders/">When something changes in your life</a>' in page


def test_the_home_shows_the_next_tips_that_nothing_was_said_of(owner, user):
    Tip.objects.all().delete()
    tips = [make_tip(text=f"Tip {number}.", position=number) for number in range(4)]
    make_assessment(user, "10-0-0-0-0")

    def shown():
        return [each.tip.text for each in owner.get("/history/").context["next_tips"]]

    assert shown() == ["Tip 0.", "Tip 1."]
    Tick.objects.record(user=user, tip=tips[0], verdict="done")
    Tick.objects.record(user=user, tip=tips[2], verdict="not_for_me")
    Tick.objects.record(user=make_user("other@example.org"), tip=tips[1], verdict="done")
    assert shown() == ["Tip 1.", "Tip 3."]
    for tip in tips:
        Tick.objects.record(user=user, tip=tip, verdict="done")
    page = owner.get("/history/").content.decode()
    assert "You've been through all your tips." in page


def test_a_next_tip_for_one_side_says_for_whom_it_is(owner, user):
    Tip.objects.all().delete()
    for audience in ("candidate", "everyone"):
        make_tip(Purpose.JOB_SEEKING, f"Tip for {audience}.", audience=audience)
    make_assessment(user, "0-0-0-10-0")
    said = text_of(owner.get("/history/"))
    assert "Candidates: Tip for candidate." in said
    assert "Everyone" not in said


def test_the_next_tips_fit_the_latest_change_and_the_goal(owner, user):
    Tip.objects.all().delete()
    for direction in ("new", "wanted_more", "any"):
        make_tip(Purpose.JOB_SEEKING, f"Tip for {direction}.", direction=direction)
    make_assessment(user, "6-2-2-0-0", taken_at=NOON)
    make_assessment(user, "2-2-0-6-0", taken_at=NOON + timedelta(days=1))
    shown = owner.get("/history/").context["next_tips"]
    assert [each.tip.text for each in shown] == ["Tip for new.", "Tip for any."]
    Goal.objects.set(user=user, split=Split.parse("0-0-0-10-0"))
    shown = owner.get("/history/").context["next_tips"]
    assert [each.tip.text for each in shown] == ["Tip for new.", "Tip for wanted_more."]


def test_nobodys_goal_and_reminder_but_ones_own_are_at_home(stranger, user, three):
    Goal.objects.set(user=user, split=Split.parse("2-6-2-0-0"))
    make_reminder(user, due_on=NOON.date())
    context = stranger.get("/history/").context
    assert (context["progress"], context["reminder"]) == (None, None)


def test_an_empty_history_shows_an_example_and_the_ways_in(owner, user):
    page = owner.get("/history/").content.decode()
    assert "What it will look like" in page
    assert page.count('<div class="bar bar-small">') == len(EXAMPLE) == 3
    assert "An example: a year and a half of results." in page
    for path in ("/", "/history/add/", "/history/import/"):
        assert f'href="{path}">' in page
    make_assessment(user)
    assert "What it will look like" not in owner.get("/history/").content.decode()


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (0, "Saved. Your first result."),
        (1, "Saved. Your 2nd result."),
        (2, "Saved. Your 3rd result."),
        (10, "Saved. Your 11th result."),
    ],
)
def test_a_result_that_was_recorded_is_said_to_be_saved(owner, user, before, words):
    for _ in range(before):
        make_assessment(user, taken_at=NOON)
    make_assessment(make_user("other@example.org"))
    response = owner.post("/", points("6-2-2-0-0", submission=NOBODYS_ID), follow=True)
    assert [str(message) for message in response.context["messages"]] == [words]


def test_the_page_of_a_result_can_be_passed_on(owner, three):
    page = owner.get(three[1].get_absolute_url()).content.decode()
    assert 'data-url="http://127.0.0.1:8000/splits/2-2-0-6-0/"' in page
    assert 'src="/splits/2-2-0-6-0.png"' in page

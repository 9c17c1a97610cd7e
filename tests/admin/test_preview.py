"""The preview of a tip on the real result page, and the coverage of splits by tips."""

import json
import re

import pytest
from django.contrib.auth.models import Permission

from purposeapp.advice.coverage import Coverage, movement, uncovered_for_some_side, with_points
from purposeapp.advice.fit import Direction, Side, Situation
from purposeapp.advice.selection import MAX_MORE, capacity, choose
from purposeapp.models import Tip
from purposeapp.split import Purpose, Split
from purposeapp.web.page_cache import page_cache
from tests.support.admin import TIPS, listed, text_of
from tests.support.make import make_tip, make_user, tip_form

COVERAGE = "/admin/purposeapp/tip/coverage/"


def preview_of(tip) -> str:
    return f"{TIPS}{tip.pk}/preview/"


ON, OFF = "Your tip is on this page", "Your tip is not on this page"


def test_a_draft_is_shown_on_the_real_page_to_its_editor_alone(editor):
    tip = make_tip(text="Be kind to all.", state="draft")
    response = editor.get(preview_of(tip))
    assert "purposeapp/split.html" in [template.name for template in response.templates]
    page = response.content.decode()
    assert "Preview: nobody else sees this" in page
    assert ON in page
    assert "Be kind to all." in page
    assert f'<a href="#your-tip">{ON}' in page
    assert page.count('id="your-tip"') == 1
    assert Tip.objects.get(pk=tip.pk).state == "draft"
    assert page_cache._answers == {}
    assert "Be kind to all." not in editor.get("/splits/6-1-1-1-1/").content.decode()


@pytest.mark.parametrize(
    ("fields", "choice", "why_not"),
    [
        ({"points_from": 5}, {"split": "2-8-0-0-0"}, "for 5 to 10 points, and this split has 2"),
        ({}, {"split": "2-8-0-0-0"}, None),
        (
            {"purpose": "job_seeking", "audience": "employer"},
            {"as": "candidate"},
            "only for: Employers.",
        ),
        ({"purpose": "job_seeking", "audience": "employer"}, {"as": "employer"}, None),
        ({"direction": "rising"}, {"moves": "falling"}, "only for this direction: Rising"),
        ({"direction": "rising"}, {"moves": "any"}, "only for this direction: Rising"),
        ({"direction": "rising"}, {"moves": "rising"}, None),
        ({"direction": "rising"}, {"moves": "new"}, None),
        ({"direction": "falling"}, {}, None),
        ({"direction": "new"}, {}, None),
        ({"direction": "wanted_more"}, {}, None),
        ({"direction": "wanted_less"}, {}, None),
    ],
)
def test_it_says_whether_the_tip_is_on_the_page_and_if_not_why(editor, fields, choice, why_not):
    tip = make_tip(text="Be kind to all.", state="draft", **fields)
    page = editor.get(preview_of(tip), choice).content.decode()
    assert (why_not or ON) in page
    assert ('<li id="your-tip">Be kind to all.<' in page) == (why_not is None)
    assert (OFF in page) == (why_not is not None)


def test_it_says_where_to_look_for_a_tip_that_is_not_at_once_on_the_page(editor):
    for number in range(MAX_MORE):
        make_tip(text=f"Number {number}.", position=number, points_from=9)
    tip = make_tip(text="Last of all.", state="draft", position=999, points_from=9)
    split = {"split": "9-1-0-0-0"}
    page = editor.get(preview_of(tip), split).content.decode()
    assert ON not in page
    assert OFF in page
    assert "It fits, but others come first, and there are too many of them." in page
    Tip.objects.filter(text__startswith="Number", position__gte=5).delete()
    page = editor.get(preview_of(tip), split).content.decode()
    assert "Your tip is on this page, behind “9 more tips”." in page
    assert OFF not in page


@pytest.mark.parametrize(
    "choice",
    [{"split": "x"}, {"split": ""}, {"split": "9-9-0-0-0"}, {"as": "x"}, {"moves": "x"}],
)
def test_a_choice_that_makes_no_sense_is_said_and_the_page_is_there(editor, choice):
    response = editor.get(preview_of(make_tip()), choice)
    assert response.status_code == 422
    assert response.context["choice"].errors


@pytest.mark.parametrize(
    ("split", "moves"), [("0-10-0-0-0", "rising"), ("10-0-0-0-0", "falling"), ("1-9-0-0-0", "gone")]
)
def test_a_movement_that_cannot_be_is_said(editor, split, moves):
    response = editor.get(preview_of(make_tip()), {"split": split, "moves": moves})
    assert response.status_code == 422
    (error,) = response.context["choice"].errors["direction"]
    assert error.startswith("These points rule out this direction: ")


def test_what_is_typed_and_not_saved_is_shown_and_kept_for_another_split(editor):
    tip = make_tip(text="Old words.", state="draft")
    typed = tip_form(tip, text="Typed words.")
    page = editor.post(preview_of(tip), typed).content.decode()
    assert '<li id="your-tip">Typed words.</li>' in page
    assert "Old words." not in page
    assert '<input type="hidden" name="text" value="Typed words.">' in page
    again = editor.post(preview_of(tip), {**typed, "split": "0-10-0-0-0"}).content.decode()
    assert OFF in again
    tip.refresh_from_db()
    assert tip.text == "Old words."
    assert tip.history.count() == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "draft"}, ["It's a draft, so readers don't see it."]),
        ({"published_from": "2999-01-01"}, ["Readers will see it from 1 January 2999."]),
        ({}, []),
    ],
)
def test_it_says_that_readers_do_not_see_the_tip_yet(editor, changes, expected):
    tip = make_tip(text="Be kind to all.")
    typed = editor.post(preview_of(tip), tip_form(tip, **changes))
    Tip.objects.filter(pk=tip.pk).update(**changes)
    for page in (typed, editor.get(preview_of(tip))):
        assert ON in text_of(page)
        assert re.findall(r"(?:Readers will|It's a draft)[^.]+[.]", text_of(page)) == expected


def test_a_published_tip_is_outlined_in_its_preview_alone(editor):
    tip = make_tip(text="Be kind to all.")
    address = "/splits/6-1-1-1-1/"
    assert 'id="your-tip"' in editor.get(preview_of(tip), {"split": "6-1-1-1-1"}).content.decode()
    assert "<li>Be kind to all.</li>" in editor.get(address).content.decode()


def submit_row_of(page: str) -> list[str]:
    """Return the buttons and links in the row of "Save", in order."""
    (row,) = re.findall(r'<div class="submit-row">(.*?)</div>', page, re.DOTALL)
    return [button or link for button, link in re.findall(r'value="(.+?)"|<a .+?>(.+?)<', row)]


def test_the_preview_stands_in_the_row_of_save_and_behind_it(editor):
    """On Enter, browsers press the first button of a form."""
    saves = ["Save", "Save and add another", "Save and continue editing"]
    preview = "Preview as typed, in a new tab"
    change = editor.get(f"{TIPS}{make_tip().pk}/change/", {"_changelist_filters": "q=kind"})
    assert submit_row_of(change.content.decode()) == [*saves, preview, "Delete"]
    assert "delete/?_changelist_filters=q%3Dkind" in change.content.decode()
    add = editor.get(f"{TIPS}add/").content.decode()
    assert submit_row_of(add) == [*saves, preview]
    assert f'formaction="{TIPS}preview/"' in add


def test_whoever_may_only_look_at_a_tip_previews_what_is_saved(client, db):
    viewer = make_user("viewer@example.org", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_tip"))
    client.force_login(viewer)
    tip = make_tip(text="Be kind to all.", state="draft")
    page = client.get(f"{TIPS}{tip.pk}/change/").content.decode()
    assert submit_row_of(page) == ["Close", "Preview"]
    assert f'href="{preview_of(tip)}">Preview</a>' in page


def test_a_tip_that_is_not_stored_yet_is_shown_too(editor):
    form = tip_form(Tip(purpose="vanity_project", text="Be seen."))
    page = editor.post(f"{TIPS}preview/", form).content.decode()
    assert '<li id="your-tip">Be seen.</li>' in page
    assert not Tip.objects.filter(text="Be seen.").exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": "<b>"}, "To show the sign itself"),
        ({"text": ""}, "<li>Text: Enter the text of the tip.</li>"),
        ({"points_to": "x"}, "<li>Points to: Enter a whole number.</li>"),
        ({"points_from": 9, "points_to": 1}, "must not be above"),
    ],
)
def test_what_is_typed_wrong_is_said_and_not_shown(editor, changes, reason):
    tip = make_tip()
    response = editor.post(preview_of(tip), tip_form(tip, **changes))
    assert response.status_code == 422
    assert reason in response.content.decode()


# --- Coverage ---------------------------------------------------------------------------------


def test_the_first_tips_leave_no_split_bare(editor):
    response = editor.get(COVERAGE)
    assert (response.context["uncovered"], response.context["overfull"]) == (0, 0)
    assert "None. Every purpose with points has a tip." in response.content.decode()
    cells = dict(response.context["rows"])[Purpose.BUSINESS_DRIVEN]
    assert [cell[:2] for cell in cells] == [
        (count, "") for count in (0, 3, 4, 5, 5, 6, 6, 7, 8, 8, 8)
    ]


def test_drafts_and_tips_of_later_days_do_not_count(editor):
    Tip.objects.filter(purpose="vanity_project").update(published_from="9999-01-01")
    Tip.objects.filter(purpose="learning_sponge").update(state="draft")
    with_either = sum(bool(split.vanity_project or split.learning_sponge) for split in Split.all())
    response = editor.get(COVERAGE)
    assert response.context["uncovered"] == with_either
    assert len(response.context["uncovered_samples"]) == 12


def test_a_hole_in_a_band_leaves_exactly_its_splits_bare(db):
    Tip.objects.filter(purpose="vanity_project").update(points_from=1, points_to=9)
    bare = Coverage(Tip.objects.published()).uncovered
    assert bare == [Split.parse("0-0-0-0-10")]


def test_a_side_of_job_seeking_without_a_tip_counts(editor):
    Tip.objects.filter(audience="employer").delete()
    assert Coverage(Tip.objects.published()).uncovered == []
    seeking = {split for split in Split.all() if split.job_seeking}
    assert set(Coverage(Tip.objects.published(), Side.EMPLOYER).uncovered) == seeking
    assert uncovered_for_some_side(Tip.objects.published()) == seeking
    response = editor.get(COVERAGE, {"as": "employer"})
    assert response.context["uncovered"] == len(seeking)
    sample = response.context["uncovered_samples"][0]
    page = editor.get(f"{TIPS}preview/", {"split": str(sample), "as": "employer"})
    assert "This is what readers see today." in page.content.decode()


def test_more_than_a_page_can_bear_is_counted_and_marked(editor):
    for number in range(capacity(10)):
        make_tip("vanity_project", f"Number {number}.", key=f"n{number}", points_from=8)
    cells = dict(editor.get(COVERAGE).context["rows"])[Purpose.VANITY_PROJECT]
    assert [cell[:2] for cell in cells[7:]] == [(2, ""), *[(capacity(10) + 3, "too many")] * 3]
    crowded = Coverage(Tip.objects.published()).overfull
    assert set(crowded) == {split for split in Split.all() if split.vanity_project >= 8}


@pytest.mark.parametrize("side", Side)
def test_coverage_says_what_the_results_of_all_splits_show(db, side):
    Tip.objects.filter(purpose="learning_sponge", points_to__lt=3).delete()
    Tip.objects.filter(purpose="learning_sponge").update(points_from=3)
    Tip.objects.filter(audience="employer").update(points_to=7)
    make_tip("community_spirit", "For none.", key="none", points_from=0, points_to=0)
    for number in range(14):
        audience = ["everyone", "candidate"][number % 2]
        make_tip("job_seeking", f"{number}.", key=f"n{number}", points_from=4, audience=audience)
    tips = list(Tip.objects.published())
    found = Coverage(tips, side)
    bare, crowded = [], []
    for split in Split.all():
        advice = choose(Situation(split, side=side), tips)
        shown = {each.purpose: [*each.at_once, *each.more] for each in advice}
        if any(not shown[purpose] for purpose in split.spent):
            bare.append(split)
        if any(each.has_more for each in advice):
            crowded.append(split)
        for purpose in Purpose:
            most = capacity(split[purpose])
            count = found.counts[purpose][split[purpose]]
            assert len(shown.get(purpose, [])) == min(count, most), (split, purpose)
    assert found.uncovered == bare
    assert found.overfull == crowded
    assert bare
    assert bool(crowded) == (side is not Side.EMPLOYER)


@pytest.mark.parametrize("side", Side)
def test_each_number_leads_to_the_list_of_the_tips_that_it_counts(editor, side):
    make_tip("job_seeking", "Later.", published_from="2999-01-01")
    make_tip("job_seeking", "A draft.", state="draft")
    page = editor.get(COVERAGE, {"as": side.value})
    cells = dict(page.context["rows"])[Purpose.JOB_SEEKING]
    for count, _mark, address in cells[::3]:
        assert len(listed(editor.get(address))) == count
    assert f'<a href="{cells[10][2]}">'.replace("&", "&amp;") in page.content.decode()


def test_what_fits_and_has_room_is_said_in_a_whole_sentence(editor):
    page = editor.get(COVERAGE).content.decode()
    assert "None. Every tip that fits is shown." in page


def test_coverage_takes_one_query_for_the_tips(editor, django_assert_num_queries):
    editor.get(COVERAGE)
    with django_assert_num_queries(4) as queries:
        editor.get(COVERAGE)
    about_tips = [query for query in queries.captured_queries if "purposeapp_tip" in query["sql"]]
    assert len(about_tips) == 1


@pytest.mark.parametrize("purpose", Purpose)
def test_a_split_is_bent_to_any_points_of_a_purpose(purpose):
    for split in Split.all():
        for points in range(11):
            bent = with_points(purpose, points, like=split)
            assert bent[purpose] == points
            assert bent.points_moved(split) == abs(points - split[purpose])


@pytest.mark.parametrize("direction", Direction)
def test_every_direction_can_be_had_wherever_it_makes_sense(direction):
    possible = {
        Direction.ANY: range(11),
        Direction.NEW: range(1, 11),
        Direction.RISING: range(1, 11),
        Direction.FALLING: range(10),
        Direction.GONE: range(1),
        Direction.WANTED_MORE: range(10),
        Direction.WANTED_LESS: range(1, 11),
    }[direction]
    for split in Split.all():
        if split.job_seeking in possible:
            found = movement(split, Purpose.JOB_SEEKING, direction)
            assert direction in found.directions(Purpose.JOB_SEEKING)
        else:
            with pytest.raises(ValueError, match=r"not|0 to 10"):
                movement(split, Purpose.JOB_SEEKING, direction)


def test_the_export_of_a_preview_is_none(editor):
    """A preview is only a page, never a file to pass on."""
    page = editor.get(preview_of(make_tip(state="draft"))).content.decode()
    assert '<meta name="robots" content="noindex">' in page
    assert "og:image" not in page
    assert json.loads(editor.get(f"{TIPS}export/").content)["version"] == 1

"""The list and the form of tips in the admin."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from purposeapp.admin.tips import TipAdmin
from purposeapp.forms.tip import unused_key
from purposeapp.forms.versioned import EXISTS_ALREADY
from purposeapp.models import Tip
from purposeapp.split import Purpose
from tests.support.admin import TIPS, by_position, listed, page_of_tip, text_of
from tests.support.make import make_ticks, make_tip, tip_form
from tests.support.pages import said

# --- The list ----------------------------------------------------------------------------------


def test_the_list_has_the_purposes_in_their_order_and_the_tips_by_position(editor):
    expected = [
        key
        for purpose in Purpose
        for key in Tip.objects.filter(purpose=purpose).by_position().values_list("key", flat=True)
    ]
    assert listed(editor.get(TIPS)) == expected


def test_a_tip_is_called_by_its_plain_words_wherever_it_is_named(editor):
    tip = make_tip(text="Read *one* [report](https://example.org/) a week.", key="read-one")
    name, raw = "Read one report a week.", "[report]"
    page = editor.get(TIPS, {"q": tip.key})
    assert f"{name} ↑ ↓" in text_of(page)
    assert f'aria-label="Move up: {name}"' in page.content.decode()
    assert raw not in page.content.decode()
    assert text_of(editor.get(page_of_tip(tip, "history"))).count(name) == 3
    saved = text_of(editor.post(page_of_tip(tip), tip_form(tip, position=7), follow=True))
    assert f"“ {name} ” saved. Readers see it now." in saved
    tip.delete()
    gone = editor.get(f"{TIPS}deleted/")
    assert name in text_of(gone)
    assert raw not in text_of(gone)


def test_the_list_says_for_whom_a_tip_is_and_when_it_shows(editor):
    later = timezone.now().date() + timedelta(days=9)
    make_tip(text="Be kind.", points_from=3, points_to=7, direction="rising", published_from=later)
    make_tip(text="Be calm.", points_from=0, points_to=0, direction="gone", state="draft")
    page = text_of(editor.get(TIPS, {"q": "Be "}))
    day = date_format(later)
    assert f"Be kind. ↑ ↓ From {day} Business driven Everyone 3\N{EN DASH}7 Rising 0 0" in page
    assert "Be calm. ↑ ↓ Draft Business driven Everyone 0 Dropped to zero 0 0" in page


def ticks_of(response) -> dict[str, tuple[str, str]]:
    """Return what the columns Done and Skipped show, by the tip's key, in the order of the list."""
    page = response.content.decode()
    done, skipped = (
        re.findall(rf'<td class="field-{name}">([^<]*)</td>', page) for name in ("done", "skipped")
    )
    return dict(zip(listed(response), zip(done, skipped, strict=True), strict=True))


def test_ticks_are_two_numbers_and_no_name(editor, tip):
    make_ticks(tip, done=2, skipped=1)
    page = editor.get(TIPS, {"q": tip.key})
    assert ticks_of(page) == {tip.key: ("2", "1")}
    assert "hidden.example" not in page.content.decode()


def test_ticks_are_counted_up_to_a_limit_each(editor, tip, monkeypatch):
    monkeypatch.setattr("purposeapp.admin.tips.MAX_TICKS", 2)
    make_ticks(tip, done=3, skipped=1)
    assert ticks_of(editor.get(TIPS, {"q": tip.key})) == {tip.key: ("2+", "1")}


def test_the_list_is_sorted_by_what_people_did_and_skipped(editor, tip):
    Tip.objects.exclude(pk=tip.pk).delete()
    make_ticks(make_tip(key="often-skipped"), done=1, skipped=3)
    make_ticks(tip, done=2)
    columns = list(TipAdmin.list_display)
    columns.insert(2, "move")
    done, skipped = (columns.index(name) + 1 for name in ("done", "skipped"))
    assert listed(editor.get(TIPS, {"o": f"-{done}"})) == [tip.key, "often-skipped"]
    assert listed(editor.get(TIPS, {"o": f"-{skipped}"})) == ["often-skipped", tip.key]
    assert listed(editor.get(TIPS, {"o": f"{skipped}"})) == [tip.key, "often-skipped"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_whatever_its_length(
    editor, django_assert_num_queries, count
):
    Tip.objects.exclude(pk__in=Tip.objects.all()[:count]).delete()
    editor.get(TIPS)
    with django_assert_num_queries(8):
        assert len(listed(editor.get(TIPS))) == count


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        ("draft", ["draft"]),
        ("published", ["now"]),
        ("archived", ["archived"]),
        ("later", ["later"]),
        ("all", ["archived", "draft", "later", "now"]),
        (None, ["draft", "later", "now"]),
        ("nothing", ["draft", "later", "now"]),
    ],
)
def test_archived_tips_are_out_of_sight_until_asked_for(editor, state, keys):
    Tip.objects.all().delete()
    make_tip(text="Now.")
    make_tip(text="Draft.", state="draft")
    make_tip(text="Later.", published_from=timezone.now().date() + timedelta(days=1))
    make_tip(text="Archived.", state="archived")
    assert listed(editor.get(TIPS, {"state": state} if state else {})) == keys


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        (
            {"purpose__exact": "vanity_project"},
            [
                "vanity-few-one-post",
                "vanity-many-ask",
                "vanity-many-lend-the-stage",
                "vanity-use-the-audience",
                "vanity-falling",
                "vanity-wanted-less",
                "vanity-wanted-more",
            ],
        ),
        (
            {"audience__exact": "employer"},
            [
                "hiring-few-one-profile",
                "hiring-many-deadline",
                "hiring-company-profile",
                "hiring-answer-everyone",
                "hiring-new",
                "hiring-gone",
            ],
        ),
        ({"direction__exact": "gone"}, ["jobs-gone", "hiring-gone"]),
        ({"q": "business-groups"}, ["business-groups"]),
        ({"q": "every single candidate"}, ["hiring-answer-everyone"]),
    ],
)
def test_the_list_is_filtered_and_searched(editor, options, keys):
    assert listed(editor.get(TIPS, options)) == keys


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_the_search_takes_a_straight_apostrophe_and_a_curly_one_for_the_same(editor, apostrophe):
    Tip.objects.all().delete()
    make_tip(text="Don't ask. It's late.", key="straight")
    make_tip(text="Don\u2019t ask. It\u2019s late.", key="curly")
    for words in ("don't", "ask don't", "don't it's", '"don\'t ask"'):
        found = listed(editor.get(TIPS, {"q": words.replace("'", apostrophe)}))
        assert sorted(found) == ["curly", "straight"]


# --- Publish and withdraw ----------------------------------------------------------------------


def test_a_published_tip_is_on_the_page_at_once_with_another_etag(editor):
    tip = make_tip(text="Be kind to everyone.", state="draft")
    page = "/splits/10-0-0-0-0/"
    before = editor.get(page)
    assert tip.text not in before.content.decode()
    response = editor.post(TIPS, {"action": "publish", "_selected_action": [tip.pk]}, follow=True)
    assert said(response) == ["1 tip published."]
    after = editor.get(page)
    assert tip.text in after.content.decode()
    assert after["ETag"] != before["ETag"]
    editor.post(TIPS, {"action": "withdraw", "_selected_action": [tip.pk]})
    assert editor.get(page)["ETag"] == before["ETag"]


def test_actions_say_how_many_changed_and_who_did_it_is_kept(editor, tip):
    draft = make_tip(text="A draft.", state="draft")
    later = make_tip(
        text="Later.", state="draft", published_from=timezone.now().date() + timedelta(days=1)
    )
    chosen = [tip.pk, draft.pk, later.pk]
    versions = tip.history.count()
    response = editor.post(TIPS, {"action": "publish", "_selected_action": chosen}, follow=True)
    assert said(response) == [
        "2 tips published.",
        "1 tip was published already.",
        "1 tip shows from its day on.",
    ]
    newest = draft.history.first()
    assert (newest.state, newest.history_user.email) == ("published", "editor@example.org")
    assert tip.history.count() == versions
    response = editor.post(TIPS, {"action": "withdraw", "_selected_action": chosen}, follow=True)
    assert said(response) == ["3 tips are now drafts."]
    tip.refresh_from_db()
    assert (tip.state, tip.history.first().state) == ("draft", "draft")


def test_an_action_that_changes_nothing_says_so_without_a_tick(editor, tip):
    draft = make_tip(text="A draft.", state="draft")
    for action, row, expected in (
        ("publish", tip, "1 tip was published already."),
        ("withdraw", draft, "1 tip was a draft already."),
    ):
        chosen = {"action": action, "_selected_action": [row.pk]}
        messages = list(editor.post(TIPS, chosen, follow=True).context["messages"])
        assert [(str(message), message.level_tag) for message in messages] == [(expected, "info")]
    response = editor.post(page_of_tip(tip, "publish"), follow=True)
    assert said(response) == [f"“{tip}” was published already."]


GAPS = (
    "5 of 1,001 splits now have no tip for one of their purposes. "
    f'<a href="{TIPS}coverage/?as=candidate">See coverage</a>'
)


@pytest.fixture
def only_tip(db):
    """The only tip for 9 or 10 points on vanity project, which five splits have."""
    Tip.objects.filter(purpose="vanity_project").update(points_to=8)
    return make_tip("vanity_project", "Be seen.", points_from=8)


def withdraw(client, tip):
    return client.post(TIPS, {"action": "withdraw", "_selected_action": [tip.pk]}, follow=True)


def delete_chosen(client, tip):
    chosen = {"action": "delete_selected", "_selected_action": [tip.pk], "post": "yes"}
    return client.post(TIPS, chosen, follow=True)


def delete(client, tip):
    return client.post(page_of_tip(tip, "delete"), {"post": "yes"}, follow=True)


def narrow(client, tip):
    return client.post(page_of_tip(tip), tip_form(tip, points_to=8), follow=True)


@pytest.mark.parametrize("change", [withdraw, delete, delete_chosen, narrow])
def test_whoever_takes_away_the_only_tip_that_fits_is_warned(editor, only_tip, change):
    assert GAPS in said(change(editor, only_tip))


def test_a_gap_that_was_there_before_is_no_warning(editor, only_tip):
    other = make_tip("vanity_project", "Be kind.", points_from=1, points_to=1)
    Tip.objects.filter(pk=only_tip.pk).update(state="draft")
    assert not any("1,001" in words for words in said(delete(editor, other)))
    assert not Tip.objects.filter(pk=other.pk).exists()


# --- The form ----------------------------------------------------------------------------------


def test_a_new_tip_is_a_draft_at_the_end_with_a_key_of_its_first_words(editor):
    form = {
        "purpose": "job_seeking",
        "audience": "everyone",
        "points_from": 1,
        "points_to": 10,
        "direction": "any",
        "text": "Ask *three* people,\r\nand then a fourth one.",
        "state": "draft",
    }
    assert editor.post(f"{TIPS}add/", form).status_code == 302
    tip = Tip.objects.get(key="job-ask-three-people-and-then")
    assert by_position("job_seeking")[-1] == tip.key
    assert (tip.text, tip.state) == ("Ask *three* people,\nand then a fourth one.", "draft")
    assert tip.history.get().history_user.email == "editor@example.org"
    editor.post(f"{TIPS}add/", {**form, "audience": "employer"})
    assert Tip.objects.filter(key="job-ask-three-people-and-then-2").exists()


def test_a_new_tip_that_is_sent_twice_is_added_once(editor):
    form = tip_form(Tip(purpose="vanity_project", text="Be *seen*.", state="draft"))
    assert editor.post(f"{TIPS}add/", form).status_code == 302
    tip = Tip.objects.get(text="Be *seen*.")
    response = editor.post(f"{TIPS}add/", {**form, "position": 7, "state": "published"})
    assert response.status_code == 422
    [error] = response.context["adminform"].form.errors["text"]
    assert error == f'{EXISTS_ALREADY} <a href="{page_of_tip(tip)}">Open it</a>'
    assert error in response.content.decode()
    assert editor.post(f"{TIPS}add/", {**form, "points_to": 7}).status_code == 302


@pytest.mark.parametrize("text", ["ß", "…", "→ 你好", "x" * 900, "- a\n- b"])
def test_a_key_is_made_of_whatever_text(db, text):
    make_tip(text=text, key=unused_key("vanity_project", text))
    again = make_tip(text=text, key=unused_key("vanity_project", text))
    again.full_clean()


def test_the_key_never_changes(editor, tip):
    editor.post(page_of_tip(tip), tip_form(tip, key="other", text="New words."))
    assert Tip.objects.get(text="New words.").key == "business-groups"


def test_saving_without_a_change_is_no_news(editor, tip):
    tip.text = "Two\nlines."
    tip.save()
    versions = tip.history.count()
    assert editor.post(page_of_tip(tip), tip_form(tip, text="Two\r\nlines.")).status_code == 302
    assert tip.history.count() == versions


def test_whoever_saves_a_draft_can_publish_it_from_the_list_at_once(editor):
    tip = make_tip(text="A draft.", state="draft")
    page = editor.post(page_of_tip(tip), tip_form(tip, text="Better."), follow=True)
    assert "“ Better. ” saved. It's a draft, so readers don't see it. Publish it? Publish" in (
        text_of(page)
    )
    button = (
        f'<button class="button" form="changelist-form" formaction="{page_of_tip(tip, "publish")}">'
    )
    assert button in page.content.decode()
    response = editor.post(page_of_tip(tip, "publish"), follow=True)
    assert said(response) == [
        "“Better.” published. Readers see it now. "
        '<a href="/purposes/business-driven/">Open their page</a>'
    ]
    newest = tip.history.first()
    assert (newest.state, newest.history_user.email) == ("published", "editor@example.org")


def test_a_new_draft_can_be_published_from_the_list_and_what_is_published_is_not_asked_of(editor):
    draft = tip_form(Tip(purpose="vanity_project", text="Be seen.", state="draft"))
    assert "Publish it?" in text_of(editor.post(f"{TIPS}add/", draft, follow=True))
    tip = make_tip()
    page = editor.post(page_of_tip(tip), tip_form(tip, text="Better."), follow=True)
    assert "Publish it?" not in text_of(page)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Readers see it now. Open their page"),
        ({"published_from": "2999-01-01"}, "Readers will see it from 1 January 2999."),
        ({"state": "archived"}, "It's archived, so readers don't see it."),
    ],
)
def test_a_save_says_what_readers_see(editor, changes, expected):
    tip = make_tip(text="Be <kind>.")
    page = editor.post(
        page_of_tip(tip), tip_form(tip, text="Be *kind* & calm.", **changes), follow=True
    )
    assert f"“ Be kind & calm. ” saved. {expected} " in text_of(page)


def test_enter_in_the_list_saves_what_was_typed(editor):
    """On Enter, browsers press the first submit button of a form."""
    form = editor.get(TIPS).content.decode().partition('<form id="changelist-form"')[2]
    first = re.search(r'<button\b[^>]*>|<input\b[^>]*type="submit"[^>]*>', form)[0]
    assert 'name="_save"' in first

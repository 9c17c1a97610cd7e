"""The list and the form of tips in the admin."""

import re
import threading
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from purposeapp.admin.tips import TipAdmin
from purposeapp.forms.tip import MOVED_MEANWHILE, unused_key
from purposeapp.forms.versioned import CHANGED_MEANWHILE
from purposeapp.models import Tick, Tip
from purposeapp.models.tip import TIP_FIELDS
from purposeapp.split import Purpose
from tests.support.make import make_editor, make_tip, make_user, tip_form

LIST = "/admin/purposeapp/tip/"


@pytest.fixture
def editor(client, db):
    client.force_login(make_editor())
    return client


@pytest.fixture
def tip(db):
    return Tip.objects.get(key="business-groups")


def page_of(tip: Tip, page: str = "change") -> str:
    return f"{LIST}{tip.pk}/{page}/"


def text_of(response) -> str:
    words = re.sub("<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(words).split())


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def listed(response) -> list[str]:
    return [tip.key for tip in response.context["cl"].result_list]


# --- The list ---------------------------------------------------------------------------------


def test_the_list_has_the_purposes_in_their_order_and_the_tips_by_position(editor):
    expected = [
        key
        for purpose in Purpose
        for key in Tip.objects.filter(purpose=purpose).by_position().values_list("key", flat=True)
    ]
    assert listed(editor.get(LIST)) == expected


def test_a_tip_is_called_by_its_plain_words_wherever_it_is_named(editor):
    tip = make_tip(text="Read *one* [report](https://example.org/) a week.", key="read-one")
    name, raw = "Read one report a week.", "[report]"
    page = editor.get(LIST, {"q": tip.key})
    assert f"{name} ↑ ↓" in text_of(page)
    assert f'aria-label="Move up: {name}"' in page.content.decode()
    assert raw not in page.content.decode()
    assert text_of(editor.get(page_of(tip, "history"))).count(name) == 3
    saved = editor.post(page_of(tip), tip_form(tip, position=7), follow=True)
    assert said(saved)[-1].endswith(f">{name}</a>” was changed successfully.")
    tip.delete()
    gone = editor.get(f"{LIST}deleted/")
    assert name in text_of(gone)
    assert raw not in text_of(gone)


def test_the_list_says_for_whom_a_tip_is_and_when_it_shows(editor):
    later = timezone.now().date() + timedelta(days=9)
    make_tip(text="Be kind.", points_from=3, points_to=7, direction="rising", published_from=later)
    make_tip(text="Be calm.", points_from=0, points_to=0, direction="gone", state="draft")
    page = text_of(editor.get(LIST, {"q": "Be "}))
    day = date_format(later)
    assert f"Be kind. ↑ ↓ From {day} Business driven Everyone 3\N{EN DASH}7 Rising 0 0" in page
    assert "Be calm. ↑ ↓ Draft Business driven Everyone 0 Dropped to zero 0 0" in page


def make_ticks(tip, done=0, skipped=0) -> None:
    for number, verdict in enumerate(["done"] * done + ["not_for_me"] * skipped):
        user = make_user(f"{tip.key}-{number}@hidden.example")
        Tick.objects.create(user=user, tip=tip, verdict=verdict)


def ticks_of(response) -> dict[str, tuple[str, str]]:
    """Return what the columns Done and Skipped show, by the tip's key, in the order of the list."""
    page = response.content.decode()
    done, skipped = (
        re.findall(rf'<td class="field-{name}">([^<]*)</td>', page) for name in ("done", "skipped")
    )
    return dict(zip(listed(response), zip(done, skipped, strict=True), strict=True))


def test_ticks_are_two_numbers_and_no_name(editor, tip):
    make_ticks(tip, done=2, skipped=1)
    page = editor.get(LIST, {"q": tip.key})
    assert ticks_of(page) == {tip.key: ("2", "1")}
    assert "hidden.example" not in page.content.decode()


def test_ticks_are_counted_up_to_a_limit_each(editor, tip, monkeypatch):
    monkeypatch.setattr("purposeapp.admin.tips.MAX_TICKS", 2)
    make_ticks(tip, done=3, skipped=1)
    assert ticks_of(editor.get(LIST, {"q": tip.key})) == {tip.key: ("2+", "1")}


def test_the_list_is_sorted_by_what_people_did_and_skipped(editor, tip):
    Tip.objects.exclude(pk=tip.pk).delete()
    make_ticks(make_tip(key="often-skipped"), done=1, skipped=3)
    make_ticks(tip, done=2)
    columns = list(TipAdmin.list_display)
    columns.insert(2, "move")
    done, skipped = (columns.index(name) + 1 for name in ("done", "skipped"))
    assert listed(editor.get(LIST, {"o": f"-{done}"})) == [tip.key, "often-skipped"]
    assert listed(editor.get(LIST, {"o": f"-{skipped}"})) == ["often-skipped", tip.key]
    assert listed(editor.get(LIST, {"o": f"{skipped}"})) == [tip.key, "often-skipped"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_whatever_its_length(
    editor, django_assert_num_queries, count
):
    Tip.objects.exclude(pk__in=Tip.objects.all()[:count]).delete()
    editor.get(LIST)
    with django_assert_num_queries(8):
        assert len(listed(editor.get(LIST))) == count


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        ("draft", ["draft"]),
        ("published", ["later", "now"]),
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
    assert listed(editor.get(LIST, {"state": state} if state else {})) == keys


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
    assert listed(editor.get(LIST, options)) == keys


# --- Publish and withdraw ---------------------------------------------------------------------


def test_a_published_tip_is_on_the_page_at_once_with_another_etag(editor):
    tip = make_tip(text="Be kind to everybody.", state="draft")
    page = "/splits/10-0-0-0-0/"
    before = editor.get(page)
    assert tip.text not in before.content.decode()
    response = editor.post(LIST, {"action": "publish", "_selected_action": [tip.pk]}, follow=True)
    assert said(response) == ["1 tip published."]
    after = editor.get(page)
    assert tip.text in after.content.decode()
    assert after["ETag"] != before["ETag"]
    editor.post(LIST, {"action": "withdraw", "_selected_action": [tip.pk]})
    assert editor.get(page)["ETag"] == before["ETag"]


def test_actions_say_how_many_changed_and_who_did_it_is_kept(editor, tip):
    draft = make_tip(text="A draft.", state="draft")
    later = make_tip(
        text="Later.", state="draft", published_from=timezone.now().date() + timedelta(days=1)
    )
    chosen = [tip.pk, draft.pk, later.pk]
    versions = tip.history.count()
    response = editor.post(LIST, {"action": "publish", "_selected_action": chosen}, follow=True)
    assert said(response) == [
        "2 tips published.",
        "1 tip was published already.",
        "1 tip shows from its day on.",
    ]
    newest = draft.history.first()
    assert (newest.state, newest.history_user.email) == ("published", "editor@example.org")
    assert tip.history.count() == versions
    response = editor.post(LIST, {"action": "withdraw", "_selected_action": chosen}, follow=True)
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
        messages = list(editor.post(LIST, chosen, follow=True).context["messages"])
        assert [(str(message), message.level_tag) for message in messages] == [(expected, "info")]
    response = editor.post(page_of(tip, "publish"), follow=True)
    assert said(response) == [f"“{tip}” was published already."]


# --- Reordering -------------------------------------------------------------------------------


def by_position(purpose: str = "business_driven") -> list[str]:
    return list(Tip.objects.filter(purpose=purpose).by_position().values_list("key", flat=True))


def positions_form(response, **positions: int) -> dict[str, str]:
    """Return the data that the list sends when these tips get other positions."""
    formset = response.context["cl"].formset
    form = {f"form-{name}": "0" for name in ("INITIAL_FORMS", "MIN_NUM_FORMS")}
    form["form-TOTAL_FORMS"] = form["form-INITIAL_FORMS"] = str(len(formset.forms))
    for number, row in enumerate(formset.forms):
        tip = row.instance
        key = tip.key.replace("-", "_")
        form[f"form-{number}-id"] = str(tip.pk)
        form[f"form-{number}-position"] = str(positions.get(key, tip.position))
        form[f"initial-form-{number}-position"] = str(tip.position)
    return {**form, "_save": "Save"}


def press(client, way: str, key: str, *, address: str = LIST, **positions: int):
    """Press an arrow of a tip, with these positions typed but not saved."""
    form = positions_form(client.get(address), **positions)
    tip = Tip.objects.get(key=key)
    return client.post(address, {**form, "_save": f"{way} {tip.pk}"})


def test_a_tip_moves_past_its_neighbour_and_back(editor):
    first, second, *rest = by_position()
    tip = Tip.objects.get(key=first)
    response = press(editor, "down", first)
    assert (response.status_code, response.url) == (302, LIST)
    assert by_position() == [second, first, *rest]
    newest = tip.history.first()
    assert newest.history_user.email == "editor@example.org"
    assert newest.history_change_reason == "Moved in the list"
    press(editor, "up", first)
    assert by_position() == [first, second, *rest]


def test_at_the_end_there_is_no_further(editor):
    before = by_position()
    press(editor, "up", before[0])
    assert said(editor.get(LIST)) == [
        "“Set aside one fixed hour a week for leads, and leave them a…” can't be moved any further."
    ]
    assert by_position() == before


def positions() -> dict[str, int]:
    tips = Tip.objects.filter(purpose="business_driven").by_position()
    return dict(tips.values_list("key", "position"))


def test_only_the_two_neighbours_get_other_positions_whichever_tips_are_level_elsewhere(editor):
    first, second, third, fourth, *_rest = before = positions()
    Tip.objects.filter(key=second).update(position=before[first])
    before = positions()
    press(editor, "up", fourth)
    assert positions() == before | {third: before[fourth], fourth: before[third]}
    assert list(positions())[:4] == [first, second, fourth, third]


def test_a_tip_moves_past_one_whose_position_a_third_one_has_too(editor):
    first, second, third, *rest = before = positions()
    Tip.objects.filter(key=second).update(position=before[first])
    press(editor, "up", third)
    assert list(positions()) == [first, third, second, *rest]
    assert len(set(positions().values())) == len(before)


def test_tips_at_the_same_position_move_too(editor):
    Tip.objects.filter(purpose="business_driven").update(position=100)
    first, second, *rest = by_position()
    press(editor, "up", second)
    assert by_position() == [second, first, *rest]


def test_archived_tips_are_passed_over(editor):
    first, second, third, *_rest = by_position()
    Tip.objects.filter(key=second).update(state="archived")
    press(editor, "up", third)
    visible = [key for key in by_position() if key != second]
    assert visible[:2] == [third, first]


def test_a_move_leads_back_to_the_list_as_it_was(editor):
    address = f"{LIST}?purpose__exact=business_driven"
    assert press(editor, "up", by_position()[1], address=address).url == address


def test_an_arrow_saves_what_was_typed_before_it_moves(editor, tip):
    first, second, *_others = by_position()
    response = press(editor, "down", first, **{tip.key.replace("-", "_"): 9000})
    assert response.status_code == 302
    assert said(editor.get(LIST)) == [
        "1 tip was changed successfully.",
        "“Set aside one fixed hour a week for leads, and leave them a…” moved.",
    ]
    assert by_position()[:2] == [second, first]
    assert by_position()[-1] == tip.key


def test_an_arrow_moves_nothing_where_what_was_typed_is_wrong(editor, tip):
    before = by_position()
    response = press(editor, "down", before[0], **{tip.key.replace("-", "_"): -1})
    assert response.status_code == 200
    assert 'value="-1"' in response.content.decode()
    assert by_position() == before


@pytest.mark.parametrize("value", ["up", "up x", "up \u0661", "down -1", "sideways 1", "up 1 "])
def test_what_is_no_arrow_moves_nothing(editor, value):
    before = by_position()
    form = positions_form(editor.get(LIST))
    assert editor.post(LIST, {**form, "_save": value}).status_code == 302
    assert by_position() == before


def test_positions_typed_in_the_list_are_stored_and_nothing_else(editor, tip):
    form = positions_form(editor.get(LIST), business_groups=7)
    versions = Tip.history.count()
    Tip.objects.filter(pk=tip.pk).update(text="Changed meanwhile.")
    assert editor.post(LIST, form).status_code == 302
    tip.refresh_from_db()
    assert (tip.position, tip.text) == (7, "Changed meanwhile.")
    assert Tip.history.count() == versions + 1
    assert tip.history.first().history_change_reason == "Moved in the list"


def test_a_list_that_is_out_of_date_moves_nothing_back(editor, tip):
    form = positions_form(editor.get(LIST), vanity_use_the_audience=3)
    Tip.objects.filter(pk=tip.pk).update(position=1)
    assert editor.post(LIST, form).status_code == 302
    tip.refresh_from_db()
    assert tip.position == 1


@pytest.mark.parametrize("save", ["Save", "up", "down"])
def test_a_tip_that_a_colleague_deleted_meanwhile_holds_up_no_other(editor, tip, save):
    gone = Tip.objects.get(key="vanity-use-the-audience")
    form = positions_form(editor.get(LIST), business_groups=9000, vanity_use_the_audience=3)
    gone_id = gone.pk
    gone.delete()
    form["_save"] = save if save == "Save" else f"{save} {gone_id}"
    assert editor.post(LIST, form).status_code == 302
    assert said(editor.get(LIST)) == [
        "1 tip in this list was deleted in the meantime.",
        "1 tip was changed successfully.",
    ]
    tip.refresh_from_db()
    assert tip.position == 9000
    assert not Tip.objects.filter(pk=gone_id).exists()


def without(ending: str):
    return lambda form: [form.pop(name) for name in list(form) if name.endswith(ending)]


@pytest.mark.parametrize(
    "damage",
    [
        without("_FORMS"),
        without("-id"),
        lambda form: form.pop("form-1-id"),
        lambda form: form.update({"form-1-id": "x"}),
        lambda form: form.update({"form-1-id": "9" * 40}),
        lambda form: form.update({"form-1-id": form["form-0-id"]}),
        lambda form: [form.pop(name) for name in list(form) if name.startswith("initial-")],
        lambda form: form.update({"form-TOTAL_FORMS": "200"}),
        lambda form: form.update({"form-INITIAL_FORMS": "0"}),
        lambda form: form.update({"form-INITIAL_FORMS": "x", "form-TOTAL_FORMS": "x"}),
        lambda form: form.update({"form-INITIAL_FORMS": "-1", "form-TOTAL_FORMS": "-1"}),
        lambda form: form.update({"form-INITIAL_FORMS": "9999", "form-TOTAL_FORMS": "9999"}),
        lambda form: [form.pop(name) for name in list(form) if name != "_save"],
    ],
    ids=range(13),
)
def test_a_list_without_what_it_sends_along_hidden_is_a_bad_request(editor, damage):
    form = positions_form(editor.get(LIST), business_groups=7)
    damage(form)
    assert editor.post(LIST, form).status_code == 400
    assert Tip.objects.get(key="business-groups").position != 7


def test_a_row_without_a_position_is_shown_again(editor):
    form = positions_form(editor.get(LIST), business_groups=7)
    del form["form-0-position"]
    response = editor.post(LIST, form)
    assert response.status_code == 200
    assert "This field is required." in response.content.decode()


def test_a_position_that_somebody_else_changed_meanwhile_is_refused(editor, tip):
    form = positions_form(editor.get(LIST), business_groups=7, vanity_use_the_audience=3)
    Tip.objects.filter(pk=tip.pk).update(position=1)
    response = editor.post(LIST, form)
    assert str(MOVED_MEANWHILE) in text_of(response)
    tip.refresh_from_db()
    assert tip.position == 1
    assert Tip.objects.get(key="vanity-use-the-audience").position != 3


# --- The form ---------------------------------------------------------------------------------


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
    assert editor.post(f"{LIST}add/", form).status_code == 302
    tip = Tip.objects.get(key="job-ask-three-people-and-then")
    assert by_position("job_seeking")[-1] == tip.key
    assert (tip.text, tip.state) == ("Ask *three* people,\nand then a fourth one.", "draft")
    assert tip.history.get().history_user.email == "editor@example.org"
    editor.post(f"{LIST}add/", form)
    assert Tip.objects.filter(key="job-ask-three-people-and-then-2").exists()


@pytest.mark.parametrize("text", ["ß", "…", "→ 你好", "x" * 900, "- a\n- b"])
def test_a_key_is_made_of_whatever_text(db, text):
    make_tip(text=text, key=unused_key("vanity_project", text))
    again = make_tip(text=text, key=unused_key("vanity_project", text))
    again.full_clean()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "world_peace"}, "Select a valid choice"),
        ({"text": "<script>alert(1)</script>"}, "HTML isn't allowed."),
        ({"text": "[a](javascript:alert)"}, "The link “javascript:alert” must begin with https://"),
        ({"text": "# Loud"}, "Only paragraphs, emphasis, links and lists are allowed."),
        ({"text": ""}, "This field is required."),
        ({"text": "a\0b"}, None),
        ({"points_from": 7, "points_to": 3}, "“Points from” must not be above “points to”"),
        ({"points_to": 11}, "“Points from” must not be above “points to”"),
        ({"points_from": -1}, "greater than or equal to 0"),
        ({"direction": "gone"}, "Set “points from” to 0."),
        ({"direction": "rising", "points_from": 0, "points_to": 0}, "Set “points to” to 1"),
        ({"published_from": "soon"}, "Enter a valid date."),
        ({"position": 99_999}, "less than or equal to 32767"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(editor, tip, changes, reason):
    versions = tip.history.count()
    response = editor.post(page_of(tip), tip_form(tip, **changes))
    assert response.status_code == (422 if reason else 400)
    if reason:
        assert reason in text_of(response)
    assert Tip.objects.get(pk=tip.pk).fingerprint == tip.fingerprint
    assert tip.history.count() == versions


def test_the_key_never_changes(editor, tip):
    editor.post(page_of(tip), tip_form(tip, key="other", text="New words."))
    assert Tip.objects.get(text="New words.").key == "business-groups"


def test_saving_without_a_change_is_no_news(editor, tip):
    tip.text = "Two\nlines."
    tip.save()
    versions = tip.history.count()
    assert editor.post(page_of(tip), tip_form(tip, text="Two\r\nlines.")).status_code == 302
    assert tip.history.count() == versions


def test_whoever_saves_a_draft_can_publish_it_from_the_list_at_once(editor):
    tip = make_tip(text="A draft.", state="draft")
    page = editor.post(page_of(tip), tip_form(tip, text="Better."), follow=True)
    assert "Saved as a draft. Publish it? Publish" in text_of(page)
    button = (
        f'<button class="button" form="changelist-form" formaction="{page_of(tip, "publish")}">'
    )
    assert button in page.content.decode()
    response = editor.post(page_of(tip, "publish"), follow=True)
    assert said(response) == ["“Better.” published."]
    newest = tip.history.first()
    assert (newest.state, newest.history_user.email) == ("published", "editor@example.org")


def test_a_new_draft_can_be_published_from_the_list_and_what_is_published_is_not_asked_of(editor):
    draft = tip_form(Tip(purpose="vanity_project", text="Be seen.", state="draft"))
    assert "Publish it?" in text_of(editor.post(f"{LIST}add/", draft, follow=True))
    tip = make_tip()
    page = editor.post(page_of(tip), tip_form(tip, text="Better."), follow=True)
    assert "Publish it?" not in text_of(page)


def test_enter_in_the_list_saves_what_was_typed(editor):
    """On Enter, browsers press the first submit button of a form."""
    form = editor.get(LIST).content.decode().partition('<form id="changelist-form"')[2]
    first = re.search(r'<button\b[^>]*>|<input\b[^>]*type="submit"[^>]*>', form)[0]
    assert 'name="_save"' in first


# --- Two editors at once ----------------------------------------------------------------------


def test_the_second_save_is_refused_and_shows_both_texts(editor, tip):
    mine = tip_form(tip, text="My words.", points_to=9)
    editor.post(page_of(tip), tip_form(tip, text="Their words.", position=5))
    response = editor.post(page_of(tip), mine)
    assert response.status_code == 409
    assert str(CHANGED_MEANWHILE) in text_of(response)
    shown = [
        (found.label, str(found.old), str(found.new))
        for found in response.context["adminform"].form.conflict
    ]
    assert shown == [("Text", "Their words.", "My words.")]
    tip.refresh_from_db()
    assert (tip.text, tip.points_to) == ("Their words.", 10)
    assert 'name="text"' in response.content.decode()
    assert "My words.</textarea>" in response.content.decode()


def version_in(response) -> str:
    return re.search(r'name="version" value="(\w+)"', response.content.decode())[1]


def test_whoever_has_seen_both_may_save_over_it(editor, tip):
    mine = tip_form(tip, text="My words.")
    editor.post(page_of(tip), tip_form(tip, text="Their words."))
    refused = editor.post(page_of(tip), mine)
    again = {**mine, "version": version_in(refused)}
    assert editor.post(page_of(tip), again).status_code == 302
    tip.refresh_from_db()
    assert tip.text == "My words."
    # But they don't overwrite a later change.
    assert editor.post(page_of(tip), {**again, "text": "Mine again."}).status_code == 409


def test_what_only_a_colleague_changed_stays_as_they_saved_it(editor, tip):
    """The list's arrows may change the positions of all tips of a purpose."""
    mine = tip_form(tip, text="My words.")
    later = timezone.now().date() + timedelta(days=9)
    editor.post(page_of(tip), tip_form(tip, position=5, state="draft", published_from=later))
    response = editor.post(page_of(tip), mine, follow=True)
    assert said(response)[-2:] == [
        "Someone else saved this while you were editing. "
        "Their changes are kept: Position, State, Published from.",
        "Saved as a draft. Publish it? "
        f'<button class="button" form="changelist-form" formaction="{page_of(tip, "publish")}">'
        "Publish</button>",
    ]
    tip.refresh_from_db()
    assert (tip.text, tip.position, tip.state, tip.published_from) == (
        "My words.",
        5,
        "draft",
        later,
    )


def test_after_a_conflict_what_only_a_colleague_changed_stays_too(editor, tip):
    later = timezone.now().date() + timedelta(days=9)
    theirs = {"text": "Their words.", "position": 5, "published_from": later}
    mine = tip_form(tip, text="My words.", points_to=9)
    editor.post(page_of(tip), tip_form(tip, **theirs))
    refused = editor.post(page_of(tip), mine)
    form = refused.context["adminform"].form
    again = {name: form[name].value() for name in TIP_FIELDS}
    assert 'name="position" value="5"' in refused.content.decode()
    assert f'name="published_from" value="{later}"' in refused.content.decode()
    again |= {"version": version_in(refused)}
    assert editor.post(page_of(tip), again).status_code == 302
    tip.refresh_from_db()
    assert (tip.text, tip.points_to) == ("My words.", 9)
    assert (tip.position, tip.published_from) == (5, later)


def test_the_same_change_by_two_is_no_conflict(editor, tip):
    mine = tip_form(tip, text="Our words.", points_to=9)
    editor.post(page_of(tip), tip_form(tip, text="Our words."))
    assert editor.post(page_of(tip), mine).status_code == 302
    tip.refresh_from_db()
    assert (tip.text, tip.points_to) == ("Our words.", 9)


def test_two_changes_that_make_no_sense_together_are_refused_with_the_reason(editor, tip):
    mine = tip_form(tip, points_from=8)
    editor.post(page_of(tip), tip_form(tip, points_to=7))
    response = editor.post(page_of(tip), mine)
    assert response.status_code == 422
    assert "“Points from” must not be above “points to”" in text_of(response)
    assert said(response)[-1] == (
        "Someone else saved this while you were editing. Their changes are kept: Points to."
    )
    assert 'name="points_to" value="7"' in response.content.decode()
    tip.refresh_from_db()
    assert (tip.points_from, tip.points_to) == (2, 7)


def test_a_conflict_waits_until_what_was_typed_is_valid(editor, tip):
    mine = tip_form(tip, text="My words.", points_to="many")
    editor.post(page_of(tip), tip_form(tip, text="Their words.", points_to=9))
    response = editor.post(page_of(tip), mine)
    assert response.status_code == 422
    assert version_in(response) == mine["version"]
    response = editor.post(page_of(tip), {**mine, "points_to": 8})
    shown = [found.label for found in response.context["adminform"].form.conflict]
    assert (response.status_code, shown) == (409, ["Text", "Points to"])


@pytest.mark.parametrize("version", ["", "x", None])
def test_a_save_that_does_not_say_what_it_is_based_on_is_refused(editor, tip, version):
    form = tip_form(tip, text="My words.", version=version)
    form = {name: value for name, value in form.items() if value is not None}
    assert editor.post(page_of(tip), form).status_code == 409


def test_the_form_has_every_field(editor, tip):
    fieldsets = editor.get(page_of(tip)).context["adminform"].fieldsets
    assert set(flatten_fieldsets(fieldsets)) == {"key", "version", *TIP_FIELDS}


def test_the_form_says_of_each_choice_when_to_leave_it(editor, tip):
    page = text_of(editor.get(page_of(tip)))
    assert "For job seeking: candidates and employers need different tips." in page
    assert "Leave it at “Any”, unless the tip is for a change or for a goal." in page


def test_the_form_says_what_it_is_based_on(editor, tip):
    assert version_in(editor.get(page_of(tip))) == tip.fingerprint


@pytest.fixture
def second_connection():
    """A function that runs another one in a thread with its own database connection."""
    threads = []

    def run(function):
        def target():
            try:
                function()
            finally:
                connections.close_all()

        thread = threading.Thread(target=target)
        thread.start()
        threads.append(thread)
        return thread

    yield run
    for thread in threads:
        thread.join(30)


def wait_until_somebody_waits_for_a_lock() -> None:
    """Wait until another connection is blocked by a lock. There are only the test's own ones."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_stat_clear_snapshot()")
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_saves_at_the_same_moment_one_is_refused(second_connection):
    """The first save has written but not committed; the second waits, and is then refused."""
    Tip.objects.all().delete()
    tip = make_tip(text="Old words.")
    user = make_editor()
    form = tip_form(tip, text="My words.")
    answers = []

    def save():
        client = Client()
        client.force_login(user)
        answers.append(client.post(page_of(tip), form).status_code)

    with transaction.atomic():
        Tip.lock_table()
        Tip.objects.filter(pk=tip.pk).update(text="Their words.")
        thread = second_connection(save)
        wait_until_somebody_waits_for_a_lock()
    thread.join(30)
    assert answers == [409]
    assert Tip.objects.get().text == "Their words."


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_new_tips_with_the_same_words_at_the_same_moment_get_two_keys(second_connection):
    Tip.objects.all().delete()
    user = make_editor()
    form = tip_form(Tip(purpose="vanity_project", text="Be seen.", state="draft"))
    answers = []

    def add():
        client = Client()
        client.force_login(user)
        answers.append(client.post(f"{LIST}add/", form).status_code)

    threads = [second_connection(add) for _ in range(3)]
    for thread in threads:
        thread.join(30)
    assert answers == [302, 302, 302]
    assert Tip.objects.count() == 3


# --- Deleting ---------------------------------------------------------------------------------


def test_a_tip_that_nobody_ticked_is_deleted(editor, tip):
    assert str(tip) == "Join a group for your trade or product, and read it regular…"
    response = editor.get(page_of(tip, "delete"))
    assert f"“{tip}”: deleted" in text_of(response)
    assert '<input type="submit" value="Delete">' in response.content.decode()
    assert text_of(response).endswith(" Cancel")
    editor.post(page_of(tip, "delete"), {"post": "yes"})
    assert not Tip.objects.filter(pk=tip.pk).exists()
    newest = Tip.history.filter(id=tip.pk).first()
    assert (newest.history_type, newest.history_user.email) == ("-", "editor@example.org")


def test_a_tip_that_somebody_ticked_is_archived_and_the_page_says_so_before(editor, tip):
    Tick.objects.create(user=make_user("hidden@example.org"), tip=tip, verdict="done")
    page = text_of(editor.get(page_of(tip, "delete")))
    assert f"“{tip}”: archived instead of deleted, because 1 person ticked it" in page
    assert "hidden@example.org" not in page
    response = editor.post(page_of(tip, "delete"), {"post": "yes"}, follow=True)
    assert said(response) == ["1 tip archived, because people ticked it."]
    tip.refresh_from_db()
    assert tip.state == "archived"
    assert tip.history.first().history_user.email == "editor@example.org"
    response = editor.post(page_of(tip, "delete"), {"post": "yes"}, follow=True)
    assert said(response) == ["1 tip stays archived, because people ticked it."]


def test_several_are_deleted_or_archived_each_as_it_must_be(editor, tip):
    other = make_tip(text="Unticked.")
    for name in "ab":
        Tick.objects.create(user=make_user(f"{name}@example.org"), tip=tip, verdict="done")
    chosen = {"action": "delete_selected", "_selected_action": [tip.pk, other.pk]}
    page = text_of(editor.post(LIST, chosen))
    assert page.startswith("Delete tips | Five Purposes")
    assert page.count("Delete tips") == 3
    assert "multiple objects" not in page
    assert f"“{tip}”: archived instead of deleted, because 2 people ticked it" in page
    assert "“Unticked.”: deleted" in page
    response = editor.post(LIST, {**chosen, "post": "yes"}, follow=True)
    assert said(response) == [
        "1 tip archived, because people ticked it.",
        "1 tip deleted.",
    ]
    assert Tip.objects.get(pk=tip.pk).state == "archived"
    assert not Tip.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("is_sure", "queries"), [(False, 10), (True, 20)])
def test_archiving_several_costs_the_same_queries_as_one(
    editor, django_assert_num_queries, count, is_sure, queries
):
    tips = [make_tip(text=f"Ticked {number}.") for number in range(count)]
    for tip in tips:
        Tick.objects.create(user=make_user(f"{tip.pk}@example.org"), tip=tip, verdict="done")
    chosen = {"action": "delete_selected", "_selected_action": [tip.pk for tip in tips]}
    with django_assert_num_queries(queries):
        editor.post(LIST, {**chosen, **({"post": "yes"} if is_sure else {})})
    assert Tip.objects.filter(state="archived").count() == (count if is_sure else 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_tick_that_comes_in_between_archives_the_tip(second_connection):
    """The tick is stored but not committed when the editor deletes: the deletion waits for it."""
    Tip.objects.all().delete()
    tip = make_tip(text="Old words.")
    user, somebody = make_editor(), make_user("somebody@example.org")
    answers = []

    def delete():
        client = Client()
        client.force_login(user)
        answers.append(client.post(page_of(tip, "delete"), {"post": "yes"}).status_code)

    with transaction.atomic():
        Tick.objects.create(user=somebody, tip=tip, verdict="done")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # check the foreign key to the tip now
        thread = second_connection(delete)
        wait_until_somebody_waits_for_a_lock()
    thread.join(30)
    assert answers == [302]
    assert Tip.objects.get().state == "archived"

"""Reordering tips in the list: by arrows and by typed positions."""

import pytest

from purposeapp.forms.tip import MOVED_MEANWHILE
from purposeapp.models import Tip
from purposeapp.models.tip import MAX_POSITION
from tests.support.admin import TIPS, by_position, listed
from tests.support.make import make_tip
from tests.support.pages import said


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


def press(client, way: str, key: str, *, address: str = TIPS, **positions: int):
    """Press an arrow of a tip, with these positions typed but not saved."""
    form = positions_form(client.get(address), **positions)
    tip = Tip.objects.get(key=key)
    return client.post(address, {**form, "_save": f"{way} {tip.pk}"})


def test_a_tip_moves_past_its_neighbour_and_back(editor):
    first, second, *rest = by_position()
    tip = Tip.objects.get(key=first)
    response = press(editor, "down", first)
    assert (response.status_code, response.url) == (302, f"{TIPS}#down-{tip.pk}")
    assert by_position() == [second, first, *rest]
    page = editor.get(TIPS)
    assert said(page) == [f"“{tip}” is now number 2 of {len(rest) + 2} tips for Business driven."]
    html = page.content.decode()
    assert html.count(f'<button class="move" id="down-{tip.pk}"') == 1
    assert '<div class="said" role="status">' in html
    newest = tip.history.first()
    assert newest.history_user.email == "editor@example.org"
    assert newest.history_change_reason == "Moved in the list"
    press(editor, "up", first)
    assert by_position() == [first, second, *rest]


def test_at_the_end_there_is_no_further(editor):
    before = by_position()
    press(editor, "up", before[0])
    assert said(editor.get(TIPS)) == [
        "“Choose one fixed time a week for leads, and only answer mes…” can't be moved any further."
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
    changed = {key for key, position in positions().items() if position != before[key]}
    assert changed == {third, second}


def test_a_tip_that_only_makes_room_was_renumbered_and_others_keep_their_positions(editor):
    Tip.objects.filter(purpose="business_driven").delete()
    for key, position in [("a", 5), ("b", 5), ("c", 5), ("d", 6), ("e", 9)]:
        make_tip(text=f"{key}.", key=key, position=position)
    press(editor, "up", "c")
    assert positions() == {"a": 5, "c": 6, "b": 7, "d": 8, "e": 9}
    reasons = [Tip.objects.get(key=key).history.first().history_change_reason for key in "abcde"]
    assert reasons == [None, "Moved in the list", "Moved in the list", "Renumbered", None]


def test_tips_at_the_largest_positions_move_too(editor):
    Tip.objects.filter(purpose="business_driven").update(position=MAX_POSITION)
    first, second, *rest = by_position()
    press(editor, "up", second)
    assert by_position() == [second, first, *rest]


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


def test_an_arrow_pressed_twice_moves_once(editor):
    first, second, *rest = by_position()
    tip = Tip.objects.get(key=first)
    form = {**positions_form(editor.get(TIPS)), "_save": f"down {tip.pk}"}
    assert editor.post(TIPS, form).status_code == 302
    response = editor.post(TIPS, form, follow=True)
    assert said(response)[-1] == str(MOVED_MEANWHILE)
    assert listed(response)[:2] == [second, first]
    assert by_position() == [second, first, *rest]


def test_an_arrow_moves_nothing_that_a_colleague_moved_meanwhile(editor):
    first, second, third, *rest = by_position()
    form = positions_form(editor.get(TIPS), business_groups=7)
    press(editor, "down", second)
    tip = Tip.objects.get(key=second)
    response = editor.post(TIPS, {**form, "_save": f"up {tip.pk}"}, follow=True)
    assert said(response)[-1] == str(MOVED_MEANWHILE)
    assert by_position() == [first, third, second, *rest]


def test_a_move_leads_back_to_the_list_as_it_was(editor):
    address = f"{TIPS}?purpose__exact=business_driven"
    key = by_position()[1]
    anchor = f"#up-{Tip.objects.get(key=key).pk}"
    assert press(editor, "up", key, address=address).url == address + anchor


def test_an_arrow_saves_what_was_typed_before_it_moves(editor, tip):
    first, second, *_others = by_position()
    response = press(editor, "down", first, **{tip.key.replace("-", "_"): 9000})
    assert response.status_code == 302
    assert said(editor.get(TIPS)) == [
        "1 tip was changed successfully.",
        "“Choose one fixed time a week for leads, and only answer mes…” is now number 2 of "
        f"{len(by_position())} tips for Business driven.",
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
    form = positions_form(editor.get(TIPS))
    assert editor.post(TIPS, {**form, "_save": value}).status_code == 302
    assert by_position() == before


def test_positions_typed_in_the_list_are_stored_and_nothing_else(editor, tip):
    form = positions_form(editor.get(TIPS), business_groups=7)
    versions = Tip.history.count()
    Tip.objects.filter(pk=tip.pk).update(text="Changed meanwhile.")
    assert editor.post(TIPS, form).status_code == 302
    tip.refresh_from_db()
    assert (tip.position, tip.text) == (7, "Changed meanwhile.")
    assert Tip.history.count() == versions + 1
    assert tip.history.first().history_change_reason == "Moved in the list"


def test_a_list_that_is_out_of_date_moves_nothing_back(editor, tip):
    form = positions_form(editor.get(TIPS), vanity_use_the_audience=3)
    Tip.objects.filter(pk=tip.pk).update(position=1)
    assert editor.post(TIPS, form).status_code == 302
    tip.refresh_from_db()
    assert tip.position == 1


@pytest.mark.parametrize("save", ["Save", "up", "down"])
def test_a_tip_that_a_colleague_deleted_meanwhile_holds_up_no_other(editor, tip, save):
    gone = Tip.objects.get(key="vanity-use-the-audience")
    form = positions_form(editor.get(TIPS), business_groups=9000, vanity_use_the_audience=3)
    gone_id = gone.pk
    gone.delete()
    form["_save"] = save if save == "Save" else f"{save} {gone_id}"
    assert editor.post(TIPS, form).status_code == 302
    assert said(editor.get(TIPS)) == [
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
    form = positions_form(editor.get(TIPS), business_groups=7)
    damage(form)
    assert editor.post(TIPS, form).status_code == 400
    assert Tip.objects.get(key="business-groups").position != 7


def test_a_row_without_a_position_is_shown_again(editor):
    form = positions_form(editor.get(TIPS), business_groups=7)
    del form["form-0-position"]
    response = editor.post(TIPS, form)
    assert response.status_code == 200
    assert "This field is required." in response.content.decode()


def test_a_position_that_somebody_else_changed_meanwhile_is_refused(editor, tip):
    form = positions_form(editor.get(TIPS), business_groups=7, vanity_use_the_audience=3)
    Tip.objects.filter(pk=tip.pk).update(position=1)
    response = editor.post(TIPS, form, follow=True)
    assert said(response) == [str(MOVED_MEANWHILE)]
    tip.refresh_from_db()
    assert tip.position == 1
    assert Tip.objects.get(key="vanity-use-the-audience").position != 3

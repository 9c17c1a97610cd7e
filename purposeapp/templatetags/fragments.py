"""Template tags for cached fragments (web/fragments.py)."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, Protocol, cast

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field, as_crispy_form
from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField, CheckboxInput
from django.forms.widgets import ChoiceWidget
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import get_language

from purposeapp.advice.fit import Side
from purposeapp.advice.selection import Advice, AdvisedTip, WrittenTip
from purposeapp.forms.ten_points import PointsBoundField
from purposeapp.models import Tick, User
from purposeapp.time_zones import current_name
from purposeapp.timeline.snapshot import Snapshot
from purposeapp.web.fragments import fragment

from .cells import assessment_url, cells

register = template.Library()


NOTE_WORDS = 40
"""The number of words of a note that are shown in the list of a history."""


class Entry(Protocol):
    """A result in the list of a history, with its change since the previous one."""

    snapshot: Snapshot
    name: str
    headline: str
    change: str


class CheckedTip(WrittenTip, Protocol):
    """A tip that its reader can tick, unless it has been deleted since."""

    can_be_ticked: bool


@register.simple_tag
def site_address() -> str:
    """Return the address that people use, for paper, where no address bar shows it."""
    return f"{settings.PUBLIC_URL}/"


@register.simple_tag
def account_menu(user: User, csrf_token: str) -> SafeString:
    """Render the menu in the header of a signed-in user."""
    late = {"email": user.email, "initial": user.initial, "csrf_token": csrf_token}
    return fragment("_account_menu.html", late=late, is_staff=user.is_staff)


@register.simple_tag
def checked_tip(advised: AdvisedTip, ticks: Mapping[int, Tick]) -> SafeString:
    """Render a tip with its reader's tick. Its inputs belong to the form "ticks"."""
    tip = cast(CheckedTip, advised.tip)
    tick = ticks.get(tip.id)
    return fragment(
        "purposeapp/_checked_tip.html",
        id=tip.id,
        text=advised.html,
        why=advised.why,
        verdict=tick and tick.verdict,
        date=tick and date_format(localtime(tick.ticked_at)),
        can_be_ticked=tip.can_be_ticked,
    )


@register.simple_tag
def advice_purpose(
    advice: Advice,
    checklist: bool,
    ticks: Mapping[int, Tick],
    side: Side | str,
    sides: type[Side],
) -> SafeString:
    """Render the advice on a purpose; in a checklist, with its reader's ticks."""
    ticks = ticks or {}
    context = {"advice": advice, "ticks": ticks, "side": side, "sides": sides}
    tips = [advice.at_once, advice.more, advice.declined]
    return fragment(
        "purposeapp/_advice_purpose.html",
        purpose=advice.purpose,
        points=advice.points,
        tips=tuple(tuple(_key_of_tip(tip, ticks) for tip in some) for some in tips),
        has_more=advice.has_more,
        both_sides=advice.both_sides,
        chosen_side=str(side or ""),
        has_sides=bool(sides),
        checklist=bool(checklist),
        is_imagined=advice.is_imagined,
        context=lambda values: {**values, **context},
    )


def _key_of_tip(advised: AdvisedTip, ticks: Mapping[int, Tick]) -> tuple:
    tip, tick = advised.tip, ticks.get(advised.tip.id)
    said = tick and (tick.verdict, date_format(localtime(tick.ticked_at)))
    flags = getattr(tip, "can_be_ticked", None), getattr(tip, "is_previewed", False)
    return tip.id, tip.audience, tip.text, advised.why, said, *flags


@register.simple_tag
def history_entry(entry: Entry, *, comparable: bool) -> SafeString:
    """Render a result in the list of a history; with a checkbox to compare it if `comparable`."""
    snapshot, change = entry.snapshot, entry.change
    return fragment(
        "purposeapp/_entry.html",
        has_change=bool(change),
        has_event=bool(snapshot.event_label),
        has_note=bool(snapshot.note),
        comparable=comparable,
        late={
            "day": snapshot.on.isoformat(),
            "name": entry.name,
            "url": assessment_url(snapshot.id),
            "id": str(snapshot.id),
            "headline": entry.headline,
            "bar": cells(snapshot.split.cells),
            "change": change,
            "event": snapshot.event_label,
            "note": snapshot.note and Truncator(snapshot.note).words(NOTE_WORDS, truncate=" …"),
        },
    )


@register.simple_tag
def purpose_field(field: PointsBoundField, points_left: int) -> SafeString:
    """Render the row of a purpose in a form with `points_left` to spend."""
    value = field.value()
    return fragment(
        "purposeapp/_purpose_field.html",
        name=field.html_name,
        id=field.id_for_label,
        purpose=str(field.label),
        description=str(field.help_text),
        late={"value": "" if value is None else value},
        points=field.points,
        earlier_points=field.earlier_points,
        is_changed=field.earlier_points is not None and field.is_changed,
        compared="" if field.earlier_points is None else field.compared,
        error=" ".join(map(str, field.errors)),
        described_by=field.aria_describedby,
        is_full=points_left <= 0,
    )


@register.simple_tag
def form_fields(form: BaseForm) -> SafeString:
    """Render all fields of a form, with its non-field errors."""
    if form.non_field_errors():
        return as_crispy_form(form)
    return mark_safe("".join(map(form_field, form)))  # noqa: S308 (each is rendered)


@register.simple_tag
def form_field(field: BoundField) -> SafeString:
    """Render a field like crispy-forms, as a fragment in which the typed value is late.

    A field with errors isn't cached: there are too many different errors.
    """
    widget, value = field.field.widget, field.value()
    if field.errors or widget.needs_multipart_form:
        return as_crispy_field(field)
    has_choices = isinstance(widget, ChoiceWidget | CheckboxInput)
    typed = None if has_choices else widget.format_value(value)
    return fragment(
        "purposeapp/_form_field.html",
        id=field.auto_id,
        name=field.html_name,
        label=str(field.label),
        help_text=str(field.help_text),
        is_required=field.field.required and field.form.use_required_attribute,
        is_bound=field.form.is_bound,
        widget=type(widget).__qualname__,
        attrs=tuple(widget.attrs.items()),
        choices=_as_strings(widget.choices) if isinstance(widget, ChoiceWidget) else (),
        chosen=str(value) if has_choices else None,
        late={"typed": typed} if typed is not None else {},
        context=lambda values: {"field": _holding(field, values)},
    )


@register.simple_tag
def time_zone_select(field: BoundField) -> SafeString:
    """Render a select with hundreds of time zones, from a fragment that all users share.

    If the chosen time zone is not in the list, such as Etc/GMT+12, it is added before the regions.
    """
    browsers, utc, *regions = field.field.choices  # type: ignore[attr-defined]
    html: str = fragment(
        "purposeapp/_time_zone_select.html",
        id=field.auto_id,
        name=field.html_name,
        without_region=_as_strings([browsers, utc]),
        regions=tuple((region, tuple(places)) for region, places in regions),
    )
    chosen = escape(current_name(field.value() or ""))
    option = f'<option value="{chosen}"'
    if option not in html:
        html = html.replace("<optgroup", f"{option}>{chosen}</option><optgroup", 1)
    return mark_safe(html.replace(option, f"{option} selected", 1))  # noqa: S308 (escaped)


def _holding(field: BoundField, values: Mapping[str, Any]) -> BoundField:
    """Return the field with the placeholder of the typed value as its value, if there is one."""
    if "typed" not in values:
        return field
    field = copy(field)
    field.value = lambda: values["typed"]  # type: ignore[method-assign]
    return field


def _as_strings(choices: Iterable) -> tuple:
    return tuple((str(value), str(label)) for value, label in choices)


@register.simple_tag(name="fragment")
def fragment_tag(template_name: str, **values: Any) -> SafeString:
    """Include a template rendered with these values and nothing else, from the cache if possible.

    `late_email=user.email` makes `email` a late value, so that everyone shares the fragment.
    """
    late = {name[5:]: values.pop(name) for name in list(values) if name.startswith("late_")}
    return fragment(template_name, late=late, **values)


class OnceNode(template.Node):
    """A part of a template that depends only on the language; see `once`."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        self.rendered: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self.rendered:
            self.rendered[language] = self.nodelist.render(context.new({}))
        return self.rendered[language]


@register.tag
def once(parser: template.base.Parser, _token: template.base.Token) -> OnceNode:
    """Render the block up to `endonce` only once for each language, with an empty context.

    It is an inline fragment, for text and links that are the same for everyone.
    """
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist)

from collections.abc import Iterable
from functools import cache
from html import escape
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from purposeapp import sentences
from purposeapp.split import Purpose, Split
from purposeapp.timeline.chart import Chart

register = template.Library()

NO_ID = UUID(int=0)


@cache
def _around_id() -> tuple[str, str]:
    before, after = reverse("assessment", args=[NO_ID]).split(str(NO_ID))
    return before, after


def assessment_url(id: UUID) -> str:
    """The address of an assessment, as `reverse` has it, which a history needs hundreds of."""
    before, after = _around_id()
    return f"{before}{id}{after}"


@register.filter
def in_words(split: Split, purposes: Iterable[Purpose] = tuple(Purpose)) -> str:
    """The points of each purpose, as whoever can't see the cells hears them."""
    return sentences.points_on(split, purposes)


@register.simple_tag
@cache
def cells(points: tuple[Purpose, ...]) -> SafeString:
    """Ten points as ten cells. A page shows hundreds, so each row of ten is made only once."""
    return format_html_join("", '<i class="cell is-{}"></i>', ((purpose,) for purpose in points))


@register.simple_tag
@cache
def point_cells(split: Split) -> SafeString:
    """The five numbers as cells of a table. A long history has thousands, of 1,001 at most."""
    return format_html_join("", "<td>{}</td>", ((points,) for points in split))


@register.simple_tag
def chart_rows(chart: Chart) -> SafeString:
    """The picture over time as rows of a table; in Python, since a long history has hundreds."""
    rows = []
    for entry in chart.entries:
        snapshot = entry.snapshot
        note = f' data-note="{escape(snapshot.excerpt)}"' if snapshot.note else ""
        link = f'<a href="{assessment_url(snapshot.id)}">{escape(entry.name)}</a>'
        event = f'<td class="words">{escape(snapshot.event_label)}</td>' if chart.marks else ""
        rows.append(
            f'<tr data-x="{entry.x}"{note}><th scope="row">{link}</th>'
            f"{point_cells(snapshot.split)}{event}</tr>"
        )
    return mark_safe("\n".join(rows))  # noqa: S308 (whatever anybody wrote is escaped)

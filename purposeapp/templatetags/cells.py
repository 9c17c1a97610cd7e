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
    """Return the same URL of an assessment as `reverse`, but faster: a history has hundreds."""
    before, after = _around_id()
    return f"{before}{id}{after}"


@register.filter
def in_words(split: Split, purposes: Iterable[Purpose] = tuple(Purpose)) -> str:
    """Return the points of each purpose in words, for screen readers."""
    return sentences.points_on(split, purposes)


@register.filter
def legend(split: Split) -> str:
    """Return the points of each purpose that has any, in words, in the order of the bar's cells."""
    return sentences.points_on(split, dict.fromkeys(split.cells))


@register.simple_tag
@cache
def cells(points: tuple[Purpose, ...]) -> SafeString:
    """Render ten points as ten cells. A page has hundreds of cells, so the result is cached."""
    return format_html_join("", '<i class="cell is-{}"></i>', ((purpose,) for purpose in points))


@register.simple_tag
@cache
def point_cells(split: Split) -> SafeString:
    """Render the five numbers as table cells. Cached: a long history has thousands of such rows."""
    return format_html_join("", "<td>{}</td>", ((points,) for points in split))


@register.simple_tag
def chart_rows(chart: Chart) -> SafeString:
    """Render the chart over time as table rows. In Python, since a long history has hundreds."""
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
    return mark_safe("\n".join(rows))  # noqa: S308 (all user input is escaped)

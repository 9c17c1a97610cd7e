from dateutil.relativedelta import relativedelta
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from purposeapp import sentences
from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.result import Result
from purposeapp.dates import site_today
from purposeapp.discussion.differences import largest_differences
from purposeapp.reminders.calendar import CONTENT_TYPE, FILE_NAME, calendar_of_visitor
from purposeapp.sharing.links import share_purpose, share_split
from purposeapp.split import BUDGET, Purpose, Split
from purposeapp.web.outage import is_outage
from purposeapp.web.page_cache import SIDE_QUERIES, do_not_cache, public_page
from purposeapp.web.published import published
from purposeapp.web.responses import attachment
from purposeapp.web.sessions import VISITOR_AGE


@public_page(queries=SIDE_QUERIES)
def split_page(request: HttpRequest, split: Split) -> HttpResponse:
    """Show the public result page of a split: the same for everyone, so that it can be shared.

    The query's `as` is the reader's side of job seeking. Without it, both sides' tips are shown.
    During a database outage, the result is shown without tips.
    """
    side = request.GET.get("as", "")
    situation = Situation(split, side=Side(side or Side.BOTH))
    is_incomplete = False
    try:
        now = published()
        tips, parts, community = now.tips.fitting(situation), now.parts_for(split), now.community
    except Error as error:
        if not is_outage(error):
            raise
        tips, parts, community, is_incomplete = [], [], None, True
        do_not_cache(request)
    context = {
        "result": Result(situation, tips, parts=parts),
        "alike": community and community.alike_to(split),
        "is_incomplete": is_incomplete,
        "side": side,
        "as_side": f"?as={side}" if side else "",
        "sides": Side,
        "days": VISITOR_AGE.days,
        "share": share_split(split),
        # For readers who don't want to share the whole split, only its leading purposes.
        "leading": [share_purpose(purpose) for purpose in split.standouts],
    }
    return render(request, "purposeapp/split.html", context)


@never_cache
@require_safe
def split_calendar(request: HttpRequest, split: Split) -> HttpResponse:
    """Download an iCalendar file that reminds a visitor in three months. It stores nothing."""
    due_on = site_today() + relativedelta(months=3)
    return attachment(
        calendar_of_visitor(split, due_on),
        filename=FILE_NAME,
        content_type=f"{CONTENT_TYPE}; charset=utf-8",
    )


@public_page
def split_pair(request: HttpRequest, split: Split, other: Split) -> HttpResponse:
    """Compare a visitor's split with the one that someone sent them. It stores nothing.

    There are a million pairs, so the page isn't cached.
    """
    do_not_cache(request)
    context = {
        "title": _pair_title(BUDGET - split.points_moved(other)),
        "lead": _differences(split, other),
        "split": split,
        "sides": [
            (_("Your result"), split, sentences.headline(split)),
            (_("The result you came from"), other, sentences.headline(other)),
        ],
        "rows": [
            (each, split[each], other[each], sentences.signed(split[each] - other[each]))
            for each in Purpose
        ],
    }
    return render(request, "purposeapp/split_pair.html", context)


def _pair_title(matching: int) -> str:
    """Return how many of their ten points two people spend alike, in words."""
    if matching == BUDGET:
        return _("You both spend your points the same way")
    if matching == 0:
        return _("None of your ten points match")
    words = ngettext(
        "%(points)d of your ten points matches", "%(points)d of your ten points match", matching
    )
    return words % {"points": matching}


def _differences(mine: Split, theirs: Split) -> str:
    """Return the largest difference in each direction, in words; empty if there are none."""
    if mine == theirs:
        return ""
    gained, more, lost, fewer = largest_differences(theirs, mine)
    words = ngettext(
        "You put %(more)d more point on %(gained)s, and %(fewer)d fewer on %(lost)s.",
        "You put %(more)d more points on %(gained)s, and %(fewer)d fewer on %(lost)s.",
        more,
    )
    return words % {"more": more, "gained": gained.label, "fewer": fewer, "lost": lost.label}

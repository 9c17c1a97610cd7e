from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.advice.fit import Side, Situation
from purposeapp.advice.result import Result
from purposeapp.sharing.links import share_purpose, share_split
from purposeapp.split import Split
from purposeapp.web.outage import is_outage
from purposeapp.web.page_cache import SIDE_QUERIES, do_not_cache, public_page
from purposeapp.web.published import published
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

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from purposeapp.models import Tip
from purposeapp.result import Result
from purposeapp.split import Split


@require_safe
@cache_control(public=True, max_age=0, must_revalidate=True)
def split_page(request, split: Split):
    """The result page of a split: the same for everybody, so that it can be passed on."""
    result = Result(split, Tip.objects.for_split(split).in_order())
    return render(request, "purposeapp/split.html", {"result": result})

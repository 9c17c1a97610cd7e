from django.shortcuts import render

from purposeapp.models import Tip
from purposeapp.public import public_page
from purposeapp.result import Result
from purposeapp.split import Split


@public_page
def split_page(request, split: Split):
    """The result page of a split: the same for everybody, so that it can be passed on."""
    result = Result(split, Tip.objects.for_split(split).in_order())
    return render(request, "purposeapp/split.html", {"result": result})

from django.shortcuts import render

from purposeapp.models import Tip
from purposeapp.public import public_page
from purposeapp.result import Result
from purposeapp.sharing import share_purpose, share_split
from purposeapp.split import Split


@public_page
def split_page(request, split: Split):
    """The result page of a split: the same for everybody, so that it can be passed on."""
    result = Result(split, Tip.objects.published().in_order())
    context = {
        "result": result,
        "share": share_split(split),
        # Whoever would rather not show the whole split may pass on what leads it.
        "leading": [share_purpose(purpose) for purpose in split.standouts],
    }
    return render(request, "purposeapp/split.html", context)

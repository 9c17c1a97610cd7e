from django.shortcuts import render

from purposeapp.models import Tip
from purposeapp.public import public_page
from purposeapp.result import Advice
from purposeapp.sharing import share_purpose
from purposeapp.split import Purpose


@public_page
def purpose_page(request, purpose: Purpose):
    """What a purpose is, its tips, and where it can lead."""
    context = {
        "purpose": purpose,
        "purposes": Purpose,
        "advice": Advice(
            purpose,
            list(Tip.objects.published().filter(purpose=purpose).in_order()),
        ),
        "share": share_purpose(purpose),
    }
    return render(request, "purposeapp/purpose.html", context)

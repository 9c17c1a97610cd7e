"""What a search engine and a network's preview robot ask for first."""

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse

from purposeapp.public import public_page
from purposeapp.split import Purpose, Split


@public_page
def robots(request):
    """Everybody may read the public pages; what is somebody's own is nobody else's."""
    context = {"sitemap": settings.PUBLIC_URL + reverse("sitemap")}
    return render(request, "purposeapp/robots.txt", context, content_type="text/plain")


@public_page
def sitemap(request):
    """Every public page there is."""
    paths = [
        reverse("questionnaire"),
        reverse("worksheet"),
        *(reverse("purpose", args=[purpose]) for purpose in Purpose),
        *(reverse("split", args=[split]) for split in Split.all()),
    ]
    context = {"addresses": [settings.PUBLIC_URL + path for path in paths]}
    return render(request, "purposeapp/sitemap.xml", context, content_type="application/xml")

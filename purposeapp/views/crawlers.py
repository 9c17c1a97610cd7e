"""What browsers and crawlers request on their own: favicon, manifest, robots.txt, sitemap, …"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from purposeapp.split import Purpose, Split
from purposeapp.web.page_cache import public_page


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect /favicon.ico, which browsers request if a page links no icon, as in the admin."""
    return redirect(static("img/favicon-32.png"))


@public_page
def manifest(request: HttpRequest) -> HttpResponse:
    """Return the web app manifest: the site's name and icon on a phone's home screen."""
    content = {
        "name": "Five Purposes",
        "short_name": "Five Purposes",
        "start_url": reverse("questionnaire"),
        "display": "browser",
        "background_color": "#fbfaf7",
        "theme_color": "#fbfaf7",
        "icons": [
            {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Return robots.txt, which lets crawlers read the public pages only."""
    context = {"sitemap": settings.PUBLIC_URL + reverse("sitemap")}
    plain = "text/plain; charset=utf-8"
    return render(request, "purposeapp/robots.txt", context, content_type=plain)


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return the XML sitemap with all public pages."""
    paths = [
        reverse("questionnaire"),
        reverse("worksheet"),
        reverse("privacy"),
        reverse("purposes"),
        reverse("community"),
        *(reverse("purpose", args=[purpose]) for purpose in Purpose),
        *(reverse("split", args=[split]) for split in Split.all()),
    ]
    context = {"addresses": [settings.PUBLIC_URL + path for path in paths]}
    xml = "application/xml; charset=utf-8"
    return render(request, "purposeapp/sitemap.xml", context, content_type=xml)


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Redirect password managers to the page that changes the password.

    W3C, "A Well-Known URL for Changing Passwords".
    """
    return redirect("account_change_password")

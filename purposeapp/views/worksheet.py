from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.models import Tip
from purposeapp.sharing.qr import qr_code
from purposeapp.split import BUDGET, Purpose
from purposeapp.web.page_cache import public_page

POINTS_ON_PAPER = 5
"""The points for which the tips on a blank sheet are: some, and not all."""


@public_page
def worksheet(request: HttpRequest) -> HttpResponse:
    """Show the questionnaire to print: a blank sheet, with a first tip per purpose on its back.

    Job seeking has a first tip for each side. The back also has questions for two people who talk
    about their answers.
    """
    first_tips: dict[tuple[str, str], Tip] = {}
    for tip in Tip.objects.published().whatever_before(POINTS_ON_PAPER).by_purpose():
        first_tips.setdefault((tip.purpose, tip.audience), tip)
    address = f"{settings.PUBLIC_URL}/"
    context = {
        "purposes": Purpose,
        "cells": range(BUDGET),
        "tips": list(first_tips.values()),
        "address": address,
        "qr_code": qr_code(address),
    }
    return render(request, "purposeapp/worksheet.html", context)

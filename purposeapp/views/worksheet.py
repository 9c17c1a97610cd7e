from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.split import BUDGET, Purpose
from purposeapp.web.page_cache import public_page


@public_page
def worksheet(request: HttpRequest) -> HttpResponse:
    """The questionnaire on paper: one blank sheet, for people who think with a pen."""
    context = {"purposes": Purpose, "cells": range(BUDGET)}
    return render(request, "purposeapp/worksheet.html", context)

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from purposeapp.split import BUDGET, Purpose


@require_safe
@cache_control(public=True, max_age=0, must_revalidate=True)
def worksheet(request):
    """The questionnaire on paper: one blank sheet, for people who think with a pen."""
    context = {"purposes": Purpose, "cells": range(BUDGET)}
    return render(request, "purposeapp/worksheet.html", context)

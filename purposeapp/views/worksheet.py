from django.shortcuts import render

from purposeapp.public import public_page
from purposeapp.split import BUDGET, Purpose


@public_page
def worksheet(request):
    """The questionnaire on paper: one blank sheet, for people who think with a pen."""
    context = {"purposes": Purpose, "cells": range(BUDGET)}
    return render(request, "purposeapp/worksheet.html", context)

"""Rendering of our own pages within the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.models import Tip


def render_page(
    request: HttpRequest,
    template: str,
    title: Any,
    context: dict,
    status: int = 200,
    model: type[Model] = Tip,
) -> HttpResponse:
    """Render a template with the admin's base context, by default as a page about tips."""
    frame = admin.site.each_context(request)
    context = {**frame, "opts": model._meta, "title": title, **context}
    return render(request, template, context, status=status)

"""What the admin's pages of our own have in common: its frame."""

from django.contrib import admin
from django.shortcuts import render

from purposeapp.models import Tip


def render_page(request, template: str, title, context: dict, status: int = 200):
    """A page about tips, in the admin's frame."""
    frame = admin.site.each_context(request)
    context = {**frame, "opts": Tip._meta, "title": title, **context}
    return render(request, template, context, status=status)

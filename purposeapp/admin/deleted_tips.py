"""The list of deleted tips, from which any of their versions can be restored."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from purposeapp.models import Tip
from purposeapp.web.ids import is_id

from .rendering import render_page
from .version_labels import author_of

DELETED_MEANWHILE = gettext_lazy(
    "This tip was deleted. You can restore any version below. If you were editing it, go back "
    "one page to find what you typed."
)


def is_gone(tip_id: str) -> bool:
    """Return whether this is the id of a deleted tip."""
    if not is_id(tip_id):
        return False
    return not Tip.objects.filter(pk=tip_id).exists() and Tip.history.filter(id=tip_id).exists()


@require_safe
def deleted_tips(request: HttpRequest) -> HttpResponse:
    """List the deleted tips, each with a link to its versions."""
    gone = (
        Tip.history.filter(history_type="-")
        .exclude(id__in=Tip.objects.values("pk"))
        .select_related("history_user")
        .order_by("id", "-history_date")
        .distinct("id")
    )
    records = sorted(gone, key=lambda record: record.history_date, reverse=True)
    for record in records:
        record.author = author_of(record)
    return render_page(request, "admin/tips_deleted.html", _("Deleted tips"), {"records": records})

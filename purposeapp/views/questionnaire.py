from http import HTTPStatus

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from purposeapp import sentences
from purposeapp.accounts.pending import add_pending_result
from purposeapp.forms import QuestionnaireForm
from purposeapp.models import Assessment
from purposeapp.sharing.links import share_questionnaire
from purposeapp.split import Split


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(request):
    """The ten points: shown, counted on the way, and taken in.

    Whoever is signed in gets an assessment. Anybody else gets the public page of their split,
    and the result waits in their session until they sign in.
    """
    last = Assessment.objects.for_user(request.user).latest_first().first()
    earlier = last.split if last else None
    if request.method != "POST":
        start = start_of(request, earlier)
        form = QuestionnaireForm(initial=start and start.as_dict(), earlier=earlier)
        return _page(request, form, last)
    if "step" in request.POST:
        return _page(request, QuestionnaireForm.after_step(request.POST, earlier=earlier), last)
    form = QuestionnaireForm(request.POST, earlier=earlier)
    if not form.is_valid():
        return _page(request, form, last, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.user.is_authenticated:
        return redirect(form.save(user=request.user))
    add_pending_result(
        request.session, split=form.split, submission=form.cleaned_data["submission"]
    )
    return redirect("split", form.split)


def start_of(request, last: Split | None) -> Split | None:
    """The split that an address asks to begin with: the last one, or one by its name.

    None, so an empty form, for whatever else it says.
    """
    start = request.GET.get("start", "")
    if start == "last":
        return last
    try:
        return Split.parse(start)
    except ValueError:
        return None


def redisplay(request):
    """The form as it was sent, when its proof of origin has grown old."""
    last = Assessment.objects.for_user(request.user).latest_first().first()
    form = QuestionnaireForm.redisplay(request.POST, earlier=last.split if last else None)
    return _page(request, form, last, status=HTTPStatus.FORBIDDEN)


def _page(request, form, last: Assessment | None, status=HTTPStatus.OK):
    context = {
        "form": form,
        "share": share_questionnaire(),
        "last": last,
        "last_headline": last and sentences.headline(last.split),
    }
    return render(request, "purposeapp/questionnaire.html", context, status=status)

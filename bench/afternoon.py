"""The afternoon form, a baseline: the plain Django project that one writes in an afternoon.

It has a form of five numbers that add up to ten, the result, and for signed-in users a list of
their results. It has no tips, no chart, no rate limits and no styling. `bench.served` measures it
beside the site, for comparison.
"""

import os

import django
import environ
from django.conf import settings

TEMPLATES = {
    "form.html": """<!doctype html><title>Ten points</title><p>{{ user }}</p>
      <form method="post">{% csrf_token %}{{ form.as_div }}<button>Send</button></form>""",
    "result.html": """<!doctype html><title>Result</title><ul>{% for name, points in rows %}
      <li>{{ name }}: {{ points }} ({{ points }}0%)</li>{% endfor %}</ul>""",
    "history.html": """<!doctype html><title>History</title><ul>{% for each in answers %}
      <li>{{ each.at }}: {{ each.points|join:"-" }}</li>{% endfor %}</ul>""",
}
PROCESSORS = ["template.context_processors.request", "contrib.auth.context_processors.auth"]
MIDDLEWARE = [
    "middleware.security.SecurityMiddleware",
    "contrib.sessions.middleware.SessionMiddleware",
    "middleware.common.CommonMiddleware",
    "middleware.csrf.CsrfViewMiddleware",
    "contrib.auth.middleware.AuthenticationMiddleware",
    "middleware.clickjacking.XFrameOptionsMiddleware",
]
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "bench",
    ],
    MIDDLEWARE=[f"django.{each}" for each in MIDDLEWARE],
    ROOT_URLCONF="bench.afternoon",
    SECRET_KEY="of no use to anybody",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [f"django.{each}" for each in PROCESSORS],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", TEMPLATES)],
                    )
                ],
            },
        }
    ],
    USE_TZ=True,
)
settings.DATABASES["default"]["CONN_MAX_AGE"] = None
django.setup()

from django import forms  # noqa: E402
from django.contrib.postgres.fields import ArrayField  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.shortcuts import get_object_or_404, redirect, render  # noqa: E402
from django.urls import path  # noqa: E402

NAMES = ["business_driven", "community_spirit", "learning_sponge", "job_seeking", "vanity_project"]


class Answer(models.Model):  # noqa: DJ008
    user = models.ForeignKey("auth.User", models.CASCADE, null=True)
    at = models.DateTimeField(auto_now_add=True)
    points = ArrayField(models.PositiveSmallIntegerField())

    class Meta:
        app_label = "bench"


class TenPoints(forms.Form):
    for name in NAMES:
        locals()[name] = forms.IntegerField(min_value=0, max_value=10)

    def clean(self):
        if sum(self.cleaned_data.get(name, 0) for name in NAMES) != 10:
            raise forms.ValidationError("The points must add up to 10.")


def ask(request):
    form = TenPoints(request.POST or None)
    if not form.is_valid():
        return render(request, "form.html", {"form": form})
    user = request.user if request.user.is_authenticated else None
    answer = Answer.objects.create(user=user, points=list(form.cleaned_data.values()))
    return redirect(f"/{answer.pk}/")


def result(request, pk):
    answer = get_object_or_404(Answer, pk=pk)
    rows = list(zip(NAMES, answer.points, strict=True))
    return render(request, "result.html", {"rows": rows})


def history(request):
    answers = Answer.objects.filter(user=request.user).order_by("-at")
    return render(request, "history.html", {"answers": answers})


urlpatterns = [path("", ask), path("<int:pk>/", result), path("history/", history)]
application = get_wsgi_application()

if __name__ == "__main__":
    # Create the tables and a user with ten answers; print the key of their session.
    from importlib import import_module

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Answer)
    user = User.objects.create_user("somebody")
    for _ in range(10):
        Answer.objects.create(user=user, points=[2, 2, 2, 2, 2])
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    print(session.session_key)

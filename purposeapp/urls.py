from django.urls import path, register_converter

from .split import Split
from .views import history, keep, probes, questionnaire, splits, worksheet


class SplitConverter:
    """A split in an address. Anything that is not one of the 1,001 matches nothing: a 404."""

    regex = r"[0-9]{1,2}(?:-[0-9]{1,2}){4}"

    def to_python(self, value: str) -> Split:
        return Split.parse(value)

    def to_url(self, value: Split) -> str:
        return str(value)


register_converter(SplitConverter, "split")

urlpatterns = [
    path("", questionnaire.questionnaire, name="questionnaire"),
    path("splits/<split:split>/", splits.split_page, name="split"),
    path("keep/<split:split>/", keep.keep, name="keep"),
    path("history/", history.history, name="history"),
    path("history/export.json", history.export_json, name="export_json"),
    path("history/<uuid:id>/", history.assessment, name="assessment"),
    path("history/<uuid:id>/delete/", history.delete, name="delete"),
    path("worksheet/", worksheet.worksheet, name="worksheet"),
    path("healthz", probes.healthz),
    path("readyz", probes.readyz),
]

"""The WSGI application, which gunicorn serves."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Utf8Request(WSGIRequest):
    """A request that is always decoded as UTF-8, whatever charset its Content-Type names.

    Django accepts any codec that Python knows, even those that don't encode text, and would fail
    before a middleware could answer.
    """

    def _set_content_type_params(self, meta) -> None:
        content_type = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = parse_header_parameters(content_type)


application = get_wsgi_application()
application.request_class = Utf8Request

"""QR codes."""

from functools import lru_cache

import segno
from django.utils.safestring import SafeString, mark_safe


@lru_cache(maxsize=100)
def qr_code(address: str) -> SafeString:
    """Return the QR code of a URL of this site as an inline SVG that fills its container."""
    svg = segno.make(address, error="m").svg_inline(omitsize=True, svgclass=None, border=2)
    return mark_safe(svg)  # noqa: S308 (made of an address of ours, as modules of one path)

"""Preview cards: the images (og:image) that social networks show when a page is shared.

They are drawn from an SVG template, always in the light theme, and cached on disk within limits,
since drawing takes much longer than reading.
"""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from threading import BoundedSemaphore, Lock
from typing import Any

import fontpkg_inter
import fontpkg_source_serif_4
import resvg_py
import structlog
from django.conf import settings
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from purposeapp import sentences
from purposeapp.split import BUDGET, Purpose, Split

logger = structlog.get_logger(__name__)

WIDTH, HEIGHT = 1200, 627
"""The size in pixels that LinkedIn asks for."""

FONTS = [
    # The first is for the headline, in a serif as on the pages; the second for everything else.
    str(fontpkg_source_serif_4.ROOT / "files" / "SourceSerif4[opsz,wght].ttf"),
    str(fontpkg_inter.ROOT / "files" / "Inter[opsz,wght].ttf"),
]

PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xae\x42\x60\x82"

MAX_WAITING = 2
"""How many of a worker's four threads may wait while one draws; the fourth serves pages."""

# The layout, in pixels: the brand at the top, the invitation in a band at the bottom, and the
# content vertically centered between them.
MARGIN = 72
GAP = 14
"""With this gap, five cells and ten cells begin and end on whole pixels: sharper and smaller."""
BRAND_BOTTOM, BAND_TOP = 100, 530
HEADLINE_SIZES = ((80, 1), (68, 1), (80, 2), (68, 2), (58, 2), (50, 2))
"""Font sizes of the headline with the most lines they may take, in order of preference."""
LETTER_WIDTH = 0.435
"""The average width of a letter of the headline, as a fraction of the font size."""
BLOCK_GAP = 32
CELLS_HEIGHT = 108
LEGEND_LINE, LEGEND_COLUMNS = 48, 3
TEXT_WIDTH = 62
"""The number of letters in a line of the text below the cells."""


@dataclass(frozen=True)
class Cell:
    """A cell in the image: its position and the purpose of its point; None for an empty cell."""

    x: float
    width: float
    purpose: Purpose | None


@dataclass(frozen=True)
class Card:
    """A card: a headline of up to two lines, a row of cells, a legend or text, an invitation."""

    headline: str
    owners: tuple[Purpose | None, ...]
    legend: tuple[Purpose, ...] = ()
    text: str = ""
    invitation: str = field(default_factory=lambda: _("What are you on LinkedIn for?"))

    height = CELLS_HEIGHT
    band_top = BAND_TOP

    @cached_property
    def font_size(self) -> int:
        """The font size of the headline: the first of HEADLINE_SIZES that fits."""
        fitting = (size for size, lines in HEADLINE_SIZES if len(self._wrapped(size)) <= lines)
        return next(fitting, HEADLINE_SIZES[-1][0])

    def _wrapped(self, size: int) -> list[str]:
        return textwrap.wrap(self.headline, int((WIDTH - 2 * MARGIN) / (LETTER_WIDTH * size)))

    @cached_property
    def _headline_height(self) -> int:
        return round(1.16 * self.font_size * len(self._wrapped(self.font_size)))

    @cached_property
    def _top(self) -> int:
        """The top of the headline, so that the content is vertically centered."""
        rows = -(-len(self.legend) // LEGEND_COLUMNS) or len(self._wrapped_text)
        content = self._headline_height + BLOCK_GAP + CELLS_HEIGHT + rows * LEGEND_LINE
        return round((BRAND_BOTTOM + BAND_TOP - content) / 2) - BLOCK_GAP // 4

    @property
    def top(self) -> int:
        """The upper edge of the cells."""
        return self._top + self._headline_height + BLOCK_GAP

    @property
    def _legend_top(self) -> int:
        return self.top + CELLS_HEIGHT + LEGEND_LINE

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The lines of the headline, wrapped to fit between the margins, with their baselines."""
        size = self.font_size
        return [
            (round(self._top + 0.9 * size + 1.16 * size * row), line)
            for row, line in enumerate(self._wrapped(size))
        ]

    @property
    def cells(self) -> list[Cell]:
        """The row of cells, from margin to margin."""
        width = (WIDTH - 2 * MARGIN + GAP) / len(self.owners) - GAP
        return [
            Cell(MARGIN + number * (width + GAP), width, owner)
            for number, owner in enumerate(self.owners)
        ]

    @property
    def brand(self) -> list[Purpose]:
        """The cells of the logo."""
        return list(Purpose)

    @property
    def meanings(self) -> list[tuple[float, int, Purpose, int]]:
        """The legend: for each purpose its x, its baseline, the purpose and its points."""
        column = (WIDTH - 2 * MARGIN) / LEGEND_COLUMNS
        return [
            (
                MARGIN + column * (number % LEGEND_COLUMNS),
                self._legend_top + LEGEND_LINE * (number // LEGEND_COLUMNS),
                purpose,
                self.owners.count(purpose),
            )
            for number, purpose in enumerate(self.legend)
        ]

    @cached_property
    def _wrapped_text(self) -> list[str]:
        return textwrap.wrap(self.text, TEXT_WIDTH)

    @property
    def text_lines(self) -> list[tuple[int, str]]:
        """The lines of the text below the cells, wrapped to fit, with their baselines."""
        return [
            (self._legend_top + LEGEND_LINE * row, line)
            for row, line in enumerate(self._wrapped_text)
        ]

    @cached_property
    def svg(self) -> str:
        return render_to_string("purposeapp/card.svg", {"card": self})

    @property
    def etag(self) -> str:
        """The ETag, a hash of the SVG: it changes with anything that can be seen."""
        return (_etag.__wrapped__ if settings.DEBUG else _etag)(self)

    @property
    def cache_key(self) -> str:
        return self.etag.strip('"')

    def png(self, *, always: bool = False) -> bytes:
        """Return the image as PNG, from the cache if possible.

        A damaged file in the cache is replaced, and a cache that can't be written is only logged.

        Raises TooManyDrawingsError if a card is being drawn and enough threads wait already.
        With `always`, it waits instead: for the few cards that many pages show, some of which show
        several.
        """
        key = self.cache_key
        if known := _cached(key):
            return known
        with _turn(always=always):
            # Another thread may have drawn it while this one waited.
            return _cached(key) or self._draw(key)

    def _draw(self, key: str) -> bytes:
        cards = caches["cards"]
        drawn = bytes(
            resvg_py.svg_to_bytes(svg_string=self.svg, font_files=FONTS, skip_system_fonts=True)
        )
        try:
            cards.set(key, drawn)
        except OSError as error:
            folder = cards._dir  # type: ignore[attr-defined]
            _warn(folder, error.strerror or type(error).__name__)
        return drawn


def _cached(key: str) -> bytes | None:
    """Return a PNG from the cache, or None if it isn't there or is damaged."""
    found: Any = None
    with suppress(Exception):  # pickle and zlib raise many kinds for a damaged file
        found = caches["cards"].get(key)
    is_whole = isinstance(found, bytes) and found.startswith(PNG_START) and found.endswith(PNG_END)
    return found if is_whole else None


@lru_cache(maxsize=1)  # log it once per process, since every card is affected
def _warn(folder: str, reason: str) -> None:
    logger.warning("cards_not_kept", folder=folder, reason=reason)


class TooManyDrawingsError(Exception):
    """Too many threads wait for a card. Only one is drawn at a time, to leave a CPU to others."""


@lru_cache(maxsize=2_000)
def _etag(card: Card) -> str:
    return f'"{sha256(card.svg.encode()).hexdigest()[:32]}"'


_queue = BoundedSemaphore(1 + MAX_WAITING)
_drawing = Lock()


@contextmanager
def _turn(*, always: bool) -> Iterator[None]:
    """Wait for this thread's turn to draw. Raises TooManyDrawingsError if enough wait already."""
    if not _queue.acquire(blocking=always):
        raise TooManyDrawingsError
    try:
        with _drawing:
            yield
    finally:
        _queue.release()


def all_cards() -> Iterator[Card]:
    """Yield all cards."""
    yield card_of_questionnaire()
    yield from map(card_of_purpose, Purpose)
    yield from map(card_of_split, Split.all())


def delete_outdated_cards() -> None:
    """Delete cards of earlier designs from the cache."""
    cards: Any = caches["cards"]
    current = {cards._key_to_file(card.cache_key) for card in all_cards()}
    for file in set(cards._list_cache_files()) - current:
        cards._delete(file)


def card_of_questionnaire() -> Card:
    """Return the card of the first page: the question, and an even split as a picture."""
    return Card(
        headline=_("What are you on LinkedIn for?"),
        owners=tuple(purpose for purpose in Purpose for _point in range(BUDGET // len(Purpose))),
        text=_("Spread ten points over five purposes and see what your mix says."),
        invitation=_("Spend your own ten points"),
    )


def card_of_split(split: Split) -> Card:
    """Return the card of a result: its headline, its ten cells, and the purposes with points."""
    return Card(
        headline=sentences.headline(split), owners=split.ranked_cells, legend=tuple(split.spent)
    )


def card_of_purpose(purpose: Purpose) -> Card:
    """Return the card of a purpose: five cells, only one of which is filled."""
    return Card(
        headline=_("%(purpose)s, one of five purposes on LinkedIn") % {"purpose": purpose.label},
        owners=tuple(other if other == purpose else None for other in Purpose),
        text=str(purpose.description),
    )

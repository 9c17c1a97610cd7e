"""Preview cards: the picture that a network shows where somebody passes a page on.

Drawn from an SVG template, with the colours of paper whatever theme a reader has, and kept in
a bounded cache on disk, since drawing takes far longer than reading.
"""

import textwrap
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import fontpkg_inter
import resvg_py
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from purposeapp import sentences
from purposeapp.split import BUDGET, Purpose, Split

WIDTH, HEIGHT = 1200, 627
"""The size in pixels that LinkedIn asks for."""

FONT = str(fontpkg_inter.ROOT / "files" / "Inter[opsz,wght].ttf")

# The layout, in pixels: headline on top, cells below the middle, their meaning at the foot.
MARGIN = 72
GAP = 12
CELLS_TOP, CELLS_HEIGHT = 318, 128
LEGEND_TOP, LEGEND_LINE, LEGEND_COLUMNS = 508, 50, 3


@dataclass(frozen=True)
class Cell:
    """One block in the picture: where it stands, and whose point it is; None for nobody's."""

    x: float
    width: float
    purpose: Purpose | None


@dataclass(frozen=True)
class Card:
    """A headline of up to three lines, a row of cells, and words on what they mean."""

    headline: str
    owners: tuple[Purpose | None, ...]
    legend: tuple[Purpose, ...] = ()
    text: str = ""

    top = CELLS_TOP
    height = CELLS_HEIGHT

    @property
    def font_size(self) -> int:
        """The size of the headline: a short one may be loud."""
        return 76 if len(self.headline) <= 50 else 58

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The headline, broken to fit between the margins; each line with the height of its foot.

        Letters of this font, so bold and so close, are about 0.49 of its size wide.
        """
        fitting = int((WIDTH - 2 * MARGIN) / (0.49 * self.font_size))
        return [
            (MARGIN + 56 + round(1.14 * self.font_size * place), line)
            for place, line in enumerate(textwrap.wrap(self.headline, fitting))
        ]

    @property
    def cells(self) -> list[Cell]:
        """The row of cells, from margin to margin."""
        width = (WIDTH - 2 * MARGIN + GAP) / len(self.owners) - GAP
        return [
            Cell(MARGIN + place * (width + GAP), width, owner)
            for place, owner in enumerate(self.owners)
        ]

    @property
    def meanings(self) -> list[tuple[float, float, Purpose, int]]:
        """What the colours stand for: place, purpose, and its points."""
        column = (WIDTH - 2 * MARGIN) / LEGEND_COLUMNS
        return [
            (
                MARGIN + column * (place % LEGEND_COLUMNS),
                LEGEND_TOP + LEGEND_LINE * (place // LEGEND_COLUMNS),
                purpose,
                self.owners.count(purpose),
            )
            for place, purpose in enumerate(self.legend)
        ]

    @property
    def text_lines(self) -> list[tuple[int, str]]:
        """The text below the cells, broken to fit; each line with the height of its foot."""
        return [
            (LEGEND_TOP + LEGEND_LINE * place, line)
            for place, line in enumerate(textwrap.wrap(self.text, 68))
        ]

    @cached_property
    def svg(self) -> str:
        return render_to_string("purposeapp/card.svg", {"card": self})

    @cached_property
    def etag(self) -> str:
        """Changes with anything that can be seen."""
        return f'"{sha256(self.svg.encode()).hexdigest()[:32]}"'

    def png(self) -> bytes:
        """The picture, drawn or from the cache. A cache that can't be written does no harm."""
        cards, key = caches["cards"], self.etag.strip('"')
        if (drawn := cards.get(key)) is None:
            drawn = bytes(
                resvg_py.svg_to_bytes(
                    svg_string=self.svg, font_files=[FONT], skip_system_fonts=True
                )
            )
            with suppress(OSError):
                cards.set(key, drawn)
        return drawn


def card_of_questionnaire() -> Card:
    """The card of the first page: the question, and ten points that nobody has spent."""
    return Card(
        headline=_("What are you on LinkedIn for?"),
        owners=tuple(purpose for purpose in Purpose for _point in range(BUDGET // len(Purpose))),
        text=_("Spread ten points over five purposes, and see what your split says."),
    )


def card_of_split(split: Split) -> Card:
    """The card of a result: its sentence, its ten cells, and the purposes that have points."""
    return Card(
        headline=sentences.headline(split), owners=split.ranked_cells, legend=tuple(split.spent)
    )


def card_of_purpose(purpose: Purpose) -> Card:
    """The card of one purpose: five cells, of which one is its own."""
    return Card(
        headline=_("%(purpose)s, one of five purposes on LinkedIn") % {"purpose": purpose.label},
        owners=tuple(other if other == purpose else None for other in Purpose),
        text=str(purpose.description),
    )

"""The five purpose colours are distinct in both themes, for every kind of colour vision.

Colour is never the only carrier of information; these limits ensure that it helps at all.
"""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest

CSS = (Path(__file__).parent.parent / "static" / "css" / "site.css").read_text()
PURPOSES = ["business", "community", "learning", "job", "vanity"]

# Severe forms, as matrices on linear RGB: Machado, Oliveira and Fernandes (2009),
# "A physiologically-based model for simulation of color vision deficiency", table of severity 1.
EYES = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def colour(name: str, theme: int) -> list[float]:
    """Return a colour of the style sheet in linear RGB, 0 to 1; theme 0 is paper, 1 is night."""
    both = re.search(rf"--{name}: light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\);", CSS)
    channels = [int(both[theme + 1][i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def contrast(one: list[float], other: list[float]) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    lighter, darker = sorted(
        (0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (one, other)), reverse=True
    )
    return (lighter + 0.05) / (darker + 0.05)


def seen_by(eye: str, rgb: list[float]) -> list[float]:
    """Return a colour as one kind of eye sees it, in Oklab."""
    r, g, b = (
        min(1, max(0, sum(w * c for w, c in zip(row, rgb, strict=True)))) for row in EYES[eye]
    )
    l_, m, s = (
        cone ** (1 / 3)
        for cone in (
            0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
            0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
            0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
        )
    )
    return [
        0.2104542553 * l_ + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l_ - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l_ + 0.7827717662 * m - 0.8086757660 * s,
    ]


def distance(eye: str, one: list[float], other: list[float]) -> float:
    pairs = zip(seen_by(eye, one), seen_by(eye, other), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("theme", [0, 1], ids=["paper", "night"])
@pytest.mark.parametrize("name", PURPOSES)
def test_each_purpose_stands_out_from_the_ground(name, theme):
    for ground in ("paper", "card"):
        assert contrast(colour(name, theme), colour(ground, theme)) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["paper", "night"])
@pytest.mark.parametrize("name", ["ink", "ink-soft", "accent", "danger"])
def test_words_can_be_read(name, theme):
    for ground in ("paper", "card", "calm"):
        assert contrast(colour(name, theme), colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["paper", "night"])
@pytest.mark.parametrize("eye", EYES)
def test_no_two_purposes_look_alike(eye, theme):
    """0.12 in Oklab is about six times the just noticeable difference side by side."""
    for one, other in combinations(PURPOSES, 2):
        assert distance(eye, colour(one, theme), colour(other, theme)) >= 0.12, (one, other)


@pytest.mark.parametrize("name", PURPOSES)
def test_a_purpose_keeps_its_hue_between_paper_and_night(name):
    """In degrees of OKLCH hue: 15 is half the step of a wheel of twelve colours."""
    hues = []
    for theme in (0, 1):
        _lightness, a, b = seen_by("normal", colour(name, theme))
        hues.append(math.degrees(math.atan2(b, a)))
    apart = abs(hues[0] - hues[1]) % 360
    assert min(apart, 360 - apart) <= 12


@pytest.mark.parametrize("theme", [0, 1], ids=["paper", "night"])
@pytest.mark.parametrize("name", PURPOSES)
def test_the_name_of_a_purpose_can_be_read_on_its_colour(name, theme):
    assert contrast(colour(f"on-{name}", theme), colour(name, theme)) >= 4.5

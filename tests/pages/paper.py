"""What stands where on the pages of a PDF that Chromium printed."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_PAGE = re.compile(rb"/Type ?/Page\b")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_STEP = re.compile(rb"^(?:(q)|(Q)|([-.\d ]+) (cm|Tm))$", re.MULTILINE)
_POINTS_A_MM = 72 / 25.4
_A4_MM = 297.0
_MARGIN_MM = 14.0


def filled(pdf: bytes) -> list[float]:
    """Return how far down the space between its margins each A4 page has text, from 0 to 1."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    pages = [text for text in objects.values() if _PAGE.search(text)]
    return [_fill(objects[int(_CONTENTS.search(page)[1])]) for page in pages]


def _fill(contents: bytes) -> float:
    """Follow the vertical steps of a page: each `cm` scales and moves what comes after it."""
    drawn = zlib.decompress(contents.split(b"stream", 1)[1].strip(b"\r\n").rsplit(b"\nend", 1)[0])
    scale, move, kept, lines = 1.0, 0.0, [], []
    for push, pop, numbers, step in _STEP.findall(drawn):
        if push:
            kept.append((scale, move))
        elif pop:
            scale, move = kept.pop()
        else:
            own_scale, own_move = (float(numbers.split()[at]) for at in (3, 5))
            if step == b"cm":
                scale, move = scale * own_scale, scale * own_move + move
            else:
                lines.append(_A4_MM - (scale * own_move + move) / _POINTS_A_MM)
    space = _A4_MM - 2 * _MARGIN_MM
    return max((mm - _MARGIN_MM) / space for mm in lines if mm < _A4_MM - _MARGIN_MM)

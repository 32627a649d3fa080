"""Yes, no or unknown: what cells say of a criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.intake.source import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

YES, NO, UNKNOWN = "yes", "no", "unknown"
_YES: Final = frozenset({"yes", "y", "true", "1", "t", "x", "\u2713", "designated", "customers"})
_NO: Final = frozenset({"no", "n", "false", "0", "f"})
_MOST: Final = 10_000


def read_answer(text: str) -> str:
    """Read one cell; whatever is neither yes nor no ("limited", a phone number) is unknown."""
    word = plain(text) or text.strip()
    return YES if word in _YES else NO if word in _NO else UNKNOWN


def read_answers(texts: pd.Series) -> pd.Series:
    """Read a column of answers."""
    return pd.Series([read_answer(text) for text in texts], texts.index, dtype="object")


def read_people(texts: pd.Series) -> NDArray[np.float64]:
    """Read a column of whole numbers of people; NaN where it says none."""
    numbers = pd.to_numeric(texts.str.rstrip("+ "), errors="coerce").to_numpy(dtype=np.float64)
    return np.where((numbers >= 0) & (numbers <= _MOST), np.floor(numbers), np.nan)

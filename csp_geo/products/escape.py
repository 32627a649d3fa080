"""The only door through which text reaches folium or a spreadsheet.

folium and branca run template syntax that they find in data and do not escape HTML, so a report
that says ``{{ ... }}`` would run on the computer that draws the map. Spreadsheets run cells that
look like formulas. Both are closed here and nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.visible import clean, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_SAFE: Final = re.compile(r"[\w \-.,:;()+?!@%£€]")
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters of a formula, with the full-width forms that some spreadsheets accept."""
_FORMULA_SPACES: Final = ("\t", "\r", "\n")


def escape(text: object) -> str:
    """Turn every character outside a short safe set into a numeric character reference.

    Template braces, backticks, quotes and angle brackets are among them: the result is inert in
    HTML, in JavaScript strings and template literals, and in Jinja, and a browser shows it exactly.

    Examples
    --------
    >>> escape("Kebab & Co. {{7*7}}")
    'Kebab &#38; Co. &#123;&#123;7&#42;7&#125;&#125;'
    """
    return "".join(c if _SAFE.match(c) else f"&#{ord(c)};" for c in clean(text))


def escape_properties(properties: Mapping[str, object]) -> dict[str, object]:
    """Escape the keys and the text values of a flat mapping; numbers, booleans and None stay."""
    return {
        escape(key): value if value is None or isinstance(value, (int, float)) else escape(value)
        for key, value in properties.items()
    }


def neutralise(cell: Any) -> Any:
    """Guard one spreadsheet cell: text that would start a formula gets a leading apostrophe.

    Only text is touched, never numbers; neither spaces before the formula sign nor what cannot be
    seen, which is taken out, hide it.

    Examples
    --------
    >>> neutralise("=1+1"), neutralise(-3), neutralise("High Street")
    ("'=1+1", -3, 'High Street')
    """
    if not isinstance(cell, str):
        return cell
    text = visible(cell)
    if text.startswith(_FORMULA_SPACES) or text.lstrip().startswith(_FORMULA):
        return f"'{text}"
    return text


def neutralise_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of `table` with every text cell and every column name neutralised."""
    import pandas as pd

    guarded = table.copy()
    for name in table.columns:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column.dtype) or str(column.dtype) == "geometry":
            continue
        cells = [neutralise(cell) for cell in column.tolist()]
        guarded[name] = pd.Series(cells, index=table.index, dtype=object)
    guarded.columns = pd.Index([neutralise(name) for name in table.columns], dtype=object)
    return guarded

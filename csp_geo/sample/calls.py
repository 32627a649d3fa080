"""What the sample's coordinator wrote into the call list of the first plan.

Nobody was called: venues, numbers and words are invented. It is written into the workbook as a
person would do it, and read back as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp_geo.inputs.venues.call_columns import ANSWERED, LIST_SHEET, SHOWN

if TYPE_CHECKING:
    from datetime import date

    from openpyxl import Workbook

_SAID_NO: Final = {
    "telephone": "020 7946 0011",
    "spoken_to": "the manager",
    "willing": "no",
    "answer_note": "Head office does not allow it.",
}
_INSTEAD: Final = {
    "telephone": "020 7946 0012",
    "spoken_to": "the owner",
    "staff_at_all_hours": "yes",
    "hours_confirmed": "yes",
    "step_free": "yes",
    "willing": "yes",
}
_SAID_YES: Final = {
    "telephone": "020 7946 0013",
    "spoken_to": "the shift leader",
    "staff_at_all_hours": "yes",
    "hours_confirmed": "yes",
    "step_free": "not known",
    "willing": "yes",
    "answer_note": "Would like the training on a Monday morning.",
}
_NOT_REACHED: Final = {"answer_note": "Shutters down at 2 in the afternoon: ring after 5."}
CALLS: Final = "after-the-calls"
"""The folder of the sample project in which the filled list and what became of it lie."""
_STORY: Final = """\
The round on foot, invented like all of the sample: nobody was called.

call-list.xlsx      the call list of ../havens, filled in. One venue said no, so the one below it
                    was asked in its place; at another nobody was reached: there is only a note.
havens.csv          the register ../data/havens.csv with these answers: candidates, which never
                    count as havens until they are trained, and the one that said no as withdrawn
havens.history.csv  each cell that was written, and what stood there before
DAY                 the plan made again with this register: who said no is not in it, and what the
                    others said stands with them

To read the list into ../data/havens.csv yourself, in the folder above:
  csp-geo havens --answers after-the-calls/call-list.xlsx
"""


def calls_story(on: date) -> bytes:
    """Return what the folder says of itself."""
    return _STORY.replace("DAY       ", on.isoformat()).encode()


def fill_in(book: Workbook, on: date) -> None:
    """Write the sample's answers into a call list.

    The first site that has another to ask in its place says no, and that other one says yes; of
    the other sites the first says yes, and at the last nobody is there.
    """
    sheet = book[LIST_SHEET]
    columns = {column.field: n for n, column in enumerate((*SHOWN, *ANSWERED), start=1)}
    keys = next(sheet.iter_cols(columns["key"], columns["key"], values_only=True))
    rows = {str(key): row for row, key in enumerate(keys, start=1)}
    sites = sorted(key for key in rows if key.isdigit())
    no = next((key for key in sites if f"{key}a" in rows), "")
    others = [key for key in sites if key != no]
    said = {no: _SAID_NO, f"{no}a": _INSTEAD} if no else {}
    said |= dict(zip(others[:1] + others[1:][-1:], (_SAID_YES, _NOT_REACHED), strict=False))
    for key, answers in said.items():
        for field, text in answers.items():
            sheet.cell(rows[key], columns[field]).value = text
        if "willing" in answers:
            sheet.cell(rows[key], columns["asked_on"]).value = on

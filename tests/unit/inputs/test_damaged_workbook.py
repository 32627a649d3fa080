"""Damaged workbooks: chains without an end, panics of the library that reads them."""

from __future__ import annotations

import os
import struct
import zipfile

import numpy as np
import pytest

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import Origin
from csp_geo.core.settings import Limits
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.workbook_safety import _has_ring, check_chains, opening_workbook
from csp_geo.inputs.files.workbook_size import check_size

END = 0xFFFFFFFE


class PanicException(BaseException):
    """Named as the one that comes from a library below."""


def origin(folder, data=b"x"):
    path = folder / "old.xls"
    path.write_bytes(data)
    return Origin(path, "old.xls")


def compound(follows, small_first=END):
    """A file of sectors: the first holds the table `follows`, the rest hold zeros."""
    head = bytearray(512)
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<III", head, 60, small_first, 0, END)
    struct.pack_into("<I", head, 76, 0)
    head[80:] = b"\xff" * (512 - 80)
    table = np.full(128, 0xFFFFFFFF, dtype="<u4")
    table[: len(follows)] = follows
    return bytes(head) + table.tobytes() + bytes(512 * (len(follows) - 1))


class TestChains:
    @pytest.mark.parametrize("follows", [[], [5], [1, 2, END], [END, 0, 1, 0], [2, END, 9]])
    def test_chains_that_end(self, follows):
        assert not _has_ring(np.array(follows, dtype=np.int64))

    @pytest.mark.parametrize("follows", [[0], [1, 0], [1, 2, 3, 1, END], [END, 2, 3, 4, 2]])
    def test_rings(self, follows):
        assert _has_ring(np.array(follows, dtype=np.int64))

    def test_a_long_chain_is_no_ring(self):
        follows = np.append(np.arange(1, 4097), END)
        assert not _has_ring(follows)
        assert _has_ring(np.append(follows[:-1], 0))

    def test_sound(self, tmp_path):
        check_chains(origin(tmp_path, compound([END, 2, END])))

    @pytest.mark.parametrize(
        "data",
        [
            b"\xd0\xcf\x11\xe0",
            bytes(600),
            compound([END, 2, 1]),
            compound([END] * 3, small_first=2),
        ],
        ids=["cut off", "no sectors", "ring", "ring of small sectors"],
    )
    def test_damaged(self, data, tmp_path):
        """Zeros as the table of small sectors say that the first of them follows itself."""
        with pytest.raises(SourceError, match="it is damaged"):
            check_chains(origin(tmp_path, data))


class TestPanics:
    @pytest.mark.parametrize("error", [PanicException("x"), OSError("x"), ValueError("x")])
    def test_are_said_in_a_sentence(self, error, tmp_path):
        with pytest.raises(SourceError, match="may be damaged"), opening_workbook(origin(tmp_path)):
            raise error

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), SourceError("own"), RuntimeError()])
    def test_other_errors_are_raised_unchanged(self, error, tmp_path):
        with pytest.raises(type(error)) as raised, opening_workbook(origin(tmp_path)):
            raise error
        assert raised.value is error

    def test_nothing_reaches_the_screen(self, tmp_path, capfd):
        with opening_workbook(origin(tmp_path)):
            os.write(2, b"thread panicked")
        os.write(2, b"after")
        assert capfd.readouterr().err == "after"


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def xlsx(path, texts, cells, sheet="worksheets/sheet1.xml"):
    """A workbook of one sheet: its shared texts, and its cells as they are written."""
    rows = "".join(f'<row r="{n}">{row}</row>' for n, row in enumerate(cells, 1))
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{DOCUMENT}/worksheet" Target="{sheet}"/>'
        f'<Relationship Id="r2" Type="{DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        f"xl/{sheet}": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def ods(path, table):
    """A workbook of one table."""
    spaces = " ".join(f'xmlns:{name}="{OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{table}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    return path


def item(length):
    return f"<si><t>{'x' * length}</t></si>"


def measure(path, **limits):
    check_size(Origin(path, path.name, limits=Limits(**limits)))


ROWS = [f'<c r="A{n}" t="s"><v>1</v></c><c r="B{n}" t="s"><v>0</v></c>' for n in range(1, 101)]
"""A hundred rows of two cells, which share two texts."""
TOO_LONG = r"a text of more than 32,767 characters"
TOO_MUCH = r"holds more than .* characters in its cells"


class TestTextsThatAreHeldOften:
    """A text is held once for each cell in which it stands: that is measured before."""

    def test_exact(self, tmp_path):
        """100 cells of 250 letters and 100 of 290: as many as the limit, and one more."""
        path = xlsx(tmp_path / "a.xlsx", item(290) + item(250), ROWS)
        measure(path, characters=54_000)
        with pytest.raises(SourceError, match=TOO_MUCH):
            measure(path, characters=53_999)

    def test_markup_is_no_text(self, tmp_path):
        """A text in which each letter has a style of its own."""
        rich = "".join("<r><rPr><b/><sz val='11'/></rPr><t>x</t></r>" for _ in range(300))
        path = xlsx(tmp_path / "a.xlsx", item(5) + f"<si>{rich}</si>", ROWS)
        measure(path, characters=100 * (300 + 150))

    @pytest.mark.parametrize("length", [32_768, 1_000_000, 9_000_000])
    def test_a_text_longer_than_a_cell(self, tmp_path, length):
        with pytest.raises(SourceError, match=TOO_LONG):
            measure(xlsx(tmp_path / "a.xlsx", item(length), ROWS))

    @pytest.mark.parametrize("text", ["x" * 32_767, "\u00e9" * 32_767, "&amp;" * 32_767])
    def test_the_longest_there_is(self, tmp_path, text):
        """Letters are counted, not the bytes in which they are written."""
        measure(xlsx(tmp_path / "a.xlsx", f"<si><t>{text}</t></si>", ROWS[:2]))

    def test_inline(self, tmp_path):
        cell = f'<c r="A1" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c>'
        with pytest.raises(SourceError, match=TOO_LONG):
            measure(xlsx(tmp_path / "a.xlsx", item(1), [cell]))
        cells = [cell.replace("x" * 40_000, "x" * 300)] * 100
        with pytest.raises(SourceError, match=TOO_MUCH):
            measure(xlsx(tmp_path / "a.xlsx", item(1), cells), characters=29_999)

    @pytest.mark.parametrize(
        "cell",
        [
            "<c r='A1' t='s'><v>1</v></c>",
            '<c r="A1" t = "s"><v>1</v></c>',
            '<c t="s"><v>1</v></c>',
            '<x:c r="A1" t="s"><x:v>1</x:v></x:c>',
            '<c r="A1" t="s"><!-- --><v>1</v></c>',
            '<c r="A1" t="s" z="><v>0</v></c>"><v>1</v></c>',
            '<c r="A1" t="s"><v>0</v><v>1</v></c>',
            '<c r="A1" t="s"><v><![CDATA[1]]></v></c>',
            '<c r="A1" t="s"><v>+1</v></c>',
            '<c r="A1" t="s"><v>99</v></c>',
        ],
    )
    def test_a_cell_in_an_unusual_form_is_never_measured_too_small(self, tmp_path, cell):
        """It is never taken for less than it may hold."""
        with pytest.raises(SourceError, match=TOO_MUCH):
            measure(
                xlsx(tmp_path / "a.xlsx", item(1) + item(10_000), [cell] * 50), characters=400_000
            )

    @pytest.mark.parametrize(
        "first",
        ["<si><t>x</t><!-- </si> --></si>", "<si/>", "<?a </si> ?><si><t>x</t></si>"],
    )
    def test_texts_numbered_in_another_way(self, tmp_path, first):
        texts = first + item(10_000) + item(1)
        with pytest.raises(SourceError, match=TOO_MUCH):
            measure(xlsx(tmp_path / "a.xlsx", texts, ROWS), characters=600_000)

    @pytest.mark.parametrize("sheet", ["other/table.dat", "charts/chart1.xml"])
    def test_a_sheet_that_lies_elsewhere(self, tmp_path, sheet):
        """The workbook says where its sheets lie."""
        path = xlsx(tmp_path / "a.xlsx", item(1_000) + item(1_000), ROWS, sheet)
        with pytest.raises(SourceError, match=TOO_MUCH):
            measure(path, characters=100_000)
        far = xlsx(tmp_path / "b.xlsx", item(1), ['<c r="XFD1048576"><v>1</v></c>'], sheet)
        with pytest.raises(SourceError, match="spans 17,179,869,184 cells"):
            measure(far)

    def test_the_list_of_the_zip_is_not_believed(self, tmp_path):
        """Another reader goes on where it says that a member ends."""
        path = xlsx(tmp_path / "a.xlsx", item(30_000), ROWS)
        data = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
        path.write_bytes(data.replace(struct.pack("<I", size), struct.pack("<I", 50)))
        with pytest.raises(SourceError, match="could not be read as an Excel workbook"):
            measure(path)

    def test_binary_workbook(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
            archive.writestr("xl/workbook.bin", b"x")
        with pytest.raises(SourceError, match="XLSB"):
            measure(tmp_path / "a.xlsx")

    def test_a_sound_workbook_passes_and_is_read(self, tmp_path):
        names = '<c r="A1" t="s"><v>2</v></c><c r="B1" t="s"><v>3</v></c>'
        texts = item(5) + item(7) + "<si><t>Date</t></si><si><t>Place</t></si>"
        path = xlsx(tmp_path / "a.xlsx", texts, [names, *ROWS[1:]])
        (table,) = read_tables(path, "a.xlsx")
        assert {"Date", "Place"} <= set(table.cells.columns)
        assert len(table.cells) == 99

    @pytest.mark.parametrize(
        ("marks", "said"),
        [
            ("", None),
            ('table:number-columns-repeated="9"', TOO_MUCH),
            ('table:number-columns-repeated = "9"', TOO_MUCH),
            ('a=">" table:number-columns-repeated="9"', TOO_MUCH),
            ("table:number-columns-repeated='+9'", "damaged"),
            ('a="<" table:number-columns-repeated="9"', "damaged"),
        ],
    )
    @pytest.mark.parametrize("in_tag", [False, True])
    def test_repeated_cells(self, tmp_path, marks, said, in_tag):
        """9 times 400 letters in 300 rows of which three are written."""
        text = "x" * 400
        cell = f"<table:table-cell {marks}><text:p>{text}</text:p></table:table-cell>"
        if in_tag:
            cell = f'<table:table-cell office:string-value="{text}" {marks}/>'
        row = f'<table:table-row table:number-rows-repeated="100">{cell}</table:table-row>'
        path = ods(tmp_path / "a.ods", row * 3)
        if said is None:
            measure(path, characters=120_000 + in_tag * 300 * 60)
            with pytest.raises(SourceError, match=TOO_MUCH):
                measure(path, characters=119_999)
        else:
            with pytest.raises(SourceError, match=said):
                measure(path, characters=1_079_999)

    @pytest.mark.parametrize(("number", "is_read"), [("000000005", True), ("0000000005", False)])
    def test_a_number_of_copies_has_nine_digits(self, tmp_path, number, is_read):
        row = f'<table:table-row table:number-rows-repeated="{number}"><table:table-cell/>'
        path = ods(tmp_path / "a.ods", f"{row}</table:table-row>")
        if is_read:
            measure(path)
        else:
            with pytest.raises(SourceError, match="damaged"):
                measure(path)

    def test_a_repeated_text_longer_than_a_cell(self, tmp_path):
        for cell in (
            f"<table:table-cell><text:p>{'x' * 40_000}</text:p></table:table-cell>",
            f'<table:table-cell office:string-value="{"x" * 2_000_000}"/>',
        ):
            with pytest.raises(SourceError, match=TOO_LONG):
                measure(ods(tmp_path / "a.ods", f"<table:table-row>{cell}</table:table-row>"))

    def test_a_table_of_copies(self, tmp_path):
        """Empty cells are repeated to the last corner by every program, filled ones are not."""
        cell = '<table:table-cell table:number-columns-repeated="5">{}</table:table-cell>'
        row = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
        letter = cell.format("<text:p>x</text:p>")
        measure(ods(tmp_path / "a.ods", row.format(20_000, letter)))
        with pytest.raises(SourceError, match="repeated more than 500 times"):
            measure(ods(tmp_path / "a.ods", row.format(20_001, letter)))
        single = "<table:table-cell><text:p>x</text:p></table:table-cell>"
        measure(ods(tmp_path / "a.ods", row.format(100_000, single)))
        with pytest.raises(SourceError, match="repeated more than 500 times"):
            measure(ods(tmp_path / "a.ods", row.format(100_001, single)))
        empty = row.format(1_000_000, '<table:table-cell table:number-columns-repeated="1024"/>')
        measure(ods(tmp_path / "a.ods", row.format(1, letter) + empty))

"""Ways to spoil a file: its bytes, its words, its structure, and what is packed inside it."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import tempfile
import zipfile
import zlib
from contextlib import closing, suppress
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

TEXTS = (
    ".csv",
    ".tsv",
    ".txt",
    ".kml",
    ".gpx",
    ".xml",
    ".json",
    ".geojson",
    ".mif",
    ".mid",
    ".tab",
)
PACKED = (".zip", ".xlsx", ".ods", ".kmz")
TOKENS = re.compile(
    rb"[-+]?\d[\d.,:/eE+-]*|\"[^\"\n]{0,60}\"|[A-Za-z_][\w .:-]{0,40}|[<>{}\[\](),;|\t]"
)
NASTY = (
    *("", " ", "0", "-0", "-1", "1e999", "-1e-999", "NaN", "nan", "inf", "-inf", "null", "None"),
    *("true", "9" * 400, "0." + "0" * 400 + "1", "2147483648", "-9223372036854775809", "0x1F"),
    *("\x00", "\ufeff", "\u202e", "\ud7ff", "\U0001f648", "\u2028", "\x85", "\x1a", "\x0b"),
    *('"', '""', "'", "\\", "\r", "\n", "\r\n\r\n", ",", ";", "\t", "|", "=1+1", "<", "&", "]]>"),
    *("&x;", "\u00a0", "#REF!", "x" * 5_000, "e", "+", "-", "--", "..", "1,2,3", "1_000"),
    *("31/02/2021", "00/00/0000", "9999-12-31", "0001-01-01", "1677-09-21", "2262-04-12T00:00Z"),
    *("24:61", "2021-11-03T25:00:00+99:99", "01/11/2021 - 03/11/2021", "w/c 01/11/2021"),
    *("2021-03-28 01:30", "2021-10-31T01:30:00+01:00", "-2021-01-01", "Sept 31st", "44503.5"),
    *("1/1/1 1pm - 2pm", "9999-12-31T23:59:59-09:00", "0001-01-01T00:00:00+09:00", "w/e 1/1/1"),
    *("51.5, 0.08", "0.08 51.5", "(544421, 184321)", "51\u00b032'N", "N N", "TQ 44 8", "TQ"),
    *("IG11 7LU", "POINT EMPTY", "POINT(nan nan)", "LINESTRING(0 0)", "POLYGON((0 0,1 1,0 0))"),
    *("POINT(1e400 1)", '{"type":"Point","coordinates":[]}', "SRID=1;POINT(0 0)", "POINT(0"),
    *('{"type":"Point","coordinates":[null,1]}', "GEOMETRYCOLLECTION(POINT(0 0))", "sep=;"),
    *("[" * 300, "{" * 300, "(" * 300, "date", "latitude", "\u0664\u0665", "\u00b2", "\u0967"),
)
"""Words that some parser once fell over."""
NODES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 10**400, "", "\x00", [], {}, [[]], [None], {"": None}),
    *({"type": "Point"}, {"type": "Point", "coordinates": ["a", "b"]}, [[[[0, 0]]]], "\ud800"),
    [1, [2, [3]]],
)
"""Values that may stand anywhere in JSON."""
MAX_CHANGES = 6


def spoil(files: Mapping[str, bytes], main: str, rng: Random) -> dict[str, bytes]:
    """Return the files of a seed, one of them changed once or several times."""
    spoilt = dict(files)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        name = main if rng.random() < 0.5 else rng.choice(sorted(spoilt))
        spoilt[name] = spoil_one(spoilt[name], name, rng)
    if len(spoilt) > 1 and rng.random() < 0.1:
        spoilt.pop(rng.choice([name for name in spoilt if name != main]))
    return spoilt


def spoil_one(data: bytes, name: str, rng: Random, depth: int = 0) -> bytes:
    """Change one file, in a way that fits what it is more often than not."""
    suffix = Path(name).suffix.lower()
    chance = rng.random()
    if suffix in PACKED and chance < 0.8 and depth < 2:
        return _inside(data, rng, depth)
    if suffix == ".gpkg" and chance < 0.6:
        return _in_database(data, rng)
    if suffix in {".json", ".geojson"} and chance < 0.4:
        return _in_tree(data, rng)
    if suffix in TEXTS or (depth and suffix in {".xml", ".rels", ".prj", ".cpg"}):
        ways = (
            (*WORDS, _bytes)
            if suffix not in {".csv", ".tsv", ".txt"}
            else (*WORDS, *TABLES, _bytes)
        )
        return rng.choice(ways)(data, rng)
    return _bytes(data, rng)


# --- bytes -------------------------------------------------------------------------------------


def _bytes(data: bytes, rng: Random) -> bytes:
    way = rng.choice((_flip, _flip, _cut, _insert, _drop, _double, _extreme, _exchange))
    return way(data, rng) if data else rng.randbytes(rng.randrange(64))


def _span(data: bytes, rng: Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice((1, 2, 4, 8, 64, 512, 4096)))


def _flip(data: bytes, rng: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 24)):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _insert(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.choice((1, 2, 16, 300))) + data[at:]


def _drop(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _double(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 1, 2, 100)) + data[end:]


def _extreme(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    fill = rng.choice((b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80"))
    return data[:start] + (fill * (end - start))[: end - start] + data[end:]


def _exchange(data: bytes, rng: Random) -> bytes:
    (a, b), (c, d) = sorted((_span(data, rng), _span(data, rng)))
    return data if b > c else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


# --- words -------------------------------------------------------------------------------------


def _nasty(rng: Random) -> bytes:
    return rng.choice(NASTY).encode("utf-8", "surrogatepass")


def _replace_words(data: bytes, rng: Random) -> bytes:
    found = list(TOKENS.finditer(data))
    chosen = rng.sample(found, min(len(found), rng.randint(1, MAX_CHANGES)))
    for match in sorted(chosen, key=re.Match.start, reverse=True):
        data = data[: match.start()] + _nasty(rng) + data[match.end() :]
    return data


def _exchange_words(data: bytes, rng: Random) -> bytes:
    found = list(TOKENS.finditer(data))
    if len(found) < 2:
        return data
    first, second = sorted(rng.sample(found, 2), key=re.Match.start)
    between = data[first.end() : second.start()]
    return data[: first.start()] + second[0] + between + first[0] + data[second.end() :]


def _lines(data: bytes, rng: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    way = rng.randrange(4)
    if way == 0:
        lines.insert(to, lines[at] * rng.choice((1, 2, 50)))
    elif way == 1:
        lines.pop(at)
    elif way == 2:
        lines[at], lines[to] = lines[to], lines[at]
    else:
        lines.insert(at, _nasty(rng) + b"\n")
    return b"".join(lines)


def _recode(data: bytes, rng: Random) -> bytes:
    text = data.decode(rng.choice(("utf-8", "cp1252", "utf-16")), "replace")
    code = rng.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "utf-7"))
    return text.encode(code, "replace")


WORDS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _replace_words, _replace_words, _replace_words, _exchange_words, _lines, _recode
)  # fmt: skip


# --- tables ------------------------------------------------------------------------------------


def _cells(data: bytes, rng: Random) -> bytes:
    """Put nasty words into whole cells of a separated text, quoted or not."""
    separator = max((b",", b";", b"\t", b"|"), key=data.count)
    rows = [line.split(separator) for line in data.split(b"\n")]
    for _ in range(rng.randint(1, MAX_CHANGES)):
        row = rng.choice(rows)
        cell = _nasty(rng)
        row[rng.randrange(len(row))] = b'"' + cell + b'"' if rng.random() < 0.3 else cell
    return b"\n".join(separator.join(row) for row in rows)


def _column(data: bytes, rng: Random) -> bytes:
    """Fill a column with one nasty word, or exchange or double columns and their heads."""
    separator = max((b",", b";", b"\t", b"|"), key=data.count)
    rows = [line.split(separator) for line in data.split(b"\n")]
    at, to = rng.randrange(len(rows[0])), rng.randrange(len(rows[0]))
    way, word = rng.randrange(4), _nasty(rng)
    for number, row in enumerate(rows):
        if max(at, to) >= len(row):
            continue
        if way == 0 and number:
            row[at] = word
        elif way == 1 and not number:
            row[at], row[to] = row[to], row[at]
        elif way == 2:
            row.insert(to, row[at])
        elif number:
            row[at] = row[to]
    return b"\n".join(separator.join(row) for row in rows)


def _separator(data: bytes, rng: Random) -> bytes:
    separator = max((b",", b";", b"\t", b"|"), key=data.count)
    return data.replace(separator, rng.choice((b",", b";", b"\t", b"|", b" ", b"::", b"\x00")))


def _many(data: bytes, rng: Random) -> bytes:
    """Make it long or wide."""
    head, _, rest = data.partition(b"\n")
    wide = b"," * rng.choice((50, 3_000))
    return data + rest * rng.choice((5, 200)) if rng.random() < 0.7 else head + wide + b"\n" + rest


TABLES = (_cells, _cells, _column, _column, _separator, _many)


# --- structure ---------------------------------------------------------------------------------


def _in_tree(data: bytes, rng: Random) -> bytes:
    """Put odd values into a JSON tree, or take keys out of it."""
    try:
        tree = json.loads(data)
    except ValueError:
        return _bytes(data, rng)
    for _ in range(rng.randint(1, MAX_CHANGES)):
        nodes = [tree]
        for node in nodes:
            inner = node.values() if isinstance(node, dict) else node
            nodes += [value for value in inner if isinstance(value, dict | list) and value]
        node = rng.choice([node for node in nodes if node] or [[None]])
        key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))  # type: ignore[arg-type]
        way = rng.random()
        if way < 0.2:
            del node[key]
        elif way < 0.7:
            node[key] = deepcopy(rng.choice(NODES)) if way < 0.5 else rng.choice(NASTY)
        elif isinstance(node, dict):
            node[rng.choice(NASTY)] = deepcopy(node[key])
        else:
            node.append(deepcopy(node[key]))
        if not isinstance(tree, dict | list) or not tree:
            break
    return json.dumps(tree).encode("utf-8", "surrogatepass")


def _in_database(data: bytes, rng: Random) -> bytes:
    """Change values of any table of a GeoPackage, its own records of layers included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.gpkg")
        path.write_bytes(data)
        with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(path)) as base:
            base.text_factory = bytes
            for (name,) in base.execute(
                "select name from sqlite_master where type='trigger'"
            ).fetchall():
                base.execute(f'drop trigger "{name.decode()}"')
            for _ in range(rng.randint(1, MAX_CHANGES)):
                with suppress(sqlite3.Error, UnicodeDecodeError):
                    _change_value(base, rng)
            base.commit()
        return path.read_bytes()


def _change_value(base: sqlite3.Connection, rng: Random) -> None:
    query = "select name from sqlite_master where type='table' and name not like 'sqlite_%'"
    tables = [name.decode() for (name,) in base.execute(query) if not name.startswith(b"rtree")]
    table = rng.choice(sorted(tables))
    columns = [row[1].decode() for row in base.execute(f'pragma table_info("{table}")')]
    rows = base.execute(f'select rowid, * from "{table}"').fetchall()  # noqa: S608 - of the file
    if not rows or rng.random() < 0.1:
        base.execute(f'delete from "{table}" where rowid = 1')  # noqa: S608
        return
    row, at = rng.choice(rows), rng.randrange(len(columns))
    old = row[at + 1]
    new: object = rng.choice(
        (None, -1, 2**40, 1e308, _nasty(rng), _nasty(rng).decode("utf-8", "ignore"))
    )
    if isinstance(old, bytes) and old and rng.random() < 0.7:
        new = _bytes(old, rng)
        new = new if columns[at] == "geom" else new.decode("utf-8", "ignore")
    where = "" if rng.random() < 0.2 else f" where rowid = {row[0]}"
    base.execute(f'update "{table}" set "{columns[at]}" = ?{where}', (new,))  # noqa: S608


def _inside(data: bytes, rng: Random, depth: int) -> bytes:
    """Change a member of a ZIP and pack it again, so that the change reaches the parser."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        EOFError,
        zlib.error,
    ):
        return _bytes(data, rng)
    if not members:
        return _bytes(data, rng)
    name, way = rng.choice(sorted(members)), rng.random()
    if way < 0.85:
        members[name] = spoil_one(members[name], name, rng, depth + 1)
    elif way < 0.9:
        del members[name]
    elif way < 0.95:
        odd = ("../a.csv", "/a.csv", "a\x00b.csv", "", "a" * 300 + ".csv", "C:\\a.csv", "CON.csv")
        members[rng.choice((*odd, name.upper(), f"x/{name}", f"{name}.csv"))] = members.pop(name)
    else:
        members["inner.zip"] = data
    return pack(members, rng)


def pack(members: Mapping[str, bytes], rng: Random) -> bytes:
    """Pack members, now and then in an unusual way."""
    method = rng.choice(
        (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return packed.getvalue()

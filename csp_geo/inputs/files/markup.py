"""XML before anybody reads it: KML and GPX for GDAL, lists of records for ourselves."""

from __future__ import annotations

import zipfile
from typing import IO, TYPE_CHECKING, Final
from xml.parsers import expat

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import DAMAGED, check_one_reading, list_members
from csp_geo.inputs.files.refusals import FOREIGN, asks_elsewhere, too_many_names, unlike_its_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.core.origin import Origin

_BLOCK: Final = 1 << 20
_OVERLAP: Final = 64
_ZIP: Final = b"PK\x03\x04"


def xml_parser(origin: Origin) -> expat.XMLParserType:
    """Return an XML parser that knows no entities."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise SourceError(
            f"{origin.where} defines its own entities (a document type), which can make a small "
            "file fill the memory: it was not read. Ask for plain XML, or for CSV."
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    return parser


def parse(parser: expat.XMLParserType, stream: IO[bytes], origin: Origin) -> None:
    """Parse XML to its end, within the time that one file may take.

    Raises
    ------
    SourceError
        If it is not whole, takes too long, or is a document that leads elsewhere.
    """
    rest = b""
    try:
        with origin.reading():
            while block := stream.read(_BLOCK):
                origin.check_time()
                if FOREIGN.search((rest + block).lower()):
                    raise asks_elsewhere(origin)
                parser.Parse(block)
                rest = block[-_OVERLAP:]
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SourceError(
            f"{origin.where} could not be read: it is not what its name says, or it is damaged. "
            "Ask for it again, or for CSV."
        ) from error


class Levels:
    """Counts how deep elements are nested, and refuses too deep."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.level = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Go into an element."""
        del name, attributes
        self.level += 1
        if self.level > self.origin.limits.depth:
            raise SourceError(
                f"{self.origin.where} is nested more than {self.origin.limits.depth:,} levels "
                "deep: that is not data. Ask for it again."
            )

    def end(self, name: str) -> None:
        """Leave an element."""
        del name
        self.level -= 1


class _Layer(Levels):
    """Expects one root element, and counts the names that become columns."""

    def __init__(self, origin: Origin, root: str) -> None:
        super().__init__(origin)
        self.root = root
        self.names: set[str] = set()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        super().start(name, attributes)
        if self.level == 1 and name.rpartition(":")[2] != self.root:
            raise unlike_its_name(self.origin)
        self.names.add(name)
        if "name" in attributes:
            self.names.add(attributes["name"])
        if len(self.names) > self.origin.limits.properties:
            raise too_many_names(self.origin)


def check_markup(origin: Origin, root: str) -> None:
    """Refuse XML with another root, entities, too deep a nesting, or an end that is missing.

    Raises
    ------
    SourceError
        If so; GDAL would read on without a word.
    """
    with origin.reading(), origin.open() as stream:
        _check_stream(stream, origin, root)


def _check_stream(stream: IO[bytes], origin: Origin, root: str) -> None:
    layer, parser = _Layer(origin, root), xml_parser(origin)
    parser.StartElementHandler, parser.EndElementHandler = layer.start, layer.end
    parse(parser, stream, origin)


def check_packed_markup(origin: Origin, root: str) -> None:
    """Refuse a KMZ that is not a ZIP, or holds a document that would be refused by itself.

    Raises
    ------
    SourceError
        If so.
    """
    members = list_members(origin)
    try:
        with origin.open() as stream:
            if not stream.read(len(_ZIP)).startswith(_ZIP):
                raise unlike_its_name(origin)
            check_one_reading(stream, origin.where)
            with zipfile.ZipFile(stream) as archive:
                for member in members:
                    if member.filename.lower().endswith(f".{root}"):
                        with archive.open(member) as document:
                            _check_stream(document, origin, root)
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except (*DAMAGED, RuntimeError, ValueError) as error:
        raise unlike_its_name(origin) from error

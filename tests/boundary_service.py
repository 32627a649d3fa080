"""A boundary service that speaks the ArcGIS REST protocol on 127.0.0.1, with faults to order."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import shapely

CODE = "E09000002"
BOROUGH = "Barking and Dagenham"
WEST, SOUTH, SIDE = 544000, 184000, 1000
HOME = "/arcgis/rest/services"


def square(n, columns=5):
    """Square kilometre number n of a grid, in British National Grid metres."""
    x, y = WEST + n % columns * SIDE, SOUTH + n // columns * SIDE
    return shapely.box(x, y, x + SIDE, y + SIDE)


def wards(codes, yy="22", *, borough=CODE, upper=True):
    """Return ward features; `borough` None leaves the borough's columns out."""
    found = []
    for n, code in enumerate(codes):
        row = {f"WD{yy}CD": code, f"WD{yy}NM": f"Ward {n + 1}", "BNG_E": 1, "Shape__Area": 1e6}
        if borough is not None:
            row |= {f"LAD{yy}CD": borough, f"LAD{yy}NM": BOROUGH}
        row = row if upper else {key.lower(): value for key, value in row.items()}
        found.append((row, square(n)))
    return found


NEW_WARDS = [f"E050140{n}" for n in range(53, 72)]
OLD_WARDS = [f"E050000{n}" for n in range(26, 43)]


@dataclass
class Service:
    """One feature service with one layer of polygons."""

    rows: list
    page: int = 1000
    number: int = 0
    wkid: int = 27700
    kind: str = "esriGeometryPolygon"
    fields: list | None = None
    in_degrees: bool = False

    @property
    def columns(self):
        if self.fields is not None:
            return self.fields
        return ["FID", *self.rows[0][0]]

    def describe(self):
        return {
            "id": self.number,
            "geometryType": self.kind,
            "maxRecordCount": self.page,
            "fields": [{"name": name, "type": "esriFieldTypeString"} for name in self.columns],
            "extent": {"spatialReference": {"wkid": self.wkid, "latestWkid": self.wkid}},
        }

    def chosen(self, where):
        return [pair for pair in self.rows if _holds(where, pair[0])]

    def query(self, query):
        chosen = self.chosen(query["where"])
        if query.get("returnCountOnly") == "true":
            return {"count": len(chosen)}
        assert query["f"] == "geojson"
        chosen = sorted(chosen, key=lambda pair: str(pair[0].get(query["orderByFields"])))
        start = int(query["resultOffset"])
        size = min(self.page, int(query["resultRecordCount"]))
        wanted = query["outFields"].split(",")
        answer = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {name: row[name] for name in wanted if name in row},
                    "geometry": shape
                    if shape is None or isinstance(shape, dict)
                    else json.loads(shapely.to_geojson(shape)),
                }
                for row, shape in chosen[start : start + size]
            ],
        }
        if start + size < len(chosen):
            answer["properties"] = {"exceededTransferLimit": True}
        return answer


def _holds(where, row):
    if found := re.fullmatch(r"(\w+)='((?:[^']|'')*)'", where):
        return row.get(found[1]) == found[2].replace("''", "'")
    if found := re.fullmatch(r"(\w+) BETWEEN '(\w+)' AND '(\w+)'", where):
        return found[2] <= row.get(found[1], "") <= found[3]
    if found := re.fullmatch(r"(\w+) LIKE '(.*)'", where):
        pattern = re.escape(found[2].replace("''", "'")).replace("_", ".")
        return re.fullmatch(pattern, row.get(found[1], "")) is not None
    raise AssertionError(where)


@dataclass
class Answer:
    """An answer made to order: status, headers and bytes, or silence until the test ends."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict = field(default_factory=dict)
    silent: bool = False
    length: int | None = None


@dataclass
class Boundaries:
    """The stub: `services` by name; `faults` are (pattern of the path, answer), each used once."""

    base: str = ""
    services: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def fault(self, pattern, answer, times=1):
        self.faults += [(pattern, answer)] * times

    def answer(self, path, query):
        self.asked.append((path, query))
        for n, (pattern, answer) in enumerate(self.faults):
            if re.search(pattern, f"{path}?{'count' if 'returnCountOnly' in query else ''}"):
                del self.faults[n]
                return answer
        return Answer(json.dumps(self.data(path, query)).encode())

    def data(self, path, query):
        below = path.removeprefix(HOME).strip("/")
        if not below:
            named = [{"name": name, "type": "FeatureServer"} for name in self.services]
            return {
                "currentVersion": 11.2,
                "services": [*named, {"name": "X", "type": "MapServer"}],
            }
        name, _, rest = below.partition("/FeatureServer")
        service = self.services.get(name)
        if service is None:
            return {"error": {"code": 400, "message": "Invalid URL", "details": []}}
        if not rest:
            return {"layers": [{"id": service.number, "name": name}]}
        if rest == f"/{service.number}":
            return service.describe()
        assert rest == f"/{service.number}/query", path
        return service.query(query)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        stub = self.server.stub
        answer = stub.answer(unquote(parts.path), dict(parse_qsl(parts.query)))
        if answer.silent:
            stub.over.wait(10)
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) if answer.length is None else answer.length
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *arguments):
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Do not mind a client that hung up: that is what the tests are about."""


@pytest.fixture
def ons(monkeypatch):
    """A running boundary service that has the wards of December 2022 and some others."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    stub = Boundaries()
    stub.services["Wards_December_2022_Boundaries_UK_BGC"] = Service(wards(NEW_WARDS))
    stub.services["Wards_December_2022_Boundaries_UK_BSC"] = Service(wards(NEW_WARDS[:1]))
    server = _Server(("127.0.0.1", 0), _Handler)
    server.stub = stub
    stub.base = f"http://127.0.0.1:{server.server_port}{HOME}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield stub
    stub.over.set()
    server.shutdown()
    server.server_close()
    thread.join()

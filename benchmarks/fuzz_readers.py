"""Spoil files of every format at random, and check them as `csp-geo check` does.

A file may be refused in one sentence, or every row of it accounted for; anything else is a finding:
an exception, a warning, a word on stderr, a crash, a hang, too much memory. Each finding is kept in
`fuzz-findings/` with the command that repeats it.

    python benchmarks/fuzz_readers.py --minutes 10 --seed 1
    python benchmarks/fuzz_readers.py --cases 300               as many cases, whatever the time
    python benchmarks/fuzz_readers.py --file FOLDER/FILE        one file again, with its traceback
"""

from __future__ import annotations

import argparse
import csv
import http.server
import io
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fuzz_mutations import spoil
from fuzz_seeds import Seed, seeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection

FINDINGS = Path("fuzz-findings")
CASE_S, KILL_S = 20, 30
ADDRESSES = 8 * 2**30
MOST_MB = 700
"""A case may make the process this much larger at most: all its files are small."""
LONGEST = 700
PER_PROCESS = 100
TOGETHER = 20
"""Files that are checked in one call, and calls from which a new process is started."""
WARD_SIDE = 0.015


class TooSlowError(Exception):
    """A case took longer than it may."""


# --- in the child ------------------------------------------------------------------------------


def write_wards(folder: Path) -> Path:
    """Write four wards round the places of the seeds."""
    features = [
        {
            "type": "Feature",
            "properties": {"WD22CD": f"E0501405{3 + n}", "WD22NM": f"Ward {n}"},
            "geometry": {"type": "Polygon", "coordinates": [_ring(*divmod(n, 2))]},
        }
        for n in range(4)
    ]
    path = folder / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _ring(row: int, column: int) -> list[list[float]]:
    west, south = 0.075 + column * WARD_SIDE, 51.535 + row * WARD_SIDE
    corners = [(0, 0), (WARD_SIDE, 0), (WARD_SIDE, WARD_SIDE), (0, WARD_SIDE), (0, 0)]
    return [[west + x, south + y] for x, y in corners]


def check_files(paths: Sequence[Path], wards: Path) -> list[str]:
    """Check files through the door of the command; "refused" or "accepted" for each."""
    from csp_geo.core.errors import CspGeoError
    from csp_geo.products.exports import csv_bytes
    from csp_geo.runs.check import CheckOptions, run_check
    from csp_geo.runs.context import Context

    try:
        options = CheckOptions(files=paths, source="offence", boundaries=wards, fixing=True)
        pack = run_check(options, Context(today=date(2023, 6, 1)))
    except CspGeoError as error:
        expect_sentence(str(error), paths[0])
        return ["refused"] * len(paths)
    record = pack.record()
    for file in record["files"]:
        expect_counts(file["counts"])
        if file["error"] is not None:
            expect_sentence(file["error"], paths[0])
    expect_counts(record["counts"])
    for key in ("read", "quarantined"):
        total = sum(file["counts"][key] for file in record["files"])
        expect(record["counts"][key] == total, f"{key} of the files is not {key} of all")
    rows = list(
        csv.DictReader(io.StringIO(csv_bytes(pack.tables["quarantine.csv"]).decode("utf-8-sig")))
    )
    expect(len(rows) == record["counts"]["quarantined"], "quarantine.csv has other rows")
    expect(all(row["reasons"] for row in rows), "a row is in quarantine without a reason")
    json.dumps(record, ensure_ascii=False).encode()
    return [_fate(record["files"], path.name) for path in paths]


def _fate(files: Sequence[Mapping[str, Any]], name: str) -> str:
    """Tell whether any table of a file was read."""
    errors = [file["error"] for file in files if file["path"].startswith(name)]
    expect(bool(errors), f"nothing is said of {name}")
    return "refused" if all(errors) else "accepted"


def expect(truth: bool, said: str) -> None:
    """Raise what is wrong."""
    if not truth:
        raise AssertionError(said)


def expect_counts(counts: dict[str, int]) -> None:
    """Every row read is accepted, merged or in quarantine."""
    known = counts["accepted"] + counts["merged"] + counts["quarantined"]
    expect(counts["read"] == known, f"rows are lost: {counts}")


def expect_sentence(text: str, path: Path) -> None:
    """Expect one line that reads like a sentence and shows nothing of the machine."""
    expect(len(text.splitlines()) == 1, f"not one line: {text!r}")
    expect(text.isprintable(), f"what steers a terminal: {text!r}")
    expect(len(text.split()) >= 4, f"no sentence: {text!r}")
    expect(len(text) < LONGEST, f"{len(text)} characters: {text[:200]!r}")
    expect(text.rstrip().endswith((".", "?")), f"does not end like a sentence: {text!r}")
    expect(str(path.parent) not in text, f"names a folder of this machine: {text!r}")


def child(connection: Connection, wards: Path, memory: int) -> None:
    """Check files until there are no more; whatever is printed on stderr is a finding."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, _too_slow)
    said = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
    os.dup2(said.fileno(), 2)
    warnings.simplefilter("error")
    import csp_geo.runs.check  # noqa: F401 - before the clock starts

    connection.send("ready")
    while paths := connection.recv():
        tried = _tried(paths, wards, said)
        if len(paths) > 1 and any(case.outcome == "finding" for case in tried):
            tried = [case for path in paths for case in _tried([path], wards, said)]
        connection.send(tried)


@dataclass(frozen=True)
class Case:
    """What became of one file, and why that is a finding."""

    outcome: str
    why: str = ""
    seconds: float = 0.0
    grown: int = 0


def _tried(paths: Sequence[Path], wards: Path, said: IO[bytes]) -> list[Case]:
    said.seek(0)
    said.truncate()
    held, began, why = _peak_mb(), time.perf_counter(), ""
    signal.alarm(CASE_S)
    try:
        outcomes = check_files(paths, wards)
    except BaseException as error:  # noqa: BLE001 - that is what is looked for
        why = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
    finally:
        signal.alarm(0)
    seconds, grown = (time.perf_counter() - began) / len(paths), _peak_mb() - held
    said.seek(0)
    if not why and (noise := said.read().decode("utf-8", "replace")):
        why = f"Stderr: {noise[:2000]}"
    if not why and grown > MOST_MB:
        why = f"Memory: {grown} MB more"
    if why:
        outcomes = ["finding"] * len(paths)
    return [Case(outcome, why, seconds, grown) for outcome in outcomes]


def _too_slow(*_: object) -> None:
    raise TooSlowError(f"over {CASE_S} seconds")


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


# --- in the parent -----------------------------------------------------------------------------


class Children:
    """One process at a time; a new one after a crash, a hang, or many cases."""

    def __init__(self, wards: Path, memory: int) -> None:
        self._make = multiprocessing.get_context("spawn")
        self._wards, self._memory, self._n = wards, memory, 0
        self._start()

    def _start(self) -> None:
        self._here, there = self._make.Pipe()
        given = (there, self._wards, self._memory)
        self._process = self._make.Process(target=child, args=given, daemon=True)
        self._process.start()
        there.close()
        self._here.recv()

    def check(self, paths: list[Path]) -> list[Case]:
        """Return what became of each file; one by one where together they end the process."""
        self._n += 1
        if self._n % PER_PROCESS == 0:
            self.stop()
            self._start()
        self._here.send(paths)
        try:
            if self._here.poll(KILL_S if len(paths) == 1 else KILL_S * 2):
                return self._here.recv()
            why = f"Hang: nothing within {KILL_S} seconds"
        except (EOFError, ConnectionError):
            self._process.join()
            why = f"Crash: the process ended with {self._process.exitcode}"
        self.stop()
        self._start()
        if len(paths) > 1:
            return [case for path in paths for case in self.check([path])]
        return [Case("finding", why, float(KILL_S))]

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


@dataclass
class Tally:
    """What became of the cases of one reader."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    grown: int = 0

    def add(self, case: Case) -> None:
        """Count one."""
        self.outcomes[case.outcome] += 1
        self.slowest, self.grown = max(self.slowest, case.seconds), max(self.grown, case.grown)


def fuzz(options: argparse.Namespace) -> int:
    """Spoil and check until the time or the cases are over; return the number of findings."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    known: Counter[str] = Counter()
    began, number = time.monotonic(), 0
    listener = listen()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seeds").mkdir()
        by_reader: dict[str, list[Seed]] = defaultdict(list)
        for seed in seeds(folder / "seeds", f"http://127.0.0.1:{listener.server_address[1]}"):
            if not options.reader or seed.reader == options.reader:
                by_reader[seed.reader].append(seed)
        children = Children(write_wards(folder), ADDRESSES)
        while goes_on(options, number, time.monotonic() - began):
            paths: dict[Path, str] = {}
            for case in range(number, number + TOGETHER):
                rng = random.Random(f"{options.seed}:{case}")
                reader = sorted(by_reader)[case % len(by_reader)]
                seed = rng.choice(by_reader[reader])
                path = put(seed, spoil(seed.files, seed.main, rng), folder / f"{case}")
                paths[path] = reader
            results = children.check(list(paths))
            if asked := listener.taken():
                results = [Case("finding", f"Request: {asked} by one of a call")] * len(results)
            for (path, reader), result in zip(paths.items(), results, strict=True):
                tallies[reader].add(result)
                if result.outcome == "finding":
                    keep(path, f"{options.seed}-{path.parent.name}", result.why, known)
                shutil.rmtree(path.parent)
            number += TOGETHER
        children.stop()
    show(tallies, time.monotonic() - began)
    return sum(tally.outcomes["finding"] for tally in tallies.values())


class Listener(http.server.ThreadingHTTPServer):
    """A server on this machine that no file may have anybody ask."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Answer)

    def taken(self) -> list[str]:
        """Return what was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked


class Answer(http.server.BaseHTTPRequestHandler):
    """Remembers each request, and has nothing."""

    def do_GET(self) -> None:
        """Answer that there is nothing."""
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_error(404)

    do_HEAD = do_POST = do_GET  # noqa: N815 - the names are the library's

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def listen() -> Listener:
    """Start the server that must never be asked."""
    os.environ["no_proxy"] = "*"  # nothing but the look at the bytes keeps files from asking
    listener = Listener()
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    return listener


def goes_on(options: argparse.Namespace, number: int, seconds: float) -> bool:
    """Tell whether there are cases left, or time where no number of cases is given."""
    return number < options.cases if options.cases else seconds < options.minutes * 60


def put(seed: Seed, files: Mapping[str, bytes], folder: Path) -> Path:
    """Write the files of a case into a folder of their own, named after it."""
    folder.mkdir()
    for name, data in files.items():
        (folder / f"{folder.name}_{name}").write_bytes(data)
    return folder / f"{folder.name}_{seed.main}"


def keep(path: Path, number: str, why: str, known: Counter[str]) -> None:
    """Keep a finding with its reason, once for every place in the code where it arises."""
    frames = [line.strip() for line in why.splitlines() if line.strip().startswith("File ")]
    place = frames[-1] if frames else why.splitlines()[0][:60]
    known[place] += 1
    if known[place] > 3:
        return
    home = FINDINGS / number
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(path.parent, home)
    (home / "why.txt").write_text(why, encoding="utf-8", errors="replace")
    print(f"FINDING {why.splitlines()[0][:160]}")
    print(f"  python {Path(__file__).name} --file '{home / path.name}'", flush=True)


def show(tallies: dict[str, Tally], seconds: float) -> None:
    """Print what became of the cases, by reader."""
    print(
        f"{'reader':16}{'cases':>8}{'refused':>9}{'accepted':>10}{'findings':>10}{'slowest':>10}{'grown':>8}"
    )
    for reader, tally in sorted(tallies.items()):
        n = tally.outcomes
        print(
            f"{reader:16}{n.total():8,}{n['refused']:9,}{n['accepted']:10,}{n['finding']:10,}"
            f"{tally.slowest:8.2f} s{tally.grown:5} MB"
        )
    n = sum((tally.outcomes for tally in tallies.values()), Counter())
    print(f"{n.total():,} cases in {seconds / 60:.1f} minutes, {n['finding']:,} findings")


def again(path: Path) -> int:
    """Check one kept file in this process, so that its traceback is seen."""
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as name:
        print(*check_files([path.resolve()], write_wards(Path(name))))
    return 0


def main() -> int:
    """Run from the command line; 1 if there is any finding."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", default="")
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.file:
        return again(options.file)
    return 1 if fuzz(options) else 0


if __name__ == "__main__":
    sys.exit(main())

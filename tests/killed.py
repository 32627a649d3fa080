"""Commands that are killed at a chosen step of their writing; run as a program of its own.

A child process runs a command and ends itself with SIGKILL just before its n-th change of the file
system, counted from the moment it first takes a lock: no clock, no chance. Then what lies in the
output folder is looked at, and the command is run again, in another child.

    python tests/killed.py PROJECT OUT KILLS AIMED SEED STEPS -- COMMAND...

PROJECT is a folder in which the command has run once; it is copied for each kill. AIMED of the
KILLS strike at a move of a whole folder. With STEPS "two" folders change places in two steps, as
on a drive that knows no output_folder. Prints what was found as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
from pathlib import Path

import csp_geo.runs.havens
import csp_geo.runs.weekly  # noqa: F401 - both are imported once, and not by each child
from csp_geo.cli.main import main as csp_geo_main
from csp_geo.core import output_folder
from csp_geo.core.output_folder import heal

CHANGES = frozenset(
    {
        *("os.rename", "os.mkdir", "os.link", "os.symlink", "os.remove", "os.rmdir", "os.chmod"),
        *("os.truncate", "csp_geo.exchange"),
    }
)
SIGN = ".csp_geo-"
RECORD = ".csp_geo.json"
LONGEST_S = 240
"""So long a child may take: then the system ends it, and the exit code says so."""


class Counter:
    """An audit hook that notes each change of the file system, and kills at one of them."""

    def __init__(self, at=None):
        self.seen, self.at, self.begun = [], at, False

    def __call__(self, event, given):
        if event == "open":
            self.begun = self.begun or str(given[0]).endswith("csp_geo-lock")
            if not (self.begun and isinstance(given[2], int) and given[2] & os.O_CREAT):
                return
        elif event not in CHANGES or not self.begun:
            return
        if len(self.seen) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen.append((event, " ".join(map(str, given))))


def run(folder, command, report=None, at=None):
    """Run a command in a child; gives its exit code, negative for a signal.

    The changes that were counted go into the file `report`.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.alarm(LONGEST_S)
    os.chdir(folder)
    counter = Counter(at)
    if report or at is not None:
        sys.addaudithook(counter)
    with open(os.devnull, "w") as nothing:  # noqa: PTH123 - no path
        sys.stdout = sys.stderr = nothing
        try:
            csp_geo_main(command)
        except SystemExit as stop:
            code = int(stop.code or 0)
    if report:
        seen, counter.begun = list(counter.seen), False
        report.write_text(json.dumps(seen), encoding="utf-8")
    os._exit(code)


def is_move(change):
    """Tell whether a change moves a whole folder: not a file in one that is being built."""
    event, given = change
    last = [part.rsplit("/", 1)[-1] for part in given.split()[:2]]
    return event == "csp_geo.exchange" or (
        event == "os.rename" and any(part.startswith(".") and SIGN in part for part in last)
    )


def whole(out):
    """Return what tells one whole folder from another; None if a file is missing or changed."""
    try:
        record = json.loads((out / RECORD).read_text(encoding="utf-8"))
        for name, digest in record["written"].items():
            if hashlib.sha256((out / name).read_bytes()).hexdigest() != digest:
                return None
    except FileNotFoundError:
        return None
    return record["written"]


def foreign(out):
    """Return what lies in a folder beside what its record names."""
    ours = {RECORD, *json.loads((out / RECORD).read_text(encoding="utf-8"))["written"]}
    found = (path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    return sorted(set(found) - ours)


def wrong_with(folder, out, before, mine, *, is_moved):
    """Say what is wrong with the folder of a killed run; "" if nothing is."""
    place = folder / out
    if is_moved and not place.exists():
        heal(place)  # as every reader does
    state = whole(place)
    if state is None:
        return f"not whole: {sorted(place.iterdir()) if place.exists() else 'gone'}"
    if foreign(place) != mine:
        return f"not ours: {foreign(place)}"
    return "" if state == before or set(state) >= set(before) else "neither old nor new"


def strike(project, out, command, kills, aimed, seed, *, is_moved):
    """Kill a command at so many steps; return how often, and what was wrong afterwards."""
    work = project.with_name(f"{project.name}-killed")
    report = project.with_name("changes.json")
    before, mine = whole(project / out), foreign(project / out)
    shutil.copytree(project, work)
    assert run(work, command, report=report) == 0, "the command does not run"
    shutil.rmtree(work)
    changes = json.loads(report.read_text(encoding="utf-8"))
    moves = [n for n, change in enumerate(changes) if is_move(change)]
    at_moves = sorted({n + after for n in moves for after in (0, 1)} - {len(changes)})
    chosen = random.Random(seed)
    picked = [at_moves[k % len(at_moves)] for k in range(aimed)]
    picked += chosen.sample(range(len(changes)), min(kills - aimed, len(changes)))
    wrong = []
    for at in picked:
        shutil.copytree(project, work)
        code = run(work, command, at=at)
        said = wrong_with(work, out, before, mine, is_moved=is_moved)
        if code != -signal.SIGKILL:
            said += f" ended with {code}"
        if again := run(work, command):
            said += f" the next run ended with {again}"
        left = [path.name for path in (work / out).parent.iterdir() if SIGN in path.name]
        if left or whole(work / out) is None or foreign(work / out) != mine:
            said += f" after the next run: {left} {foreign(work / out)}"
        if said:
            wrong.append(f"killed before {changes[at]}: {said}")
        shutil.rmtree(work)
    return {"killed": len(picked), "aimed": aimed, "changes": len(changes), "wrong": wrong}


def main():
    """Read the arguments, strike, print."""
    cut = sys.argv.index("--")
    project, out, kills, aimed, seed, steps = sys.argv[1:cut]
    is_moved = steps == "two"
    if is_moved:
        output_folder.exchange = lambda one, other: False
    done = strike(
        Path(project), out, sys.argv[cut + 1 :], int(kills), int(aimed), int(seed),
        is_moved=is_moved,
    )  # fmt: skip
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main()

"""Change the package in small ways, one at a time, and see whether its tests notice.

A mutant is one changed operator, limit or dropped statement in a copy of the package; it is killed
if any test of its module fails. The places are drawn with a seed, so that the same command makes
the same mutants; survivors are printed with file, line and change. `make mutants` runs it; the share
that was killed stands in docs/testing.md.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UNIT = "tests/unit"
TESTS = {
    "hotspots/find.py": ["hotspots/test_find.py", "hotspots/test_privacy_rules.py"],
    "hotspots/dbscan.py": ["hotspots/test_dbscan.py"],
    "hotspots/names.py": ["hotspots/test_names.py", "hotspots/test_find.py"],
    "hotspots/verdict.py": ["hotspots/test_verdict.py", "hotspots/test_stability.py"],
    "hotspots/chance/family_map.py": ["hotspots/test_family_map.py"],
    "hotspots/chance/family.py": ["hotspots/test_family.py", "hotspots/test_judge.py"],
    "hotspots/chance/judge.py": ["hotspots/test_judge.py"],
    "hotspots/chance/known_places.py": ["hotspots/test_known_places.py"],
    "hotspots/chance/explain.py": ["hotspots/test_explain.py"],
    "core/disclosure.py": ["core/test_disclosure.py", "hotspots/test_privacy_rules.py"],
    "core/caution.py": ["core/test_caution.py", "runs"],
    "incidents/build.py": ["incidents"],
    "incidents/clean.py": ["incidents"],
    "decisions/havens/demand.py": ["decisions/test_demand.py", "decisions/test_demand_points.py"],
    "runs/weekly_cautions.py": ["runs"],
    "runs/haven_facts.py": ["runs"],
    "runs/pack.py": ["runs"],
}
"""The tests of each module; a survivor of these may still be killed by others."""
_SWAPS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: (" in ", " not in "),
    ast.NotIn: (" not in ", " in "),
}


@dataclass(frozen=True)
class Mutant:
    """One change: `old` at characters `start` to `end` of a module becomes `new`."""

    module: str
    line: int
    start: int
    end: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.old.strip()!r} -> {self.new.strip()!r}"


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Return every change that is tried of a module."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    data, found = source.encode(), []

    def at(line: int, column: int) -> int:
        return starts[line - 1] + column

    def add(node: ast.AST, start: int, end: int, new: str) -> None:
        old = data[start:end].decode()
        found.append(Mutant(module, node.lineno, start, end, old, new))  # type: ignore[attr-defined]

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SWAPS:
            old, new = _SWAPS[type(node.ops[0])]
            first = at(node.left.end_lineno, node.left.end_col_offset)  # type: ignore[arg-type]
            last = at(node.comparators[0].lineno, node.comparators[0].col_offset)
            between = data[first:last].decode()
            if old in between:
                add(node, first, last, between.replace(old, new, 1))
            if isinstance(node.comparators[0], ast.Constant):
                _shift(node.comparators[0], at, add)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            add(
                node,
                at(node.lineno, node.col_offset),
                at(node.operand.lineno, node.operand.col_offset),
                "",
            )
        elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
            _shift(node.value, at, add)
        elif isinstance(node, ast.AugAssign) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        ):
            start, end = at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)  # type: ignore[arg-type]
            add(node, start, end, "pass")
    return found


def _shift(value: ast.Constant, at, add) -> None:  # type: ignore[no-untyped-def]
    """Move a number: a limit that nobody tests on both sides may lie anywhere."""
    if isinstance(value.value, bool) or not isinstance(value.value, (int, float)):
        return
    new = value.value + 1 if isinstance(value.value, int) else value.value * 1.3
    start, end = at(value.lineno, value.col_offset), at(value.end_lineno, value.end_col_offset)
    add(value, start, end, repr(new))


def is_killed(mutant: Mutant, copies: list[Path]) -> bool:
    """Try one mutant in a copy of the package; whether a test of its module fails."""
    copy = copies.pop()
    path = copy / "csp_geo" / mutant.module
    before = path.read_bytes()
    path.write_bytes(before[: mutant.start] + mutant.new.encode() + before[mutant.end :])
    try:
        tests = [f"{UNIT}/{test}" for test in TESTS[mutant.module]]
        done = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", *tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONHASHSEED": "0"},
            capture_output=True,
            check=False,
            timeout=600,
        )
    except subprocess.TimeoutExpired:
        return True  # it never ends: somebody would notice
    finally:
        path.write_bytes(before)
        copies.append(copy)
    return done.returncode != 0


def main() -> None:
    """Draw mutants, try them, print the survivors and the share that was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=8, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("modules", nargs="*", help="only these modules, such as hotspots/find.py")
    given = parser.parse_args()
    draw, chosen = random.Random(given.seed), []
    for module in given.modules or TESTS:
        every = mutants_of(module, (ROOT / "csp_geo" / module).read_text("utf-8"))
        chosen += draw.sample(every, min(given.each, len(every)))
    with tempfile.TemporaryDirectory() as home:
        copies = [Path(home, str(job)) for job in range(given.jobs)]
        for copy in copies:
            for name in ("csp_geo", "tests", "benchmarks", "data", "pyproject.toml"):
                source = ROOT / name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, _made(copy) / name)
        with ThreadPoolExecutor(given.jobs) as pool:
            killed = list(pool.map(lambda mutant: is_killed(mutant, copies), chosen))
    for mutant, dead in zip(chosen, killed, strict=True):
        if not dead:
            print(f"survived  {mutant}")
    print(f"{sum(killed)} of {len(chosen)} mutants killed ({sum(killed) / len(chosen):.0%})")


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()

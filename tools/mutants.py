"""Change the package in small ways, one at a time, and see whether its tests notice.

A mutant is one changed operator, limit or dropped statement in a copy of the package; it is killed
if any test of its module fails. The places are drawn with a seed, so that the same command makes
the same mutants; survivors are printed with file, line and change. `make mutants` runs it; what it
found stands in CONTRIBUTING.md.
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
_OF_FAMILY = ["explain", "judge", "family"]
_OF_PLACES = ["known_places", "explain", "family_map"]
WHOLE = {
    "hotspots/find.py": ["hotspots/test_find.py", "hotspots/test_privacy_rules.py"],
    "hotspots/dbscan.py": ["hotspots/test_dbscan.py", "hotspots/test_kernel.py"],
    "hotspots/kernel.py": ["hotspots/test_kernel.py"],
    "hotspots/grid.py": ["hotspots/test_kernel.py"],
    "hotspots/compiled.py": ["hotspots/test_kernel.py"],
    "hotspots/names.py": ["hotspots/test_names.py", "hotspots/test_find.py"],
    "hotspots/verdict.py": ["hotspots/test_verdict.py", "hotspots/test_stability.py"],
    "hotspots/chance/redraw.py": ["hotspots/test_redraw.py", "hotspots/test_family_map.py"],
    "hotspots/chance/redraw_kernel.py": ["hotspots/test_redraw.py", "hotspots/test_family_map.py"],
    "hotspots/chance/family_map.py": ["hotspots/test_family_map.py"],
    "hotspots/chance/family.py": [f"hotspots/test_{name}.py" for name in _OF_FAMILY],
    "hotspots/chance/judge.py": ["hotspots/test_judge.py"],
    "hotspots/chance/known_places.py": [f"hotspots/test_{name}.py" for name in _OF_PLACES],
    "hotspots/chance/explain.py": ["hotspots/test_explain.py"],
    "core/disclosure.py": ["core/test_disclosure.py", "hotspots/test_privacy_rules.py"],
    "incidents/clean.py": ["incidents", "inputs/test_side_tables.py"],
    "core/caution.py": ["core/test_caution.py", "runs"],
    "runs/weekly_facts.py": ["runs"],
}
"""What is tried without a choice, with the tests of each: hotspots, privacy, cautions."""
_FILES = ["test_layout", "test_formats", "test_mapper", "test_limits"]
_WORKBOOKS = ["test_formats", "test_limits", "test_workbook_sheets", "test_damaged_workbook"]
_WHERE = ["test_locate", "test_coordinates", "test_pairs", "test_best_location"]
_OTHERS = {
    "incidents/build.py": ["incidents"],
    "incidents/duplicates.py": ["incidents/test_duplicates.py"],
    "incidents/select.py": ["incidents/test_select.py"],
    "decisions/opening.py": ["decisions/test_opening.py", "decisions/test_timetable.py"],
    "decisions/havens/demand.py": ["decisions/test_demand.py", "decisions/test_demand_points.py"],
    "decisions/siting": ["decisions/test_models.py", "decisions/test_open_cover.py"],
    "decisions/walking": ["decisions/test_walking.py"],
    "inputs/areas/fetch.py": ["inputs/test_boundaries.py"],
    "inputs/areas/study_area.py": ["inputs/test_study_area.py"],
    "inputs/files": [f"inputs/{name}.py" for name in _FILES],
    "inputs/files/gis": ["inputs/test_gis_file.py", "inputs/test_limits.py"],
    "inputs/files/workbook": [f"inputs/{name}.py" for name in _WORKBOOKS],
    "inputs/venues/listing.py": ["inputs/test_premises.py", "inputs/test_register.py"],
    "inputs/when": ["inputs/test_times.py", "inputs/test_dates.py"],
    "inputs/where": [f"inputs/{name}.py" for name in _WHERE],
    "runs/haven_facts.py": ["runs"],
    "runs/pack.py": ["runs"],
}
"""The tests of other modules, or of all whose path begins so; the longest beginning counts."""


def tests_of(module: str) -> list[str]:
    """Return the tests of a module; what they let live, others may still kill."""
    every = WHOLE | _OTHERS
    begin = max((name for name in every if module.startswith(name)), key=len, default="")
    if not begin:
        sys.exit(f"No tests are named here for {module}. Add them to tools/mutants.py.")
    return [f"{UNIT}/{test}" for test in every[begin]]


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


class _Finder(ast.NodeVisitor):
    """Finds the places of a module that can be changed."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.data = module, source.encode()
        self.found: list[Mutant] = []
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line.encode()))

    def _at(self, line: int | None, column: int | None) -> int:
        return self._starts[(line or 1) - 1] + (column or 0)

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._at(node.lineno, node.col_offset)

    def _end(self, node: ast.expr | ast.stmt) -> int:
        return self._at(node.end_lineno, node.end_col_offset)

    def _add(self, line: int, start: int, end: int, new: str) -> None:
        old = self.data[start:end].decode()
        self.found.append(Mutant(self.module, line, start, end, old, new))

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        right = node.comparators[0]
        if len(node.ops) > 1 or type(node.ops[0]) not in _SWAPS:
            return
        old, new = _SWAPS[type(node.ops[0])]
        start, end = self._end(node.left), self._start(right)
        between = self.data[start:end].decode()
        if old in between:
            self._add(node.lineno, start, end, between.replace(old, new, 1))
        self._shift(right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            self._add(node.lineno, self._start(node), self._start(node.operand), "")

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        self._shift(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node.lineno, self._start(node), self._end(node), "pass")

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self._add(node.lineno, self._start(node), self._end(node), "pass")

    def _shift(self, value: ast.expr | None) -> None:
        """Move a number: a limit that nobody tests on both sides may lie anywhere."""
        number = value.value if isinstance(value, ast.Constant) else None
        if value is None or isinstance(number, bool) or not isinstance(number, (int, float)):
            return
        new = number + 1 if isinstance(number, int) else number * 1.3
        self._add(value.lineno, self._start(value), self._end(value), repr(new))


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Return every change that is tried of a module."""
    finder = _Finder(module, source)
    finder.visit(ast.parse(source))
    return finder.found


def is_killed(mutant: Mutant, copies: list[Path]) -> bool:
    """Try one mutant in a copy of the package; whether a test of its module fails."""
    copy = copies.pop()
    path = copy / "csp_geo" / mutant.module
    before = path.read_bytes()
    path.write_bytes(before[: mutant.start] + mutant.new.encode() + before[mutant.end :])
    try:
        return not passes(mutant.module, copy)
    finally:
        path.write_bytes(before)
        copies.append(copy)


def passes(module: str, copy: Path) -> bool:
    """Tell whether the tests of a module pass in a copy of the package."""
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly"),
                *tests_of(module),
            ],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONHASHSEED": "0"},
            capture_output=True,
            check=False,
            timeout=600,
        )
    except subprocess.TimeoutExpired:
        return False  # it never ends: somebody would notice
    return done.returncode == 0


def main() -> None:
    """Draw mutants, try them, print the survivors and the share that was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=8, help="mutants of each module, 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("modules", nargs="*", help="only these modules, such as hotspots/find.py")
    given = parser.parse_args()
    draw, chosen, places = random.Random(given.seed), [], 0
    modules = given.modules or list(WHOLE)
    for module in modules:
        every = mutants_of(module, (ROOT / "csp_geo" / module).read_text("utf-8"))
        places += len(every)
        chosen += draw.sample(every, min(given.each or len(every), len(every)))
    with tempfile.TemporaryDirectory() as home:
        copies = [Path(home, str(job)) for job in range(given.jobs)]
        for copy in copies:
            for name in ("csp_geo", "tests", "benchmarks", "data", "pyproject.toml"):
                source = ROOT / name
                (shutil.copytree if source.is_dir() else shutil.copy)(source, _made(copy) / name)
        if broken := [module for module in modules if not passes(module, copies[0])]:
            sys.exit(f"Tests fail without any mutant, so they tell nothing: {', '.join(broken)}")
        killed = 0
        with ThreadPoolExecutor(given.jobs) as pool:
            tried = pool.map(lambda mutant: is_killed(mutant, copies), chosen)
            for mutant, dead in zip(chosen, tried, strict=True):
                killed += dead
                if not dead:
                    print(f"survived  {mutant}", flush=True)
    print(
        f"{killed} of {len(chosen)} mutants killed ({killed / len(chosen):.0%}), drawn from the "
        f"{places:,} of {len(modules)} modules"
    )


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()

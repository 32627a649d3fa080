"""The steps of the compiled kernel, and the door in front of it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from csp_geo.hotspots import compiled, dbscan, kernel
from csp_geo.hotspots.dbscan import label_on_grid, label_points
from csp_geo.hotspots.grid import DIGIT, SIDE, radix_sort, sort_into_cells

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_COMPILER = os.environ.get("NUMBA_DISABLE_JIT") == "1"


def _equal(xy: np.ndarray, eps: float, min_samples: int, weight: np.ndarray | None = None) -> bool:
    xy = np.ascontiguousarray(xy, dtype=np.float64)
    model = DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree")
    model.fit(xy, sample_weight=weight)
    labels, is_core = label_on_grid(xy, eps, min_samples, weight)
    flags = np.zeros(len(xy), dtype=bool)
    flags[model.core_sample_indices_] = True
    return np.array_equal(labels, model.labels_) and np.array_equal(is_core, flags)


# --- the grid ----------------------------------------------------------------------------------


@pytest.mark.parametrize("high", [8, 20, 22, 40])
def test_radix_sort_is_stable_and_leaves_low_bits_alone(high: int) -> None:
    values = np.random.default_rng(1).integers(0, 2**high, 300)
    expected = values[np.argsort(values >> 4, kind="stable")]
    count = np.empty(2**DIGIT + 1, dtype=np.int64)
    assert np.array_equal(radix_sort(values.copy(), values.copy(), 4, high, count), expected)


@pytest.mark.parametrize("far", [1e3, 2e11])
def test_points_are_ordered_by_row_column_and_place(far: float) -> None:
    """On the vast map a row, a column and a place do not fit into one number."""
    rng = np.random.default_rng(2)
    xy = rng.integers(0, 9, (200, 2)) * 70.0
    xy[0] = (far, far)
    grid = sort_into_cells(xy, 100.0)
    row, column = (np.floor((xy[:, i] - xy[:, i].min()) / (100 * SIDE)) for i in (1, 0))
    assert np.array_equal(grid.order, np.lexsort((np.arange(200), column, row)))
    assert np.array_equal(np.column_stack([grid.x, grid.y]), xy[grid.order])
    assert (np.diff(grid.key) > 0).all()


def test_memory_follows_the_points_not_the_extent() -> None:
    xy = np.vstack([np.random.default_rng(3).uniform(0, 1000, (200, 2)), [[1e7, 1e7], [-1e7, 0]]])
    grid = sort_into_cells(xy, 10.0)
    assert all(np.size(part) <= 5 * len(xy) for part in grid)
    assert _equal(xy, 10.0, 2)


def test_around_a_cell_all_neighbours_are_found() -> None:
    xy = np.random.default_rng(4).uniform(0, 900, (150, 2))
    grid = sort_into_cells(xy, 100.0)
    cell_of = np.repeat(np.arange(len(grid.key)), np.diff(grid.start))
    for cell in range(len(grid.key)):
        around = set()
        for first, many in zip(grid.first[cell], grid.many[cell], strict=True):
            around |= set(range(first, first + many))
        for i in np.flatnonzero(cell_of == cell):
            apart = np.hypot(grid.x - grid.x[i], grid.y - grid.y[i])
            assert set(cell_of[apart <= 100]) <= around


# --- the steps ---------------------------------------------------------------------------------


def test_distance_is_inclusive_and_a_border_point_goes_to_the_lowest_cluster() -> None:
    left, right = [[0, 0], [0, 60], [80, 60]], [[180, 60], [240, 140], [180, 60]]
    xy = np.array([*right, [90, 60], *left], dtype=float)
    assert _equal(xy, 100.0, 3)
    assert _equal(xy[::-1], 100.0, 3)
    assert list(label_on_grid(np.array([[0, 0], [60.0, 80]]), 100.0, 2, None)[0]) == [0, 0]
    assert list(label_on_grid(np.array([[0, 0], [60.0, 80.0001]]), 100.0, 2, None)[0]) == [-1, -1]


@pytest.mark.parametrize("seed", [650, 1864, 2118])
def test_a_neighbour_at_exactly_eps_that_a_ball_tree_loses_is_kept(seed: int) -> None:
    """As in scikit-learn's k-d tree and on paper."""
    xy = np.random.default_rng(seed).integers(0, 20, (245, 2)) * 100.0
    for min_samples in (15, 20, 25):
        near = ((xy[:, None] - xy[None]) ** 2).sum(axis=2) <= 500.0**2
        is_core = label_on_grid(xy, 500.0, min_samples, None)[1]
        assert np.array_equal(is_core, near.sum(axis=1) >= min_samples)


@pytest.mark.parametrize("n", [1, 2, 40, 250])
def test_sets_touch_as_all_their_pairs_do(n: int) -> None:
    rng = np.random.default_rng(n)
    for eps in (5.0, 30.0, 60.0, 90.0):
        x, y = rng.uniform(0, 70, 2 * n), rng.uniform(0, 70, 2 * n)
        x[n:] += 75
        apart = np.hypot(x[:n, None] - x[None, n:], y[:n, None] - y[None, n:]).min()
        assert kernel.sets_touch(x, y, (0, n), (n, 2 * n), eps * eps) == (apart <= eps)


def test_two_dense_strips_just_apart_are_not_joined() -> None:
    along = np.linspace(0, 60, 2 * 120)
    for turn in (0.0, 0.3, np.pi / 4, 1.5):
        way = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        xy = np.column_stack([along, np.where(np.arange(240) % 2, 100.005, 0)]) @ way
        assert label_on_grid(xy, 100.0, 5, None)[0].max() == 1
        assert _equal(xy, 100.0, 5)


# --- weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [1 / 3, 0.1, 1.0, 1 / 49])
@pytest.mark.parametrize("n", [3, 10, 15, 49, 147])
def test_sums_of_shares_are_those_of_scikit_learn(n: int, weight: float) -> None:
    """Fifteen times 1/3 is 5 or a hair less: that depends on the order of adding."""
    xy = np.tile([544_500.5, 184_500.5], (n, 1))
    for needed in {max(1, round(n * weight)), 5}:
        assert _equal(xy, 100.0, needed, np.full(n, weight))


def test_mixed_shares_that_nearly_make_whole_people() -> None:
    rng = np.random.default_rng(6)
    for _ in range(10):
        xy = rng.integers(0, 12, (60, 2)) * 20.0
        assert _equal(xy, 100.0, 3, rng.choice([1 / 2, 1 / 3, 1 / 6, 1 / 7], 60))


def test_negative_weights_can_keep_a_point_from_being_core() -> None:
    xy = np.zeros((4, 2))
    assert list(label_on_grid(xy, 1.0, 2, np.array([1.0, 1, 1, -2]))[0]) == [-1] * 4
    assert _equal(xy, 1.0, 2, np.array([1.0, 1, 1, -0.5]))


# --- the door ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xy", "eps", "min_samples", "weight"),
    [
        ([[np.nan, 0]], 1, 1, None),
        ([[0, np.inf]], 1, 1, None),
        ([[0, 0, 0]], 1, 1, None),
        ([0, 0], 1, 1, None),
        ([[0, 0]], 0, 1, None),
        ([[0, 0]], -1, 1, None),
        ([[0, 0]], np.nan, 1, None),
        ([[0, 0]], 1, 0, None),
        ([[0, 0]], 1, 1.5, None),
        ([[0, 0]], 1, 1, [1, 1]),
        ([[0, 0]], 1, 1, [np.nan]),
        ([[0, 0]], 1, 1, [0]),
    ],
)
def test_what_cannot_be_clustered_is_refused(
    xy: list, eps: float, min_samples: int, weight: list | None
) -> None:
    with pytest.raises(ValueError, match=r"must|not finite"):
        label_points(xy, eps, min_samples, weight)


def test_no_points_have_no_labels() -> None:
    labels, is_core = label_points(np.empty((0, 2)), 1, 1)
    assert (labels.dtype, labels.shape, is_core.shape) == (np.int64, (0,), (0,))


def test_points_of_any_kind_are_taken_and_left_as_they_were() -> None:
    xy = np.random.default_rng(7).integers(0, 500, (80, 2))
    expected = label_points(xy.astype(float), 60, 3)[0]
    frozen = xy.astype(float)
    frozen.flags.writeable = False
    for given in (xy, xy.tolist(), np.asfortranarray(xy), xy.astype(np.float32), frozen):
        before = np.array(given)
        assert np.array_equal(label_points(given, 60, 3)[0], expected)
        assert np.array_equal(np.array(given), before)


@pytest.mark.parametrize("kept", [True, False])
def test_both_paths_give_the_same(kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbscan, "is_kept", lambda *_: kept)
    xy = np.random.default_rng(8).integers(0, 40, (300, 2)) * 20.0 + [544_000, 184_000]
    labels, is_core = label_points(xy, 100, 12)
    model = DBSCAN(eps=100, min_samples=12, algorithm="kd_tree").fit(xy)
    assert np.array_equal(labels, model.labels_)
    assert np.array_equal(np.flatnonzero(is_core), model.core_sample_indices_)


def test_small_work_does_not_wait_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbscan, "is_kept", lambda *_: False)
    rng = np.random.default_rng(9)
    assert not dbscan._pays_the_compiler(rng.uniform(0, 7000, (2_000, 2)), 100.0)
    assert dbscan._pays_the_compiler(rng.uniform(0, 7000, (50_000, 2)), 100.0)
    assert dbscan._pays_the_compiler(np.zeros((5_000, 2)), 100.0)  # 25 million pairs
    monkeypatch.setattr(dbscan, "is_kept", lambda *_: True)
    assert dbscan._pays_the_compiler(np.zeros((5, 2)), 100.0)


def test_a_map_too_vast_for_a_grid_is_left_to_scikit_learn() -> None:
    xy = np.array([[0.0, 0], [0, 0.001], [1e9, 1e9]])
    assert not dbscan.fits_grid(xy, 0.01)
    assert list(label_points(xy, 0.01, 2)[0]) == [0, 0, -1]
    assert list(label_points([[-1e308, 0], [1e308, 0]], 1, 1)[0]) == [0, 1]


@pytest.mark.skipif(WITHOUT_COMPILER, reason="nothing is compiled")
def test_preparing_is_said_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def new(x: float) -> float:
        return x

    compiled._say_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        compiled.announce(compiled.compiled(new))
        compiled.announce(compiled.compiled(new))
    assert [record.message[:9] for record in caplog.records] == ["Preparing"]
    caplog.clear()
    label_on_grid(np.zeros((1, 2)), 1.0, 1, None)
    compiled._say_once.cache_clear()
    compiled.announce(kernel.spread_labels)
    assert not caplog.records


@pytest.mark.parametrize(
    ("folder", "is_there", "is_said"),
    [(True, True, False), (True, False, True), (False, False, True)],
)
def test_what_was_compiled_before_is_not_prepared(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, folder: bool, is_there: bool, is_said: bool
) -> None:
    """Told by what is kept in the folder, before the code is loaded."""

    def new() -> None: ...

    new.stats = SimpleNamespace(cache_path=str(tmp_path) if folder else None)
    if is_there:
        kept = f"{Path(__file__).stem}.new-{new.__code__.co_firstlineno}.{compiled._VERSION}.nbi"
        (tmp_path / kept).touch()
    compiled._say_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        compiled.announce(new)
    assert bool(caplog.records) == is_said


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import numba

    real = numba.njit

    def refuses(*arguments: object, cache: bool = False, **options: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*arguments, **options)

    monkeypatch.setattr(numba, "njit", refuses)
    assert compiled.compiled(lambda x: x + 1)(1) == 2


@pytest.mark.skipif(WITHOUT_COMPILER, reason="this is that run")
def test_the_same_with_the_compiler_off() -> None:
    tests = [
        ROOT / "tests" / "unit" / "hotspots" / f"test_{name}.py" for name in ("kernel", "redraw")
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-3000:]

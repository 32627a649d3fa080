"""Packs that are made once and looked at from many sides."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from csp_geo.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CSP_GEO_SHARED", ROOT.parent / "shared"))


def _run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return int(stop.value.code or 0)


@pytest.fixture(scope="session")
def run() -> Callable[..., int]:
    """Run the command line in this process; gives its exit code."""
    return _run


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the shared real data are not on this machine")
    return folder


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Small files of what went wrong once on real ones."""
    folder = SHARED / "cases" / "files"
    if not folder.is_dir():
        pytest.skip("the shared cases are not on this machine")
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project with its weekly pack."""
    folder = tmp_path_factory.mktemp("demo") / "sample"
    assert _run("demo", "--out", folder) == 0
    return folder


@pytest.fixture(scope="session")
def real_reports(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    reports = tmp_path_factory.mktemp("real") / "R"
    (reports / "offence").mkdir(parents=True)
    shutil.copy(shared_data / "crime" / "2023-01-metropolitan-street.csv", reports / "offence")
    return reports


@pytest.fixture(scope="session")
def real_pack(
    shared_data: Path, real_reports: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The weekly pack of the real January 2023 on the wards of 2022."""
    out = tmp_path_factory.mktemp("real_out")
    wards = shared_data / "wards" / "lbbd_wards_2022_generalised.geojson"
    code = _run(
        "weekly", "--reports", real_reports, "--boundaries", wards, "--period", "2023-01",
        "--as-of", "2023-02-01", "--out", out, "--quiet",
    )  # fmt: skip
    assert code == 0
    return out / "2023-02-01"

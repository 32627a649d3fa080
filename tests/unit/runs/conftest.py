"""Packs of the toy town, made once; every step of the runs has something to warn of."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import EAST_STREET, write_town
from loud_runs import Made, made, of_steps

from csp_geo.core.settings import Settings
from csp_geo.runs import check, directory, havens, weekly
from csp_geo.runs.context import Context

TODAY = date(2023, 2, 1)


@pytest.fixture(scope="session")
def loud_town(tmp_path_factory, write):
    """The toy town with a list of addresses, one of premises and one of havens."""
    town = write_town(tmp_path_factory.mktemp("loud"))
    east, north = EAST_STREET
    write.csv(
        town.folder / "gazetteer.csv", ("name", "easting", "northing"), [("Long Row", east, north)]
    )
    rows = [
        (f"Shop {n}", "pharmacy", east + 40 * n, north, "24/7", f"{n} East Street")
        for n in range(4)
    ]
    names = ("name", "type", "easting", "northing", "opening_hours", "address")
    write.csv(town.folder / "premises.csv", names, rows)
    haven = ("H1", "Old Shop", east, north + 200, "24/7", "active", "yes", TODAY, "2024-01-01")
    names = ("haven_id", "name", "easting", "northing", "opening_hours", "status")
    names += ("consent_to_publish", "last_checked", "training_expiry")
    write.csv(town.folder / "havens.csv", names, [haven])
    return town


@pytest.fixture(scope="session")
def context(loud_town) -> Context:
    """Return what every run is given."""
    return Context(
        today=TODAY, settings=Settings(simulations=19), key_folder=loud_town.folder, command="test"
    )


@pytest.fixture(scope="session")
def weekly_made(loud_town, context) -> Made:
    """Return a weekly pack."""
    town = loud_town
    options = weekly.WeeklyOptions(
        reports=town.reports,
        boundaries=town.boundaries,
        as_of=TODAY,
        out=town.folder / "maps",
        context=[town.folder / "gazetteer.csv"],
    )
    target = town.folder / "maps" / "2023-02-01"
    return made(weekly.run_weekly, weekly, options, context, of_steps("weekly"), target)


@pytest.fixture(scope="session")
def plan_made(loud_town, context, weekly_made) -> Made:
    """Return a plan made from the weekly pack."""
    town = loud_town
    options = havens.HavenOptions(
        run=weekly_made.folder,
        premises=[town.folder / "premises.csv"],
        existing=town.folder / "havens.csv",
        out=town.folder / "plans",
    )
    target = town.folder / "plans" / "2023-02-01"
    return made(havens.run_havens, havens, options, context, of_steps("havens"), target)


@pytest.fixture(scope="session")
def directory_made(loud_town, context) -> Made:
    """Return a directory."""
    town = loud_town
    options = directory.DirectoryOptions(
        havens=town.folder / "havens.csv",
        boundaries=[town.boundaries],
        out=town.folder / "listed",
    )
    said = of_steps("directory")
    return made(directory.run_directory, directory, options, context, said, options.out)


@pytest.fixture(scope="session")
def check_made(loud_town, context) -> Made:
    """Return a check of one file, without wards."""
    town = loud_town
    options = check.CheckOptions(
        files=[town.reports / "offence" / "offences.csv"], out=town.folder / "checked"
    )
    return made(check.run_check, check, options, context, of_steps("check"), options.out)

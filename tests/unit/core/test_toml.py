"""TOML that a person edits: what is wrong is one sentence that names the file and the key."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from csp_geo.core.errors import SettingsError
from csp_geo.core.settings import read_settings
from csp_geo.core.shelf import note_path, read_note
from csp_geo.core.toml import MOST_BYTES, check_values, number, parse_toml, read_toml, shown, whole
from csp_geo.decisions.havens.criteria import read_profile
from csp_geo.decisions.opening import read_assumed
from csp_geo.inputs.files.mapper import Mapping, write_toml
from csp_geo.inputs.source import source_from_file, source_from_text
from csp_geo.inputs.venues.venue_types import read_venue_types

LARGE = "x" * 900_000
READERS = {
    "csp_geo.toml": read_settings,
    "source.toml": lambda path: source_from_file(path, "offence"),
    "venue_types.toml": read_venue_types,
    "profile.toml": read_profile,
    "hours.toml": lambda path: read_assumed(path, {"pub", "library"}),
}
NOT_TOML = {
    "UTF-16": "marking = 1\n".encode("utf-16"),
    "UTF-16 without a mark": "marking = 1\n".encode("utf-16-le"),
    "Latin-1": "marking = 'é'\n".encode("latin-1"),
    "zeros": bytes(1000),
    "a workbook": b"PK\x03\x04" + bytes(range(256)),
    "a control": b"marking = '\x1b[31m'\n",
    "a key twice": b"title = '1'\ntitle = '2'\n",
    "a table twice": b"[columns]\n[columns]\n",
    "deep lists": b"title = " + b"[" * 100_000,
    "deep tables": b"title = " + b"{a=" * 100_000,
    "deep key": b".".join([b"a"] * 300_000) + b" = 1\n",
    "deep quoted key": b".".join([b'"a"'] * 200_000) + b" = 1\n",
    "deep header": b"[" + b".".join([b"a"] * 300_000) + b"]\n",
    "a number of 5,000 digits": b"title = " + b"9" * 5_000,
    "50 MB": b"#" * 50_000_000,
}


@pytest.mark.parametrize("data", NOT_TOML.values(), ids=NOT_TOML)
@pytest.mark.parametrize("name", READERS)
def test_files_that_are_none(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        READERS[name](path)
    said = str(caught.value)
    assert name in said
    assert len(said) < 400


@pytest.mark.parametrize("name", READERS)
def test_a_folder_of_that_name(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(SettingsError, match=name.replace(".", r"\.")):
        READERS[name](tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such devices")
def test_a_device_and_a_pipe_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "own.toml")
    for path in (tmp_path / "own.toml", type(tmp_path)("/dev/zero")):
        with pytest.raises(SettingsError, match="must be a text file"):
            read_toml(path)


def test_a_folder_named_source_toml_is_not_passed_over(tmp_path, csp):
    (tmp_path / "offence" / "source.toml").mkdir(parents=True)
    (tmp_path / "offence" / "a.csv").write_text("date,category\n", encoding="utf-8")
    ran = csp("check", "offence/a.csv", cwd=tmp_path)
    assert ran.code == 2
    assert "offence/source.toml" in ran.err


def test_sizes():
    assert parse_toml("#" * MOST_BYTES, "a") == {}
    assert parse_toml("\ufeffa = 1", "a") == {"a": 1}
    words = ", ".join(f'"s.{n} offence. Other"' for n in range(500))
    assert len(parse_toml(f"words = [{words}]", "a")["words"]) == 500


def test_what_cannot_be_seen_is_taken_out():
    """A word copied from a page or a mail often has some of it, and nobody could find it."""
    text = (
        '"na\u200bme" = "OFFICIAL\u00ad\\u001b[31m\\u202e"\nlist = ["\u200ba", {b = "\\u009bc"}]\n'
    )
    assert parse_toml(text, "a") == {"name": "OFFICIAL[31m", "list": ["a", {"b": "c"}]}


SETTINGS = [
    ("border_m = nan", "border_m"),
    ("border_m = 1e308", "border_m"),
    ("border_m = -1", "border_m"),
    ("border_m = true", "border_m"),
    ("border_m = 2021-01-01", "border_m"),
    (f"border_m = 0x{'f' * 900_000}", "border_m"),
    ("quarantine_limit = nan", "quarantine_limit"),
    ("quarantine_limit = -inf", "quarantine_limit"),
    ("simulations = 1_000_000_000", "simulations"),
    ("simulations = 999.0", "simulations"),
    ("draw_sensitive_points = 1", "draw_sensitive_points"),
    ("marking = ['a', 1]", "marking"),
    (f"marking = '{LARGE}'", "marking"),
    ("public_marking = 10:00:00", "public_marking"),
    ("boundary_service = 'http://example.org/rest/services'", "boundary_service"),
    ("boundary_service = 'file:///etc/passwd'", "boundary_service"),
    ("boundary_service = 'https://user:word@example.org/'", "boundary_service"),
    ("boundary_service = ''", "boundary_service"),
    ("markings = 'a'", "did you mean 'marking'"),
    ("[cluster]\neps = 5", "did you mean 'clusters'"),
    ("[[clusters]]\neps = 5", "clusters"),
    ("[clusters]\neps = 'far'", "[clusters]: eps"),
    ("[clusters]\nmin_samples = 1_000_000_000_000", "[clusters]: min_samples"),
    ("[clusters]\nmin_samples = false", "[clusters]: min_samples"),
    ("[clusters.eps]\na = 1", "[clusters]: eps"),
    ("[limits]\nrows = -1", "[limits]: rows"),
    ("[limits]\nrow = 1", "did you mean 'rows'"),
    ("[feeds]\noffence = 'polce_uk'", "did you mean 'police_uk'"),
    ("[feeds]\noffences = 'police_uk'", "did you mean 'offence'"),
    ("[feeds]\noffence = ['police_uk']", "[feeds]: offence"),
    ("feeds = 'police_uk'", "feeds"),
    (f"{LARGE} = 1", "unknown setting 'xxx"),
]
SOURCE = [
    ("date_formats = ['%s']", "date_formats"),
    ("date_formats = ['%d.%m.%Y bis %d.%m.%Y']", "date_formats"),
    ("date_formats = ['mixed']", "date_formats"),
    ("date_formats = ['ISO8601']", "date_formats"),
    ("date_formats = ['%d/%m/%y %Y']", "date_formats"),
    ("date_formats = ['%d/%m/%Y %']", "date_formats"),
    ("date_formats = ['%d/%m/%Y %z']", "date_formats"),
    ("date_formats = ['%G-%V-%u']", "date_formats"),
    ("date_formats = ['%m/%Y']", "date_formats"),
    ("date_formats = ['%d/%m/%Y', 5]", "date_formats"),
    ("date_formats = '%d/%m/%Y'", "date_formats"),
    ("location_accuracy_m = nan", "location_accuracy_m"),
    ("location_accuracy_m = inf", "location_accuracy_m"),
    ("location_accuracy_m = -5", "location_accuracy_m"),
    ("location_method = 'exakt'", "did you mean 'exact'"),
    ("look_back_months = -5", "look_back_months"),
    ("look_back_months = 10_000_000", "look_back_months"),
    ("look_back_months = true", "look_back_months"),
    ("default_theme = 'robery'", "did you mean 'robbery'"),
    ("crs = 'EPSG:4326'", "crs"),
    ("crs = 'nonsense'", "crs"),
    ("crs = 27700", "crs"),
    ("crs = '+init=/etc/passwd:x'", "crs"),
    ("crs = 'EPSG:99999999'", "crs"),
    ("marks = [1, 2]", "marks"),
    ("header = [['date']]", "header"),
    ("never = 'name'", "never"),
    ("never = ['']", "never"),
    ("source = 'asb'", "source"),
    ("title = ''' '''\nfeed = 'x'", "unknown setting 'feed'"),
    (f"title = '{LARGE}'", "title"),
    ("[column]\ndate = ['a']", "did you mean 'columns'"),
    ("[columns]\ndata = ['a']", "did you mean 'date'"),
    ("[columns]\ndate = []", "[columns]: date"),
    ("[columns]\ndate = ['  ']", "[columns]: date"),
    ("[columns]\ndate = ['--']", "[columns]: date"),
    ("[columns]\ndate = 'When'", "[columns]: date"),
    ("[columns]\ndate = ['When']\ntime = ['when ']", "two fields, date and time"),
    ("[columns.date]\na = 1", "[columns]: date"),
    (f"[columns]\ndate = ['{LARGE}']", "[columns]: date"),
    ("[themes]\nrobery = ['a']", "did you mean 'robbery'"),
    ("[themes]\nrobbery = ['Mugging']\ntheft = ['mugging']", "two themes, robbery and theft"),
    ("[themes]\nrobbery = [1]", "[themes]: robbery"),
    ("themes = ['robbery']", "themes"),
]
OTHERS = [
    ("venue_types.toml", "[suitable]\nlibrary = 'a'", "[suitable]: library"),
    ("venue_types.toml", "[suitable]\nlibrary = ['']", "[suitable]: library"),
    ("venue_types.toml", "[suitabel]\nlibrary = ['a']", "did you mean 'suitable'"),
    ("venue_types.toml", "[suitable]\nlibrary = []\n[names]\nlibrary = [nan]", "[names]: library"),
    ("profile.toml", "[weights]\nphone = 1e308", "[weights]: phone"),
    ("profile.toml", "[weights]\nphone = nan", "[weights]: phone"),
    ("profile.toml", "[weights]\nphon = 1", "did you mean 'phone'"),
    ("profile.toml", "must = ['phon']", "did you mean 'phone'"),
    ("profile.toml", "must = [['phone']]", "must"),
    ("profile.toml", "staff_min = 1_000_000_000_000", "staff_min"),
    ("profile.toml", "[approach]\nwomen = [5]", "[approach]: women"),
    ("hours.toml", "[assumed_hours]\npub = true", "[assumed_hours]: pub"),
    ("hours.toml", "[assumed_hours]\nlibary = '24/7'", "did you mean 'library'"),
    ("hours.toml", f"[assumed_hours]\npub = '{LARGE}'", "[assumed_hours]: pub"),
    ("hours.toml", "assumed_hours = [1]", "assumed_hours"),
    ("hours.toml", "[assumed_hours]\npub = '24/7'\n[more]\na = 1", "unknown table 'more'"),
]
CASES = [
    *(("csp_geo.toml", *case) for case in SETTINGS),
    *(("source.toml", *case) for case in SOURCE),
    *OTHERS,
]


@pytest.mark.parametrize(
    ("name", "text", "said"), CASES, ids=[f"{name} {text[:40]!r}" for name, text, _ in CASES]
)
def test_a_value_is_refused_in_a_sentence_that_names_file_and_key(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        READERS[name](path)
    sentence = str(caught.value)
    assert name in sentence
    assert said in sentence
    assert len(sentence) < 700


ACCEPTED = [
    (
        "csp_geo.toml",
        "quarantine_limit = 1\nborder_m = 0\nmarking = ''\n[feeds]\nasb = 'open311'",
    ),
    ("csp_geo.toml", "boundary_service = 'http://127.0.0.1:8000/rest/services'"),
    ("source.toml", "date_formats = ['%d/%m/%y %I:%M %p', '%A, %d %B %Y', '%d %b %Y %H:%M:%S.%f']"),
    ("source.toml", "crs = 'epsg:2193'\nnever = []\nmarks = ['a|b']\n[themes]\nrobbery = []"),
    ("source.toml", "source = 'offence'\nlocation_accuracy_m = 0\n[columns]\ndate = ['Wann', 'W']"),
    ("profile.toml", "must = []\n[approach]\nyoung_people = []"),
]


@pytest.mark.parametrize(("name", "text"), ACCEPTED)
def test_a_value_that_makes_sense_is_taken(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    READERS[name](path)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (10**5000, "so large a number"),
        (-(10**20), "so large a number"),
        (float("nan"), "nan"),
        (True, "true"),
        ("\x1b" + "x" * 100, f"'{'x' * 40}...'"),
        ([[1]], "a list"),
        ({}, "a table"),
        (dt.date(2021, 1, 2), "the date or time 2021-01-02"),
        (None, "something else"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_was_found_fits_into_a_sentence(value, words):
    assert shown(value) == words


def test_true_is_no_number():
    for kind in (whole(0, 5), number(0, 5)):
        check_values({"a": 1}, {"a": kind})
        with pytest.raises(SettingsError, match=r"^a must be .*, not true"):
            check_values({"a": True}, {"a": kind})


@pytest.mark.parametrize(
    "text", ["service = 5", "fetched = 'x'", "sha256 = []", "a = ", "[" * 9999]
)
def test_a_note_that_cannot_be_read_counts_as_none(tmp_path, text):
    """A note is a help: one that cannot be read is as good as none."""
    path = tmp_path / "wards.gpkg"
    note_path(path).write_text(text, encoding="utf-8")
    assert read_note(path) is None


def test_a_column_that_was_something_else_before_moves():
    """What `check --map` writes is never refused: a column stands under one field."""
    before = '[columns]\ndate = ["When"]\nplace = ["When", "Road"]\n'
    text = write_toml(before, Mapping({"when": "time"}))
    assert source_from_text(text, "offence", "x").columns["time"][0] == "when"
    assert parse_toml(text, "x") == {"columns": {"place": ["Road"], "time": ["when"]}}

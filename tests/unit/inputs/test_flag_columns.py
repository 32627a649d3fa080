"""Flags beside a category: read for what makes a report sensitive, and nothing of them kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from csp_geo.incidents.clean import clean
from csp_geo.inputs.flag_columns import FlagColumns, heading_of, kind_of_cell
from csp_geo.inputs.read import read_reports
from csp_geo.inputs.source import packaged_sources
from csp_geo.inputs.vocabulary import packaged_words

WORDS = packaged_sources()["offence"].vocabulary
YES = ["Y", "yes", "TRUE", "1", "x", "\u2713", "DA", "High"]
NO = ["", "N", "no", "FALSE", "0", "None", "N/A", "Not applicable", "Non-domestic", "No flag"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Domestic abuse flag", "domestic"),
        ("DA", "domestic"),
        ("DV?", "domestic"),
        ("DomesticViolenceMarker", "domestic"),
        ("Hate crime (Y/N)", "hate"),
        ("hate_strand", "hate"),
        ("CSE", "child"),
        ("Child abuse flag", "child"),
        ("Honour based abuse", "honour"),
        ("Modern Slavery marker", "slavery"),
        ("Sexual offence flag", "sexual"),
        ("Sensitive case flag", "unknown"),
    ],
)
def test_a_yes_means_what_the_heading_says(heading: str, kind: str) -> None:
    column = heading_of(heading, WORDS)
    assert {kind_of_cell(cell, column, WORDS) or "none" for cell in YES if cell != "DA"} == {kind}
    assert {kind_of_cell(cell, column, WORDS) for cell in NO} == {""}


@pytest.mark.parametrize(
    ("heading", "cell", "kind"),
    [
        ("Flags", "Alcohol; Domestic abuse", "domestic"),
        ("Markers", "DA|Knife", "domestic"),
        ("Keywords", "CHILD", "child"),
        ("Offence description", "RAPE OF A FEMALE AGED 16", "sexual"),
        ("HO class", "Sexual assault", "sexual"),
        ("Crime sub type", "Stalking", "domestic"),
        ("MO", "suspect (ex-partner) punched victim", "domestic"),
        ("Modus operandi", "racially abused on the bus", "hate"),
        ("Notes", "victim disclosed FGM", "honour"),
        ("Anything", "Domestic violence", "domestic"),
        ("MO", "punched his wife in kitchen", "domestic"),
        ("MO", "grabs her bottom", "sexual"),
        ("MO", "pulled off hijab", "hate"),
        ("Anything else", "I was raped here", "sexual"),
        ("Relationship", "Partner", "domestic"),
        ("Rel to offender", "Ex", "domestic"),
        ("Investigating team", "Safeguarding", "domestic"),
        ("Sex offence", "Y", "sexual"),
        ("D.A.", "\u221a", "domestic"),
        ("Child victim", "1", "child"),
        ("Under 18", "x", "child"),
        ("Faith", "Yes", "hate"),
        ("Merlin", "*", "child"),
        ("Domestic?", "-", ""),
        ("MO", "bag taken on a street race day", ""),
        ("Victim sex", "F", ""),
        ("Sexual orientation", "Heterosexual", ""),
        ("Religion", "Muslim", ""),
        ("Location type", "Children's centre", ""),
        ("Flags", "Knife; alcohol", ""),
    ],
)
def test_what_a_cell_says_makes_a_report_sensitive(heading: str, cell: str, kind: str) -> None:
    assert kind_of_cell(cell, heading_of(heading, WORDS), WORDS) == kind


def test_a_flag_makes_an_assault_sensitive_and_is_not_kept(tmp_path, write) -> None:
    header = ("Ref", "date", "easting", "northing", "category", "Domestic abuse flag", "MO")
    rows = [
        (f"A{n}", "03/11/2021", 544421 + n, 184321, "Assault with injury", flag, "Zqsecret words")
        for n, flag in enumerate(["Y", "N", "", "Y"])
    ]
    write.csv(tmp_path / "offence" / "a.csv", header, rows)
    reports = read_reports(tmp_path)
    incidents = clean(reports).incidents
    assert incidents["sensitive"].tolist() == ["domestic", "", "", "domestic"]
    assert set(incidents["theme"]) == {"violence"}  # the count of violence does not fall
    assert "Zqsecret" not in reports.table.to_string()


def test_rows_of_one_reference_share_the_strictest(tmp_path, write) -> None:
    """A later export, or another row of the same crime, may lack the flag."""
    header = ("Ref", "date", "easting", "northing", "category", "Flags")
    row = ("A1", "03/11/2021", 544421, 184321, "Assault with injury")
    write.csv(tmp_path / "offence" / "a.csv", header, [(*row, ""), ("A2", *row[1:], "")])
    write.csv(tmp_path / "offence" / "b.csv", header, [(*row, "DA")])
    result = clean(read_reports(tmp_path))
    assert result.counts["merged"] == 1
    assert dict(
        zip(result.incidents["source_ref"], result.incidents["sensitive"], strict=True)
    ) == {
        "A1": "domestic",
        "A2": "",
    }


def test_a_cleaned_copy_keeps_what_is_sensitive(tmp_path, write) -> None:
    header = ("Ref", "date", "easting", "northing", "category", "sensitive")
    rows = [
        (f"A{n}", "03/11/2021", 544421 + n, 184321, "Assault", kind)
        for n, kind in enumerate(["", "domestic", "unknown", "hate"])
    ]
    write.csv(tmp_path / "offence" / "a.csv", header, rows)
    incidents = clean(read_reports(tmp_path)).incidents
    assert incidents["sensitive"].tolist() == ["", "domestic", "unknown", "hate"]


@pytest.mark.parametrize("heading", ["Disability", "Faith", "Under 18", "LGBT", "Relationship"])
def test_what_people_say_of_themselves_is_no_flag(heading: str) -> None:
    """In a survey; what they say of what was done to them is."""
    asked = heading_of(heading, WORDS, asked=True)
    assert kind_of_cell("Yes", asked, WORDS) == ""
    assert kind_of_cell("I was raped", heading_of("Anything", WORDS, asked=True), WORDS) == "sexual"


@pytest.mark.parametrize(
    ("folder", "name", "above"),
    [
        ("offence", "DA offences Nov 21.csv", ""),
        ("offence", "RASSO_extract.csv", ""),
        ("offence/hate crimes", "nov.csv", ""),
        ("offence", "a.csv", "Domestic Abuse Offences November 2021\n\n"),
    ],
)
def test_a_title_speaks_for_every_row(tmp_path, folder: str, name: str, above: str) -> None:
    path = tmp_path / folder / name
    path.parent.mkdir(parents=True)
    rows = [f"A{n},03/11/2021,54442{n},184321,Assault" for n in range(3)]
    table = "\n".join(["Ref,date,easting,northing,category", *rows])
    path.write_text(above + table, encoding="utf-8")
    kinds = clean(read_reports(tmp_path)).incidents["sensitive"]
    assert (kinds != "").all()
    assert len(kinds) == 3


@pytest.mark.parametrize("other", ["x9/21", "X9-21", "00X921", " x 9 21 "])
def test_a_reference_written_otherwise_is_the_same(tmp_path, write, other: str) -> None:
    header = ("Ref", "date", "easting", "northing", "category", "DA flag")
    row = ("03/11/2021", 544421, 184321, "Assault")
    write.csv(tmp_path / "offence" / "a.csv", header, [("X9/21AB", *row, "")])
    write.csv(tmp_path / "asb" / "b.csv", header, [(f"{other}AB", *row, "Y")])
    kinds = clean(read_reports(tmp_path)).incidents["sensitive"]
    assert kinds.tolist() == ["domestic", "domestic"]


def test_where_a_sensitive_row_is_wrong_is_not_shown(tmp_path, write, town_area) -> None:
    header = ("Ref", "date", "easting", "northing", "category")
    rows = [
        ("A1", "03/11/2021", 551911, 181111, "Rape"),
        ("A2", "03/11/2021", 551911, 181111, "Robbery"),
    ]
    write.csv(tmp_path / "offence" / "a.csv", header, rows)
    quarantine = clean(read_reports(tmp_path), town_area).quarantine
    assert quarantine["value"].tolist() == ["(not shown)", "551911; 181111"]


@pytest.mark.parametrize(
    "heading",
    [
        "DAFlag",
        "DVInd",
        "DOMVIOL",
        "CSEFlag",
        "HCFlag",
        "DASHFlag",
        "DVFlag",
        "VAWG",
        "SXOFF",
        "CP",
        "CYP",
        "Juv",
        "Juvenile",
        "Minor",
        "DA1",
        "FamViol",
        "ModSlavFlag",
        "SGFlag",
        "Op Encompass",
        "DVDS",
        "VIT",
        "MASH",
        "DARA",
        "DOM",
        "HOM",
        "Op Soteria",
        "DVYN",
        "dvind",
        "domflag",
        "DAMarker",
        "HateFlag",
        "HBVInd",
        "IsDA",
        "FGMFlag",
        "StalkingFlag",
        "MSFlag",
        "DomAbuse",
        "VulnFlag",
        "Vulnerable",
    ],
)
def test_a_heading_of_one_word_is_known(heading: str) -> None:
    assert kind_of_cell("Y", heading_of(heading, WORDS), WORDS)
    assert kind_of_cell("N", heading_of(heading, WORDS), WORDS) == ""


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Vulnerability", "Child"),
        ("Features", "Domestic"),
        ("Special interest", "DV"),
        ("Risk", "DA high"),
        ("Warning signals", "Sex offender"),
        ("Methods", "partner"),
        ("Linked", "DV"),
        ("Notes", "ex partner"),
        ("Local codes", "DA"),
        ("Aggravating factors", "Racial"),
        ("Qualifiers", "HC"),
        ("Keywords", "CSE"),
        ("ASNs", "Hate"),
        ("Victim type", "Juvenile"),
        ("Victim type", "Partner"),
        ("Suspect type", "Ex-partner"),
        ("Known to victim", "Boyfriend"),
        ("Relationship", "family"),
        ("Rel to victim", "B/F"),
        ("Vic rel", "G/F"),
        ("Op name", "Op Soteria"),
        ("Relationship", "in-law"),
        ("Relationship", "grandad"),
        ("Relationship", "spse"),
        ("Relationship", "XP"),
        ("Relationship", "XH"),
        ("Relationship", "XW"),
        ("Relationship", "carer"),
        ("Relationship", "intimate"),
        ("Relationship", "boy friend"),
        ("DASH risk level", "Medium"),
        ("DASH", "Standard"),
        ("DASH risk", "High"),
        ("victim age", "14"),
        ("Age of victim", "17"),
        ("IP age", "6"),
        ("victim age", "Under 18"),
        ("victim age", "<18"),
        ("victim age", "10-17"),
        ("Domestic type", "Non-intimate"),
        ("Domestic", "Not yet assessed"),
        ("Hate crime", "Not crimed"),
        ("CSE", "Non-recent"),
        ("Faith", "Yes"),
    ],
)
def test_columns_that_tell_of_it(heading: str, cell: str) -> None:
    assert kind_of_cell(cell, heading_of(heading, WORDS), WORDS)


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Victim age", "34"),
        ("victim age", "18-24"),
        ("Domestic", "No - not domestic"),
        ("Hate crime", "Not hate"),
        ("Domestic abuse flag", "Not domestic"),
        ("Relationship", "Stranger"),
        ("Relationship", "Acquaintance"),
        ("Victim type", "Adult"),
        ("Victim type", "Business"),
        ("Known to victim", "N"),
        ("Risk", "High"),
        ("Risk", "Medium"),
        ("Vulnerability", "None"),
        ("Linked", "CRIS 1234"),
        ("Notes", "Awaiting CCTV"),
        ("Victim sex", "M"),
        ("Sex", "M"),
        ("Gender", "Male"),
        ("Features", "CCTV nearby"),
        ("Op name", "Op Nightjar"),
        ("Aggravating factors", "Alcohol"),
        ("Victim type", "Person"),
        ("Location type", "Street"),
        ("Suspect description", "male white 20s"),
        ("Month", "Jan"),
        ("LSOA name", "Barking 001A"),
        ("Outcome type", "Investigation complete; no suspect identified"),
        ("Domestic?", "N/A"),
    ],
)
def test_columns_that_do_not(heading: str, cell: str) -> None:
    assert kind_of_cell(cell, heading_of(heading, WORDS), WORDS) == ""


TELLS = [
    "suspect exposed himself to female on bus",
    "male groped victim on platform",
    "fondled by suspect",
    "wanking in the park",
    "masturbating on train",
    "showed his penis",
    "slapped her bum",
    "touched her breast",
    "tried to kissed victim",
    "naked man",
    "prostitute working on corner",
    "spiked drink in bar",
    "without consent",
    "assaulted because he is gay",
    "because she is Muslim",
    "called the n word",
    "called him a paki",
    "homophobic comments",
    "abused due to disability",
    "victim aged 14",
    "14 year old victim",
    "14yo robbed",
    "boy punched",
    "girl pushed",
    "pupil hit by another pupil",
    "juvenile assaulted",
    "forced to work in car wash",
    "trafficked into UK",
    "passport taken by employer",
    "partner hit her",
    "ex turned up at address",
    "husband slapped IP",
    "boyfriend pushed",
    "mum punched by son",
    "dad threatened",
    "brother and sister fighting",
    "mother in law",
    "family member assaulted",
    "spouse",
    "carer hit patient",
    "dometic dispute",
    "homphobic abuse",
    "prostitue assaulted",
    "harrassment by ex",
    "brought shame on the family",
    "forced marriage threats",
    "domesitc argument",
    "girlfreind",
    "boyfreind pushed her",
    "husbend",
    "sexualy assaulted",
    "indecnt act",
    "strangeld victim",
    "raciallly abused",
    "suspect and IP recently broke up",
    "baby father turned up",
    "XP attended",
    "suspect is estranged husband of IP",
    "told to go back to your own country",
    "trans woman",
    "wheelchair user abused",
    "two lads touched her bottom",
    "child of 6",
    "victim 15 yrs old",
    "15-yr-old",
    "13y/o",
    "schoolgirl",
]
SAYS_NOTHING = [
    "Suspect smashed rear window and removed handbag",
    "Unknown suspect(s) by unknown means entered via rear patio door and stole jewellery",
    "Suspect approached victim from behind and snatched mobile phone, made off on moped",
    "Catalytic converter removed from vehicle parked on street",
    "Suspect punched victim to the face causing a cut lip after argument over parking",
    "Fight outside pub, several males involved",
    "Suspect entered store, selected meat and made off without payment",
    "Graffiti sprayed on wall of bus shelter",
    "Vehicle stolen using keyless device from driveway",
    "Victim was walking home when 2 males on bikes threatened him with a knife and took his phone",
    "Suspect concealed alcohol in bag and left store making no attempt to pay",
    "Arson to wheelie bin",
    "Bottom panel of door kicked in",
    "Suspect spat at bus driver",
    "Victim left bag unattended in restaurant",
    "Unknown suspect damaged wing mirror of parked car",
    "Threats made over the phone by a former business associate",
    "Suspect head butted security guard",
    "Cannabis found on stop and search",
    "Parcel taken from doorstep",
    "Victim pushed to the ground by group of males, bag taken",
    "Suspect forced front door using screwdriver, tidy search, cash stolen",
    "Pedal cycle stolen from outside railway station, lock cut",
    "Drunk male refused to leave, assaulted staff",
    "Suspect in relation to CAD 1234 damaged police vehicle",
    "Exposed wiring left after cable theft",
    "IP's vehicle was driven at by suspect",
    "Suspects disabled the alarm and entered warehouse",
    "Driver failed to stop",
    "Male armed with machete demanded rolex watch",
    "Fraudulent use of card at petrol station",
    "Vehicle broken into and tools taken",
    "Suspect kicked door of neighbour",
    "Victim hit by bottle",
    "Neighbour dispute over fence, verbal threats",
    "Male urinating in alley",
    "Suspect pattern matches other offences",
    "Two laughing males threw eggs",
    "Incident on platform 2, suspect struck victim with umbrella",
    "Offender entered insecure premises and stole charity box",
    "A 10 minute argument; suspect lived there 10 years",
]


@pytest.mark.parametrize("heading", ["MO", "Method", "Summary", "Free text", "Notes"])
def test_how_it_was_done_tells(heading: str) -> None:
    column = heading_of(heading, WORDS)
    assert [text for text in TELLS if not kind_of_cell(text, column, WORDS)] == []
    assert [text for text in SAYS_NOTHING if kind_of_cell(text, column, WORDS)] == []


def test_what_people_say_of_a_place_is_not_read_so() -> None:
    """What a survey says of children is not a report of what was done to one."""
    column = heading_of("Comment", WORDS, asked=True)
    for text in ("Children play here", "my son and his sister avoid it", "14 year olds"):
        assert kind_of_cell(text, column, WORDS) == ""
    for text in ("a man exposed himself", "I was groped", "wanking in the bushes"):
        assert kind_of_cell(text, column, WORDS) == "sexual"


def test_a_victim_born_less_than_18_years_before_is_a_child(tmp_path, write) -> None:
    header = ("Ref", "date", "easting", "northing", "category", "Victim DOB")
    born = ["04/11/2003", "03/11/2003", "1985-02-01", "", "2010-06-30", "zq"]
    rows = [
        (f"A{n}", "03/11/2021", 544421 + n, 184321, "Assault", day) for n, day in enumerate(born)
    ]
    write.csv(tmp_path / "offence" / "a.csv", header, rows)
    kinds = clean(read_reports(tmp_path)).incidents["sensitive"]
    assert kinds.tolist() == ["child", "", "", "", "child", "unknown"]


def test_no_other_english_word_is_taken_for_a_slip() -> None:
    """Of the 18,000 that codespell corrects others to; most of its slips of our words are known."""
    codespell = pytest.importorskip("codespell_lib")
    path = Path(codespell.__file__).parent / "data" / "dictionary.txt"
    pairs = [line.strip().split("->") for line in path.read_text(encoding="utf-8").splitlines()]
    right = {word for _, all_ in pairs for word in all_.lower().replace(",", " ").split()}
    forms = (
        *("daughters", "exploitations", "masturbates", "masturbation", "prejudiced", "prejudices"),
        *("relationships", "religions", "strangle", "strangles", "xenophobia"),
    )
    ours = {word for words in packaged_words()["misspelt"].values() for word in words}
    assert {word for word in right if WORDS.misspelt[word]} - ours <= set(forms)
    slips = [slip for slip, meant in pairs if meant.strip(" ,") in ours and len(slip) > 6]
    assert len(slips) > 40
    assert sum(not WORDS.misspelt[slip] for slip in slips) < len(slips) / 8


def kind_below(heading, cell):
    """What a column beside the date says of one row of an offence file."""
    columns = FlagColumns(["Date", heading], {"date": "Date"}, packaged_sources()["offence"])
    row = pd.DataFrame({"Date": ["12/11/2021"], heading: [cell]}, dtype="str")
    return str(columns.kinds(row)[0])


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        *(("Vict DOB", "03/04/2014"), ("Vic D.O.B.", "03/04/2014"), ("Victim DOB", "41732")),
        *(
            ("Victim year of birth", "2013"),
            ("Vict Age", "9"),
            ("AP age", "7"),
            ("Age of IP", "12"),
        ),
        *(("Victim Age At Offence", "9"), ("Victim age (years)", "9"), ("IP age band", "Under 10")),
        *(("Victim_Age_Range", "5-9"), ("IP Age Group", "Child"), ("Victim Age", "nine")),
    ],
)
def test_age_or_birth_of_a_victim_under_18(heading, cell):
    assert kind_below(heading, cell) in {"child", "unknown"}


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        *(("Victim Age", "34"), ("Victim Age", "18"), ("Victim Age", "unknown"), ("Vic Age", "")),
        *(("Victim DOB", "03/04/1984"), ("Victim DOB", "1984"), ("Victim DOB", "22000")),
        *(("Victim age range", "25-34"), ("Victim Agency", "MPS"), ("Age of building", "9")),
    ],
)
def test_age_of_an_adult_says_nothing(heading, cell):
    assert not kind_below(heading, cell)


@pytest.mark.parametrize(
    ("heading", "cell", "kind"),
    [
        *(("HO Code", "19C", "sexual"), ("HO Code", "017/11", "sexual")),
        *(("Offence Code", "SX56038", "sexual"), ("Home Office Class", "019/08", "sexual")),
        *(("HO Code", "28A", ""), ("HO Code", "8/20", ""), ("HO Code", "105/01", "")),
    ],
)
def test_code_of_an_offence(heading, cell, kind):
    assert kind_below(heading, cell) == kind


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("D", "unknown"), ("H1", "unknown"), ("VDA", "unknown"), ("Knife", ""), ("Alcohol", "")],
)
def test_a_flag_that_is_not_recognised_is_unknown(cell, kind):
    assert kind_below("Crime Flags", cell) == kind

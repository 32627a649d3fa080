"""What a venue should have: profiles as TOML, and which venues are known to meet one.

Unknown is never met, and meeting a profile on paper is not vetting.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core import toml
from csp_geo.core.caution import Caution
from csp_geo.core.errors import SettingsError
from csp_geo.core.tables import ANSWERS
from csp_geo.core.wording import count, join
from csp_geo.inputs.venues.listing import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from csp_geo.core.arrays import Flags, Floats

PACKAGED: Final = ("lbbd", "light", "strict")
DEFAULT: Final = PACKAGED[0]
"""The borough's own rule: two members of staff at all times."""
STAFF: Final = "staff"
APPROACH: Final = "approach"
_ORDER, _SECOND, _GIVE_UP = "types_in_order", "second_choice", "give_up"
LABELS: Final[Mapping[str, str]] = {
    STAFF: "staff",
    "cctv": "CCTV",
    "toilet": "toilet",
    "step_free": "step-free entrance",
    "first_aid": "first aid kit",
    "phone": "phone",
    "training": "trained staff",
    "accessible_toilet": "accessible toilet",
    "quiet_space": "quiet place to sit",
    "wifi": "Wi-Fi",
    "charging": "phone charging",
}
"""The criteria that a profile may name, as people call them."""
NOT_VETTED: Final = "not vetted"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a venue should have.

    `must` are needed at any hour, `must_after_dark` after dark as well. `weights` say what counts
    how much towards the score. `approach` has, for each group of residents, the venue types that
    it would approach, from the council's own consultation; empty means that nobody was asked.
    `types_in_order` are venue types: of equally good venues one of the first type is asked first.
    Venues of the types of `second_choice` that are not known to meet the profile are taken only
    where the plan would else lose more than `give_up` (a share) of what it adds.
    """

    name: str
    title: str
    about: str = ""
    types_in_order: tuple[str, ...] = ()
    second_choice: tuple[str, ...] = ()
    give_up: float = 0.0
    must: tuple[str, ...] = ()
    must_after_dark: tuple[str, ...] = ()
    staff_min: int = 1
    staff_min_after_dark: int = 2
    weights: Mapping[str, float]
    approach: Mapping[str, tuple[str, ...]]
    approach_weight: float = 0.0

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What a reader of the score must know."""
        vetting = f"every venue is {NOT_VETTED} until somebody has visited it."
        said = f"Meeting the profile '{self.title}' on paper is not vetting: {vetting}"
        found = [Caution("not-vetted", said)]
        if not self.approach:
            said = (
                "Which venue types residents would approach is not known, and counts for nothing: "
                f"fill in [{APPROACH}] of the profile from your own consultation."
            )
            found.append(Caution("residents-not-asked", said))
        return tuple(found)

    def musts(self, *, after_dark: bool) -> tuple[str, ...]:
        """Return what is needed by day, or after dark."""
        more = self.must_after_dark if after_dark else ()
        return tuple(dict.fromkeys((*self.must, *more)))

    def needs(self, *, after_dark: bool) -> tuple[str, ...]:
        """Name what is needed by day, or after dark, as people call it."""
        needed = self.staff(after_dark=after_dark)
        return tuple(_label(name, needed) for name in self.musts(after_dark=after_dark))

    def place_of(self, venue_type: str) -> int:
        """Return where a venue type stands in the order, types that are not named last."""
        kind = venue_type.casefold()
        known = kind in self.types_in_order
        return self.types_in_order.index(kind) if known else len(self.types_in_order)

    def is_second_choice(self, judged: pd.DataFrame) -> Flags:
        """Tell which rows, with venue_type and meets, are of second choice."""
        kinds = judged["venue_type"].astype("str").str.casefold().isin(self.second_choice)
        return np.asarray(kinds & (judged["meets"] != YES), dtype=np.bool_)

    def staff(self, *, after_dark: bool) -> int:
        """Return how many staff are needed by day, or after dark."""
        return max(self.staff_min, self.staff_min_after_dark) if after_dark else self.staff_min


def read_profile(name_or_path: str | Path) -> Profile:
    """Read a packaged profile ("lbbd", "light", "strict"), or one's own TOML file.

    One's own that says nothing of the order of types, or of those of second choice, has those of
    the packaged ones.

    Raises
    ------
    SettingsError
        If there is no such profile, or it is not made as a profile is.
    """
    if str(name_or_path) in PACKAGED:
        return _profile(_packaged(str(name_or_path)), str(name_or_path))
    path = Path(name_or_path)
    if not path.exists():  # read_toml says what else it is
        raise SettingsError(
            f"'{path.name or path}' is not a profile of criteria. Choose {join(PACKAGED, 'or')}, "
            "or name a TOML file of your own."
        )
    packaged = _packaged(DEFAULT)
    usual = {key: packaged[key] for key in (_ORDER, _SECOND, _GIVE_UP)}
    return _profile(usual | toml.read_toml(path), path.name)


def _packaged(name: str) -> dict[str, Any]:
    path = files("csp_geo.decisions.havens") / "profiles" / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8"))


_CRITERIA: Final = toml.ValueKind(
    f"a list of criteria ({', '.join(LABELS)})",
    lambda value: _odd_criterion(value) if isinstance(value, list) else toml.shown(value),
)
_STAFF: Final = toml.whole(0, 1_000)
_WEIGHT: Final = toml.number(0, 1_000_000)
_KINDS: Final[Mapping[str, toml.ValueKind]] = {
    "title": toml.text(),
    "about": toml.text(2_000),
    _ORDER: toml.texts("venue types"),
    _SECOND: toml.texts("venue types"),
    _GIVE_UP: toml.number(0, 1),
    "must": _CRITERIA,
    "must_after_dark": _CRITERIA,
    "staff_min": _STAFF,
    "staff_min_after_dark": _STAFF,
    "weights": toml.TABLE,
    APPROACH: toml.TABLE,
    "approach_weight": _WEIGHT,
}


def _odd_criterion(value: list[Any]) -> str | None:
    known = toml.one_of(tuple(LABELS))
    return next((found for entry in value if (found := known.fault(entry))), None)


def _profile(values: Mapping[str, Any], name: str) -> Profile:
    _check(values, name)
    given: dict[str, Any] = {"title": name, **values}
    for key in ("must", "must_after_dark"):
        given[key] = tuple(given.get(key, ()))
    for key in (_ORDER, _SECOND):
        given[key] = tuple(kind.casefold() for kind in given.get(key, ()))
    given[_GIVE_UP] = float(given.get(_GIVE_UP, 0))
    given["weights"] = {key: float(value) for key, value in given.get("weights", {}).items()}
    given["approach_weight"] = float(given.get("approach_weight", 0))
    given[APPROACH] = {
        str(group).replace("_", " "): tuple(str(kind).casefold() for kind in kinds)
        for group, kinds in given.get(APPROACH, {}).items()
    }
    return Profile(name=name, **given)


def _check(values: Mapping[str, Any], name: str) -> None:
    toml.check_values(values, _KINDS, name)
    weights = dict.fromkeys(LABELS, _WEIGHT)
    toml.check_values(values.get("weights", {}), weights, f"{name}, [weights]", what="criterion")
    toml.check_values(values.get(APPROACH, {}), toml.texts("venue types"), f"{name}, [{APPROACH}]")


def judge(table: pd.DataFrame, profile: Profile, *, after_dark: bool = True) -> pd.DataFrame:
    """Tell which premises or havens are known to have what a profile asks for.

    Parameters
    ----------
    table
        Per `tables.PREMISES` or `tables.HAVENS`; a criterion without a column is unknown.
    after_dark
        Ask for what is needed after dark as well.

    Returns
    -------
    judged
        The index of `table`, and the columns: meets (category yes, no, unknown) - whether it has
        every must; unmet (string) - what it is known to lack; unknown (string) - what to ask, both
        over musts and weighted criteria; approached_by (string) - groups that would approach its
        venue type; score (float64, 0 to 1) - the share of the weights that is known to be met.

    Notes
    -----
    One "no" among the musts makes "no"; without any, one "unknown" makes "unknown". In the score
    what is unknown counts as absent. The share of groups that would approach the venue type counts
    with its weight where the profile names any.
    """
    musts = profile.musts(after_dark=after_dark)
    needed = profile.staff(after_dark=after_dark)
    asked = tuple(dict.fromkeys((*musts, *profile.weights)))
    answers = pd.DataFrame(
        {name: _answers(table, name, needed) for name in asked}, index=table.index, dtype=object
    )
    must = answers[list(musts)]
    lacks, doubtful = (must == NO).any(axis=1), (must == UNKNOWN).any(axis=1)
    meets = np.where(lacks, NO, np.where(doubtful, UNKNOWN, YES))
    labels = [_label(name, needed) for name in asked]
    by_group = [_groups(str(kind), profile) for kind in table["venue_type"]]
    return pd.DataFrame(
        {
            "meets": pd.Categorical(meets, categories=list(ANSWERS)),
            "unmet": _words(answers == NO, labels),
            "unknown": _words(answers == UNKNOWN, labels),
            "approached_by": pd.Series([join(groups) for groups in by_group], table.index, "str"),
            "score": _score(answers, [len(groups) for groups in by_group], profile),
        },
        index=table.index,
    )


def _answers(table: pd.DataFrame, name: str, needed: int) -> NDArray[np.object_]:
    if name != STAFF:
        if name not in table:
            return np.full(len(table), UNKNOWN, dtype=object)
        return table[name].astype(object).fillna(UNKNOWN).to_numpy()
    staff = table["staff_min"].to_numpy(dtype=np.float64)
    enough = np.where(staff >= needed, YES, NO)
    return np.where(np.isnan(staff), UNKNOWN, enough).astype(object)


def _label(name: str, needed: int) -> str:
    return f"at least {count(needed, 'member')} of staff" if name == STAFF else LABELS[name]


def _words(found: pd.DataFrame, labels: list[str]) -> pd.Series:
    said = [
        ", ".join(label for label, here in zip(labels, row, strict=True) if here)
        for row in found.to_numpy(dtype=bool)
    ]
    return pd.Series(said, found.index, dtype="str")


def _groups(kind: str, profile: Profile) -> list[str]:
    return [group for group, kinds in profile.approach.items() if kind.casefold() in kinds]


def _score(answers: pd.DataFrame, n_groups: list[int], profile: Profile) -> Floats:
    weights = np.array(list(profile.weights.values()), dtype=np.float64)
    met = (answers[list(profile.weights)] == YES).to_numpy(dtype=np.float64) @ weights
    total = float(weights.sum())
    if profile.approach:
        met = met + profile.approach_weight * np.array(n_groups) / len(profile.approach)
        total += profile.approach_weight
    return np.asarray(met / total if total else np.zeros(len(answers)), dtype=np.float64)

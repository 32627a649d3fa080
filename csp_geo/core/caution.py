"""What somebody must know before leaning on a result: sentences, each of a kind with a code.

A kind says how much weight it has, who must read it and whether it still holds for what is made
from the result. `KINDS` is the list of all; docs/cautions.md is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

READER: Final = "reader"
"""Who looks at the page: it stands there."""
MAKER: Final = "maker"
"""Who keeps the files and settings, and can do something about it: it stands on quality.html."""


@dataclass(frozen=True)
class Kind:
    """A kind of caution.

    `weight`: what changes the answer most comes first. `audiences`: READER, MAKER or both.
    `is_inherited`: it is said again of whatever is made from the result.
    """

    code: str
    weight: int
    about: str
    audiences: tuple[str, ...] = (READER,)
    is_inherited: bool = True


KINDS: Final = {
    kind.code: kind
    for kind in (
        # --- the study area
        Kind("wards-schematic", 100, "the wards are a drawing, not the real ones"),
        Kind("wards-unknown-set", 100, "the ward codes belong to no set that is known"),
        Kind("wards-other-dates", 100, "reports are from before or after these wards"),
        Kind("wards-doubtful", 95, "wards were repaired, overlap, leave gaps or are coarse"),
        # --- the reports
        Kind(
            "many-quarantined",
            90,
            "more rows of a source than usual could not be used",
            (READER, MAKER),
        ),
        Kind("clusters-withheld", 88, "clusters that sensitive reports make are not shown"),
        Kind(
            "not-tested",
            86,
            "a family or source could not be tested against chance",
            (READER, MAKER),
        ),
        Kind("pins-without-person", 85, "pins without a name count as a person each"),
        Kind("test-limits", 84, "what the test for chance had to assume"),
    )
}


class Caution(str):
    """A sentence that somebody must know, and the code of its kind.

    It is a text, so that it can be printed, joined and compared like one.
    """

    __slots__ = ("code",)

    code: str

    def __new__(cls, code: str, sentence: str) -> Caution:
        """Make a caution of a kind in `KINDS`; `KeyError` for any other."""
        made = super().__new__(cls, sentence)
        made.code = KINDS[code].code
        return made

    @property
    def kind(self) -> Kind:
        """The kind that it is of."""
        return KINDS[self.code]


def in_order(cautions: Iterable[Caution]) -> tuple[Caution, ...]:
    """Return each caution once, the weightiest first; of equal weight as they came."""
    return tuple(sorted(dict.fromkeys(cautions), key=lambda caution: -caution.kind.weight))


def for_audience(cautions: Iterable[Caution], audience: str) -> tuple[Caution, ...]:
    """Return the cautions that READER or MAKER must read."""
    return tuple(caution for caution in cautions if audience in caution.kind.audiences)


def inherited(cautions: Iterable[Caution], source: str) -> tuple[Caution, ...]:
    """Return what still holds for something made from a result, said to come from it."""
    return tuple(
        Caution(caution.code, f"{source}: {caution}")
        for caution in cautions
        if caution.kind.is_inherited
    )

"""An assumption: what the emulator does where public material is silent, and what else might be true."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from invapi_emulator.contract.registry import Registry

DEFAULT = "yes"
FIRST_OTHER = "no"


class Assumption(Struct, frozen=True):
    """A choice of the contract that can be turned; its `readings` by name, the emulator's own first.

    `about` is what it decides, a sentence without its end.
    """

    id: str
    clause: str
    about: str
    readings: Mapping[str, str]

    @property
    def default(self) -> str:
        return next(iter(self.readings))

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(self.readings)[1:]

    def reading(self, word: str) -> str:
        """Return the reading that a word stands for; raises ValueError with what is accepted."""
        if word in self.readings:
            return word
        named = {DEFAULT: self.default, FIRST_OTHER: self.others[0]}
        if word in named:
            return named[word]
        known = ", ".join(self.readings)
        raise ValueError(
            f"assumption {self.id}, {self.about}, takes {known}; yes is {self.default}, no is {self.others[0]}"
        )


ASSUMPTIONS: Registry[str, Assumption] = Registry("assumptions")
"""All there are, by id."""


def assumption(number: int, clause: str, about: str, /, **readings: str) -> Assumption:
    """Put an assumption into the table; in the names of its readings, _ stands for -."""
    named = {name.removeprefix("_").replace("_", "-"): meaning for name, meaning in readings.items()}
    made = Assumption(f"A-{number:02}", clause, about, MappingProxyType(named))
    ASSUMPTIONS.add(made.id, made)
    return made


class Assumed(Struct, frozen=True):
    """What an account assumes: the readings that are not the emulator's own, by id of the assumption."""

    other: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, wanted: Assumption) -> str:
        return self.other.get(wanted.id) or wanted.default

    def holds(self, wanted: Assumption) -> bool:
        """Tell whether the emulator's own reading is in force."""
        return wanted.id not in self.other

    def changed(self, readings: Mapping[str, str]) -> "Assumed":
        """Return it with other readings, by name; what is left out stays. Raises ValueError for unknown ones."""
        merged = {**self.other, **{id_: _found(id_).reading(word) for id_, word in readings.items()}}
        return Assumed({id_: merged[id_] for id_ in sorted(merged) if merged[id_] != _found(id_).default})

    def as_words(self) -> tuple[str, ...]:
        return tuple(f"{id_}={reading}" for id_, reading in self.other.items())


def split(word: str) -> tuple[str, str]:
    """Return id and reading of a word such as `A-12=no`; raises ValueError for any other."""
    id_, equals, reading = word.partition("=")
    if not equals:
        raise ValueError(f"{word!r} is no assumption with its reading; one is A-12=no")
    return id_, reading


def _found(id_: str) -> Assumption:
    known = ASSUMPTIONS.get(id_)
    if known is None:
        raise ValueError(
            f"there is no assumption {id_!r}; there are {min(ASSUMPTIONS)} to {max(ASSUMPTIONS)}"
        )
    return known

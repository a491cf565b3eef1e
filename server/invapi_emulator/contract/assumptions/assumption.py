"""Assumptions: choices of the emulator where public material is silent, each with its options."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from invapi_emulator.contract.assumptions.retired import RETIRED
from invapi_emulator.contract.registry import Registry

DEFAULT = "yes"
FIRST_OTHER = "no"

Option = TypeVar("Option", bound=str)
"""The names of an assumption's options: a Literal."""


class Assumption(Struct, Generic[Option], frozen=True):
    """A choice of the contract with its `options`: what each means, by name, the `default` first.

    `about` says what it decides: a sentence without its full stop.
    """

    id: str
    clause: str
    about: str
    default: Option
    options: Mapping[Option, str]

    @property
    def others(self) -> tuple[Option, ...]:
        return tuple(self.options)[1:]

    def option(self, word: str) -> Option:
        """Return the option that a word names; raises ValueError with the words that are accepted."""
        named = {DEFAULT: self.default, FIRST_OTHER: self.others[0]} | {name: name for name in self.options}
        if word not in named:
            raise ValueError(
                f"assumption {self.id}, {self.about}, takes {', '.join(self.options)}; "
                f"yes is {self.default}, no is {self.others[0]}"
            )
        return named[word]


ASSUMPTIONS: Registry[str, Assumption[Any]] = Registry("assumptions")
"""All assumptions by id."""


def assumption(number: int, clause: str, about: str, options: Mapping[Option, str]) -> Assumption[Option]:
    """Add an assumption to the table; the first of its options is the default."""
    made = Assumption(f"A-{number:02}", clause, about, next(iter(options)), MappingProxyType(options))
    ASSUMPTIONS.add(made.id, made)
    return made


class Assumed(Struct, frozen=True):
    """What an account assumes: the options other than the default, by id of the assumption."""

    other: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, wanted: Assumption[Option]) -> Option:
        """Return the option in force."""
        option: Option = self.other.get(wanted.id, wanted.default)
        return option

    def changed(self, options: Mapping[str, str]) -> "Assumed":
        """Return a copy with these options by id; others stay. A retired id is ignored.

        Raises ValueError for an unknown id or option.
        """
        chosen = {id_: _found(id_).option(word) for id_, word in options.items() if id_ not in RETIRED}
        merged = {**self.other, **chosen}
        return Assumed({id_: merged[id_] for id_ in sorted(merged) if merged[id_] != _found(id_).default})

    def as_words(self) -> tuple[str, ...]:
        return tuple(f"{id_}={option}" for id_, option in self.other.items())


def stored(options: Mapping[str, str]) -> Assumed:
    """Return what an account assumes as it is stored, without the ids that were retired since."""
    return Assumed({id_: option for id_, option in options.items() if id_ not in RETIRED} if options else {})


def split(word: str) -> tuple[str, str]:
    """Return id and option of a word such as `A-12=no`; raises ValueError for any other."""
    id_, equals, option = word.partition("=")
    if not equals:
        raise ValueError(f"{word!r} is not an assumption with its option (example: A-12=no)")
    return id_, option


def _found(id_: str) -> Assumption[Any]:
    known = ASSUMPTIONS.get(id_)
    if known is None:
        raise ValueError(f"unknown assumption {id_!r} (docs/reference/assumptions.md lists the assumptions)")
    return known

"""Print the lowest version of each library that pyproject.toml allows, as constraints for pip."""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
NOT_OF_THE_SERVER = {"dev"}


def lowest(requirements: Iterable[str]) -> Iterator[str]:
    """Yield a constraint for each requirement on this system. Raises ValueError if one has no lower bound."""
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate():
            bounds = [part.version for part in requirement.specifier if part.operator == ">="]
            if len(bounds) != 1:
                raise ValueError(f"{requirement}: no lower bound")
            yield f"{requirement.name}=={bounds[0]}"


def requirements_of(pyproject: str) -> Iterator[str]:
    """Yield the requirements of the server and of all its extras."""
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"]
    yield from project["dependencies"]
    yield from chain.from_iterable(extras[name] for name in sorted(extras.keys() - NOT_OF_THE_SERVER))


def main() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in lowest(requirements_of(pyproject)))


if __name__ == "__main__":
    main()

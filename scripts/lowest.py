"""Print the lowest version that pyproject.toml allows of each library, as constraints for pip."""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
NOT_OF_THE_SERVER = {"dev"}


def lowest(requirements: Iterable[str]) -> Iterator[str]:
    """Yield one constraint a requirement that holds on this system; raises ValueError where there is no lower bound."""
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate():
            bounds = [part.version for part in requirement.specifier if part.operator == ">="]
            if len(bounds) != 1:
                raise ValueError(f"{requirement}: it has no lower bound")
            yield f"{requirement.name}=={bounds[0]}"


def requirements_of(pyproject: str) -> Iterator[str]:
    """Yield what the server needs, with all its extras."""
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"]
    yield from project["dependencies"]
    yield from chain.from_iterable(extras[name] for name in sorted(extras.keys() - NOT_OF_THE_SERVER))


def main() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in lowest(requirements_of(pyproject)))


if __name__ == "__main__":
    main()

"""Programs of Debian that the tests of the operator's kit run."""

import os
import shutil

import pytest


def program(name: str, package: str) -> str:
    """Return the path of a program. Skip the test where it is missing; `.ci/run` installs the package."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is needed: apt-get install --no-install-recommends {package}")
    return found

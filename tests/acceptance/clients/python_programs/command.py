"""How the programs here are run: a command with its words, and one line of JSON as the answer."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any


def run(commands: Mapping[str, Callable[..., Any]], failure: type[Exception]) -> None:
    """Run the command of the process's arguments and print what it returns. A failure is printed, with status 1."""
    name, *words = sys.argv[1:]
    try:
        print(json.dumps({"read": commands[name](*words)}))
    except failure as problem:
        print(json.dumps({"error": str(problem)}))
        sys.exit(1)

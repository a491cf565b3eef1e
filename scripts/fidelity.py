"""Write docs/fidelity.md from the clauses and assumptions in the code."""

from pathlib import Path

import invapi_emulator.application  # noqa: F401 - fills the tables of actions and kinds of task
from invapi_emulator.openapi.fidelity_page import whole_page

PAGE = Path(__file__).parents[1] / "docs" / "fidelity.md"

if __name__ == "__main__":
    PAGE.write_text(whole_page(), encoding="utf-8")

"""Write the generated pages of docs/: the wire contract, the assumptions, the sources and the command line."""

from pathlib import Path

import invapi_emulator.application  # noqa: F401 - fills the tables of actions and kinds of task
from invapi_emulator.cli.reference_page import reference_page
from invapi_emulator.openapi.generated_pages import generated_pages

DOCS = Path(__file__).parents[1] / "docs"

if __name__ == "__main__":
    for name, text in generated_pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    page = DOCS / "reference" / "cli.md"
    page.write_text(reference_page(page.read_text(encoding="utf-8")), encoding="utf-8")

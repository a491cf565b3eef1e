"""The pages of docs/ that `make fidelity` writes."""

from invapi_emulator.openapi.assumptions_page import assumptions_page
from invapi_emulator.openapi.sources_page import sources_page
from invapi_emulator.openapi.wire_page import wire_page


def generated_pages() -> dict[str, str]:
    """Return the text of each generated page by its path in docs/."""
    return {
        "reference/wire.md": wire_page(),
        "reference/assumptions.md": assumptions_page(),
        "evidence/sources.md": sources_page(),
    }

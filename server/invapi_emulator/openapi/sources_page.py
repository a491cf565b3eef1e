"""docs/evidence/sources.md: what was read about the real API, and when."""

from invapi_emulator.contract.sources import SOURCES
from invapi_emulator.openapi.markdown import table

_TOP = """\
# Sources

This page lists what was read about the real API, and when. `make fidelity` writes it from the code.
[fidelity.md](../explanation/fidelity.md) explains how the marks are used.
"""

_NOTES = """
The options of the [assumptions](../reference/assumptions.md) were chosen on 2026-11-27. Nothing was compared with the real API:
that needs a paid account.
"""


def sources_page() -> str:
    rows = ((f"**[{source.mark}]**", source.basis, source.what, source.date) for source in SOURCES)
    return "\n".join([_TOP, *table(("mark", "basis", "source", "read, or chosen"), rows), _NOTES])

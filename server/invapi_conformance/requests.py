"""A request on the wire: a form, in the body, in the query or in parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import urlencode

Value: TypeAlias = str | int | Sequence[str]
Placed: TypeAlias = Literal["body", "query", "parts"]

URLENCODED = "application/x-www-form-urlencoded"
ONLY_READING = frozenset(
    {
        "show", "status", "list", "get_snapshot", "load_stats", "get_engine", "info", "groups", "search", "list_for_server",
        "get_client", "getcredits", "get_invoices", "get_invoice", "get_product_invoice", "get_billing_data",
    }
)  # fmt: skip
NEVER_REPEATED = frozenset({"order_instance", "apply_credit", "request_cancellation"})
"""Actions that are not sent a second time by themselves, whatever the target asks for: they cost, or end something."""

_BOUNDARY = "conformance-boundary-7f3a"


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a module. `raw` replaces the form in the body; `query` comes before fields in the query."""

    module: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    method: str = "POST"
    path: str = ""
    placed: Placed = "body"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @property
    def action(self) -> str:
        return str(self.fields.get("action", ""))

    @property
    def only_reads(self) -> bool:
        """Tell whether nothing depends on its answer. A check is needed: its answer spends the key."""
        return self.action in ONLY_READING

    @property
    def may_be_repeated(self) -> bool:
        return self.action not in NEVER_REPEATED

    @property
    def where(self) -> str:
        path = self.path or f"/{self.module}.php"
        query = "&".join(filter(None, (self.query, urlencode(self.pairs) if self.placed == "query" else "")))
        return f"{path}?{query}" if query else path

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The fields as PHP expects them: an array as `name[]=a&name[]=b`, an empty one as `name[]=`."""
        found: list[tuple[str, str]] = []
        for name, value in self.fields.items():
            if isinstance(value, str | int):
                found.append((name, str(value)))
            else:
                found += [(f"{name}[]", item) for item in value or ("",)]
        return found

    def content(self) -> tuple[bytes | None, dict[str, str]]:
        """Return the body and its headers."""
        if self.raw is not None:
            return self.raw, {"Content-Type": URLENCODED, **self.headers}
        if self.placed == "query" or not self.fields:
            return None, dict(self.headers)
        if self.placed == "parts":
            kind = f"multipart/form-data; boundary={_BOUNDARY}"
            return self._parts(), {"Content-Type": kind, **self.headers}
        return urlencode(self.pairs).encode(), {"Content-Type": URLENCODED, **self.headers}

    def _parts(self) -> bytes:
        parts = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in self.pairs
        )
        return f"{parts}--{_BOUNDARY}--\r\n".encode()

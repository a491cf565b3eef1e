"""Recordings without what is specific to one target: ids, times, secrets and names become references."""

import json
import re
from typing import Any

from invapi_conformance.checks.forms import OTHER_KEY
from invapi_conformance.checks.refused_orders import WEAK, WRONG_AMOUNT
from invapi_conformance.probe import (
    NEVER_A_KEY,
    NEVER_A_TOKEN,
    NO_SUCH_IMAGE,
    NO_SUCH_NUMBER,
    NO_SUCH_PRESET,
    NO_SUCH_VM,
    NOWHERE,
    PUBLIC_KEY,
    Access,
)

SECRETS = frozenset({"token", "password", "api_key", "root_pass"})
PERSONAL = {
    "hostname": "host", "email": "email", "ip": "address", "IP": "address", "MAC": "mac", "mac": "mac", "tag": "tag",
    "value": "value", "preset": "preset", "name": "name", "exclude_rotation": "name", "location": "location",
    "dc_location": "location", "dc_name": "location", "server_name": "host", "username": "email", "hwconfig": "hardware",
    "due_date": "day", "next_due_date": "day", "reg_date": "day", "date": "day", "companyname": "company",
    "description": "description", "billing_name": "name", "credit": "amount", "amount": "amount", "total": "amount",
    "balance": "amount", "billing_reccuring": "amount", "billing_setupfee": "amount",
}  # fmt: skip
NUMBERED = {
    "id": "id",
    "servers": "id",
    "billing_servers": "id",
    "customer_id": "id",
    "account_id": "id",
    "user_id": "id",
    "whmcs_id": "id",
    "snapshot_id": "id",
    "token_expire": "epoch",
    "component_id": "id",
    "client_id": "id",
    "clientid": "id",
    "userid": "id",
    "order_id": "id",
    "product": "id",
    "relid": "id",
    "inv_id": "id",
    "invoice": "id",
    "invoice_id": "id",
    "invoiceid": "id",
}
MEASURED = frozenset({"size", "total_size", "cpu_count", "ram_mb", "disk_gb", "total", "price_EUR"})
_CONSTANT = frozenset(
    {
        NEVER_A_KEY, OTHER_KEY, NEVER_A_TOKEN, NO_SUCH_IMAGE, NO_SUCH_PRESET, str(NO_SUCH_NUMBER), str(NO_SUCH_VM), NOWHERE,
        WRONG_AMOUNT, "12x", "no key!", "", PUBLIC_KEY, *WEAK,
    }
)  # fmt: skip
_NO_IDS = frozenset({NO_SUCH_VM, NO_SUCH_NUMBER})
_LONG = 10
_IN_TEXT = (
    ("uuid", re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")),
    ("date", re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b")),
    ("instant", re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")),
    ("key", re.compile(r"\b[a-z0-9]{32}\b")),
    ("ssh key", re.compile(r"\bssh-[a-z0-9-]+ [A-Za-z0-9+/=]{20,}")),
    ("id", re.compile(r"(?<=SSH key )\d+\b")),
)


class References:
    """Numbers the values in the order in which it meets them."""

    def __init__(self, access: Access, own: str) -> None:
        self._known = {
            word: name
            for word, name in ((access.api_key, "<api key>"), (access.token, "<token>"), (own, "<own>"))
            if word
        }
        self._vm = str(access.vm)
        self._met: dict[str, dict[str, str]] = {}

    def value(self, value: Any, name: str = "", *, secret_key: bool = False) -> Any:
        """Replace values in a JSON value with this name. With `secret_key`, a field `key` is an API key."""
        if isinstance(value, dict):
            return {key: self.value(item, _plain(key), secret_key=secret_key) for key, item in value.items()}
        if isinstance(value, list):
            return self._list(value, name, secret_key=secret_key)
        if isinstance(value, str):
            return self._string(value, name, secret=name in SECRETS or (secret_key and name == "key"))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return self._number(value, name)

    def _list(self, items: list[object], name: str, *, secret_key: bool) -> Any:
        if (
            len(items) > _LONG
            and all(isinstance(item, int | float) for item in items)
            and name not in NUMBERED
        ):
            return f"<{len(items)} numbers>"
        return [self.value(item, name, secret_key=secret_key) for item in items]

    def _number(self, value: float, name: str) -> Any:
        if str(value) == self._vm:
            return "<vm as number>"
        if name in MEASURED:
            return "<amount as number>"
        if name in NUMBERED and value not in _NO_IDS:
            return f"{self._reference(NUMBERED[name], str(value))[:-1]} as number>"
        return value

    def _string(self, text: str, name: str, *, secret: bool) -> str:
        if text in _CONSTANT:
            return text
        if text in self._known:
            return self._known[text]
        if name == "debug":
            return "<debug>"
        if secret:
            return self._reference("token", text)
        kind = PERSONAL.get(name) or NUMBERED.get(name)
        is_known = text == self._vm or any(word in text for word in self._known)
        if kind and not is_known:
            return self._reference(kind, text)
        return self._json(text) or self._text(text)

    def _json(self, text: str) -> str | None:
        """Replace values inside a string that contains JSON."""
        try:
            parsed = json.loads(text) if text.startswith("{") else None
        except ValueError:
            return None
        return None if parsed is None else json.dumps(self.value(parsed), ensure_ascii=False)

    def _text(self, text: str) -> str:
        for word, name in self._known.items():
            text = text.replace(word, name)
        for kind, form in _IN_TEXT:
            text = form.sub(lambda found, kind=kind: self._met_in_text(kind, found[0]), text)  # type: ignore[misc]
        return re.sub(rf"\b{self._vm}\b", "<vm>", text)

    def _met_in_text(self, kind: str, text: str) -> str:
        return text if text in _CONSTANT else self._reference(kind, text)

    def _reference(self, kind: str, text: str) -> str:
        met = self._met.setdefault(kind, {})
        return met.setdefault(text, f"<{kind} {len(met) + 1}>")


def _plain(key: str) -> str:
    """Return a field's name without PHP's brackets."""
    return key.partition("[")[0]

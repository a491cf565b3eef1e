"""Configurations of the Terraform provider's program, and what it keeps of a server from run to run."""

import json
from collections.abc import Sequence
from typing import Any

from tests.acceptance.client_programs import Program, Ran
from tests.support.harness import Json

WEB = ["web-9.example.com", "vm.pico", "NL", "Ubuntu 22.04", "3 TB / 1 Gbps VM", "tag:role=web", "deploy_notify=true"]  # fmt: skip
"""A server as the provider's documentation orders it, with a hostname and a tag."""

ON_DEBIAN = ["Debian 12" if word == "Ubuntu 22.04" else word for word in WEB]

FIRST_ORDER: Json = {"id": 50001, "invoice": 100001}
"""The numbers of an account's first order."""


def created(provider: Program, *words: str, **variables: str) -> Json:
    """Return the state after an apply that must succeed: that of the server WEB unless words name another."""
    ran = provider("create", *(words or WEB), **variables)
    assert ran.ok, ran
    state: Json = ran.told["read"]
    return state


def applied(provider: Program, state: Json, words: Sequence[str] = WEB, **variables: Any) -> Json:
    """Return the state after another apply, which must succeed."""
    ran = provider("apply", json.dumps(state), *words, **variables)
    assert ran.ok, ran
    changed: Json = ran.told["read"]
    return changed


def planned(provider: Program, state: Json, words: Sequence[str] = WEB) -> Ran:
    """Return what a plan would change."""
    return provider("differences", json.dumps(state), *words)

"""The page as a browser without scripts sees it."""

import html
import re

from tests.support.harness import Emulator

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def page(emulator: Emulator, path: str = "/", status: int = 200) -> str:
    answer = emulator.http.get(path, headers=BROWSER)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def said(emulator: Emulator, path: str = "/") -> str:
    """Return the text of the page, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page(emulator, path))).split())


def vm_page(vm: int = 12345) -> str:
    return f"/_emulator/ui/accounts/demo/vms/{vm}"

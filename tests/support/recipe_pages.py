"""The pages in docs/how-to/recipes and the files in them, for tests."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "how-to" / "recipes"
PAGES = sorted(file.name for file in FOLDER.glob("*.md"))
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"\A(?:#!.*\n)?(?:#|//|<!--) (\S+)(?: -->)?\n")


def text_of(page: str) -> str:
    return (FOLDER / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [text for its, text in _BLOCK.findall(text_of(page)) if its == language]


def files_in(page: str) -> dict[str, str]:
    """Return the files of a page: its fenced blocks that begin with a comment with a name."""
    named = ((_NAME.match(text), text) for _, text in _BLOCK.findall(text_of(page)))
    return {name[1]: text for name, text in named if name}


def write_files(page: str, folder: Path) -> None:
    for name, text in files_in(page).items():
        (folder / name).write_text(text, encoding="utf-8")

"""The sentences of a page in Markdown, and of texts in code, with the lines where they begin."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"#+ ")
_ITEM = re.compile(r"\A\s*(?:[-*]|\d+\.) +")
_RULE = re.compile(r"\s*\|?[-:| ]+\|?\s*")
_CODE = re.compile(r"(`+).*?\1", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_BREAK = re.compile(r"<br ?/?>")
_TAG = re.compile(r"<[^>]+>")
_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)[.!?][\"')*_]*\s+(?=[\"'(*_\[]*[A-Z0-9`“])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the line where its paragraph, item or cell begins. `heading` says whether it is one."""

    line: int
    text: str
    heading: bool = False

    @property
    def words(self) -> int:
        """The number of words. Code between backticks is one word, and so is an address."""
        return sum(any(character.isalnum() for character in word) for word in self.text.split())


def sentences_of_page(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a page: its headings, paragraphs, items and cells. Code is left out."""
    for line, block in _blocks(text.splitlines()):
        if _HEADING.match(block):
            yield Sentence(line, _plain(_HEADING.sub("", block)), heading=True)
        elif block.lstrip().startswith("|"):
            for cell in _cells(block):
                yield from _sentences(line, cell)
        else:
            yield from _sentences(line, _ITEM.sub("", block, count=1))


def _blocks(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield each heading, row, item and paragraph with the number of its first line."""
    begun, parts = 0, list[str]()
    for number, line in _without_code(lines):
        alone = line.lstrip().startswith("|") or _HEADING.match(line) is not None
        if (alone or not line.strip() or _ITEM.match(line)) and parts:
            yield begun, " ".join(parts)
            parts.clear()
        if alone:
            yield number, line
        elif line.strip():
            begun = begun if parts else number
            parts.append(line.strip())
    if parts:
        yield begun, " ".join(parts)


def _without_code(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield numbered lines. Fenced and indented code, rules of tables and comments become empty."""
    fenced, indented, last = False, False, ""
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line) is not None
        indented = line.startswith("    ") and (indented or not last.strip()) and not _ITEM.match(line)
        hidden = fence or fenced or indented or line.startswith(("<!--", "!!!")) or _RULE.fullmatch(line)
        yield number, "" if hidden else line
        fenced = fenced != fence
        last = "" if indented else line


def _cells(row: str) -> list[str]:
    """Return the cells of a row. A bar within code does not end one."""
    bars_hidden = _CODE.sub(lambda code: code[0].replace("|", "¦"), row.replace("\\|", "¦"))
    return [cell.strip() for cell in bars_hidden.strip().strip("|").split("|")]


def _sentences(line: int, block: str) -> Iterator[Sentence]:
    for part in _BREAK.split(block):
        for sentence in _END.split(_plain(part) + " "):
            if sentence.strip():
                yield Sentence(line, sentence.strip())


def _plain(text: str) -> str:
    """Return the words of the text: links without their addresses, code as one word."""
    return _TAG.sub("", _CODE.sub("`code`", _LINK.sub(r"\1", text))).strip()


def texts_of_code(source: str) -> Iterator[Sentence]:
    """Yield the sentences of the strings in a Python file: messages and descriptions.

    Docstrings and comments of database columns are left out. A value put into a string is the word x.
    """
    tree = ast.parse(source)
    hidden = set(_hidden(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in hidden:
            text = _text_of(node)
            if " " in text:
                yield from _sentences(node.lineno, text)


def _hidden(tree: ast.Module) -> Iterator[int]:
    """Yield the ids of docstrings, comments of columns, and parts of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) or (isinstance(node, ast.keyword) and node.arg == "comment"):
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from map(id, node.values)


def _text_of(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return node.value if isinstance(node.value, str) else ""

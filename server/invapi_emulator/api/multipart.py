"""Reading a multipart/form-data body: complete fields only, and no files."""

from dataclasses import dataclass, field
from email.message import Message

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from invapi_emulator.errors import MalformedBody


@dataclass
class _Parts:
    """The parts that the parser's callbacks collect. `ended` is true once the closing boundary was seen."""

    found: list[tuple[bytes, bytes]] = field(default_factory=list)
    headers: dict[bytes, bytes] = field(default_factory=dict)
    header: bytearray = field(default_factory=bytearray)
    header_value: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    ended: bool = False

    def on_part_begin(self) -> None:
        self.headers = {}
        self.value = bytearray()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.header_value += data[start:end]

    def on_header_end(self) -> None:
        self.headers[bytes(self.header).lower()] = bytes(self.header_value)
        self.header, self.header_value = bytearray(), bytearray()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def on_part_end(self) -> None:
        self.found.append((_name(self.headers), bytes(self.value)))

    def on_end(self) -> None:
        self.ended = True


def parts_of(body: bytes, boundary: str) -> list[tuple[bytes, bytes]]:
    """Return name and value of each part.

    Raise MalformedBody for a body that is cut or not multipart, a part without a name, and a file.
    """
    parts = _Parts()
    callbacks = {name: getattr(parts, name) for name in dir(parts) if name.startswith("on_")}
    try:
        parser = MultipartParser(boundary.encode("latin-1"), callbacks)  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as problem:
        raise MalformedBody(f"the multipart body cannot be read: {problem}") from None
    if not parts.ended:
        raise MalformedBody(f"the multipart body is cut: its closing boundary --{boundary[:70]}-- is missing")
    return parts.found


def _name(headers: dict[bytes, bytes]) -> bytes:
    disposition = Message()
    disposition["content-disposition"] = headers.get(b"content-disposition", b"").decode("latin-1")
    name = disposition.get_param("name", header="content-disposition")
    if not isinstance(name, str) or not name:
        raise MalformedBody("the multipart body has a part without a name")
    if disposition.get_filename() is not None:
        raise MalformedBody(f"the field {name[:100]!r} is a file; the API takes none")
    return name.encode("latin-1")

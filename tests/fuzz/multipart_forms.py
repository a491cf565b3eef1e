"""Random multipart bodies: complete ones, and broken in every conceivable way."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.fuzz.forms import text_pairs

BOUNDARY = b"XX"


def part(name: bytes, value: bytes, headers: bytes = b"", boundary: bytes = BOUNDARY) -> bytes:
    disposition = b'Content-Disposition: form-data; name="' + name + b'"\r\n'
    return b"--" + boundary + b"\r\n" + disposition + headers + b"\r\n" + value + b"\r\n"


def multipart(pairs: list[tuple[str, str]]) -> bytes:
    return (
        b"".join(part(name.encode(), value.encode()) for name, value in pairs) + b"--" + BOUNDARY + b"--\r\n"
    )


BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda body: body,
    "no end": lambda body: body.removesuffix(b"--\r\n"),
    "no closing line": lambda body: body.removesuffix(b"\r\n"),
    "cut": lambda body: body[: len(body) // 2],
    "bare newlines": lambda body: body.replace(b"\r\n", b"\n"),
    "other boundary": lambda body: body.replace(b"--XX", b"--YY"),
    "one other boundary": lambda body: body.replace(b"--XX", b"--YY", 1),
    "boundary in a value": lambda body: body.replace(b"\r\n--XX--", b"\r\n--XXX\r\n--XX--"),
    "preamble": lambda body: b"hello\r\n" + body,
    "epilogue": lambda body: body + b"and more",
    "doubled end": lambda body: body + body,
    "a file": lambda body: part(b'f"; filename="a.txt', b"text") + body,
    "no name": lambda body: b"--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + body,
    "no headers": lambda body: b"--XX\r\n\r\nx\r\n" + body,
    "header without colon": lambda body: b"--XX\r\nodd\r\n\r\nx\r\n" + body,
    "star name": lambda body: b"--XX\r\nContent-Disposition: form-data; name*=utf-8''%e9\r\n\r\nx\r\n" + body,
    "base64": lambda body: part(b"x", b"YQ==", b"Content-Transfer-Encoding: base64\r\n") + body,
    "other charset": lambda body: (
        part(b"x", b"\xff\xfea", b"Content-Type: text/plain; charset=utf-16\r\n") + body
    ),
    "nested": lambda body: part(b"x", b"", b"Content-Type: multipart/mixed; boundary=XX\r\n") + body,
    "long header": lambda body: part(b"x" * 5_000, b"1", b"X-Long: " + b"y" * 20_000 + b"\r\n") + body,
    "nul in a name": lambda body: part(b"a\x00b", b"1") + body,
    "no utf-8": lambda body: part(b"\xff", b"\xff") + body,
    "quotes in a name": lambda body: part(b'a\\"b', b"1") + part(b"c\\d", b"1") + body,
    "many": lambda body: part(b"x[]", b"1") * 1_001 + body,
    "empty": lambda _: b"",
    "only the end": lambda _: b"--XX--\r\n",
}

TYPES = [b"multipart/form-data; boundary=XX"] * 10 + [
    b'multipart/form-data; boundary="XX"', b"multipart/form-data", b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=\xff", b"multipart/form-data; boundary=" + b"X" * 300, b"multipart/mixed; boundary=XX",
    b"MULTIPART/FORM-DATA; BOUNDARY=XX", b"multipart/form-data; boundary=XX; boundary=YY", b"multipart/form-data;boundary=X X",
    b"multipart/form-data; boundary*=utf-8''XX", b"multipart/form-data; boundary*0=X; boundary*1=X",
    b"multipart/form-data; boundary*=nope''%58%58", b"multipart/form-data; boundary=\xc3\xa9",
]  # fmt: skip


@st.composite
def multipart_bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Draw a Content-Type and a body."""
    whole = multipart(draw(text_pairs()))
    return draw(st.sampled_from(TYPES)), BREAKS[draw(st.sampled_from(sorted(BREAKS)))](whole)

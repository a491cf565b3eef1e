"""Random whole requests: where a form goes, how it is declared, and how it is sent."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz.forms import ENCODINGS, GOOD, bodies, huge_bodies, path_of, separators, text_pairs, urlencoded
from tests.fuzz.multipart_forms import multipart_bodies
from tests.fuzz.raw_http import FRAMINGS, Sent

TYPES = [b"application/x-www-form-urlencoded"] * 8 + [
    b"", b"application/json", b"text/plain", b"application/x-www-form-urlencoded; charset=utf-16", b"APPLICATION/X-WWW-FORM-URLENCODED",
    b"application/x-www-form-urlencoded, multipart/form-data", b"nonsense", b"/", b";", b"a/b/c", b"\xff/\xfe", b'text/plain; x="',
    b"application/x-www-form-urlencoded;" + b" x=y;" * 200, b"application/x-www-form-urlencoded\tx",
    b"application/x-www-form-urlencoded; charset*=nope''%ff",
]  # fmt: skip
PATHS = [b"/vm.php"] * 5 + [b"/eq.php", b"/auth.php", b"/eq_callback.php", b"/tags.php", b"/ssh_keys.php", b"/api_keys.php", b"/whmcs.php"] * 2 + [
    b"/presets.php", b"/os.php", b"/software.php", b"/traffic_plans.php", b"/stocks.php",
    b"/vm", b"/vm.php/", b"//vm.php", b"/vm.php.php", b"/VM.PHP", b"/vm%2ephp", b"/vm%00.php", b"/%ff.php", b"/../vm.php", b"/no.php",
    b"/" + b"x" * 3_000, b"http://127.0.0.1/vm.php", b"/vm.php;x=1", b"*", b"/eq_callback.php#x",
    b"http://[::1/vm.php", b"http://a:99999/vm.php", b"a:1",
]  # fmt: skip
METHODS = (
    [b"POST"] * 8
    + [b"GET"] * 4
    + [b"PUT", b"DELETE", b"PATCH", b"HEAD", b"OPTIONS", b"TRACE", b"PROPFIND", b"post", b"BREW", b"CONNECT"]
)
HEADERS: list[tuple[bytes, bytes]] = [
    (b"Content-Encoding", b"gzip"), (b"Accept", b"text/html"), (b"Accept-Charset", b"utf-16"), (b"Connection", b"close"),
    (b"Connection", b"upgrade"), (b"Upgrade", b"websocket"), (b"Upgrade", b"h2c"), (b"Expect", b"100-continue"), (b"Expect", b"more"),
    (b"Origin", b"http://evil.example"), (b"Host", b"evil.example"), (b"Cookie", b"a=\xff; =;;"), (b"X-Forwarded-For", b"1.2.3.4, \xff"),
    (b"User-Agent", b"\x80\xff" * 100), (b"User-Agent", b""), (b"X-Odd", b"y" * 6_000), (b"Range", b"bytes=0-1"), (b"TE", b"trailers"),
    (b"Access-Control-Request-Headers", b"x-odd, \xff"), (b"If-None-Match", b"*"), (b"Authorization", b"Bearer x"), (b"Trailer", b"x"),
    (b"bad name", b"1"), (b"X-Nul", b"a\x00b"), (b"X-Fold", b"a\r\n b"), (b"", b"no name"), (b"X-Tab", b"\ta\t"),
]  # fmt: skip
UPGRADES: list[tuple[tuple[bytes, bytes], ...]] = [
    (
        (b"Connection", b"Upgrade, HTTP2-Settings"),
        (b"Upgrade", b"h2c"),
        (b"HTTP2-Settings", b"AAEAAEAAAAIAAAAA"),
    ),
    ((b"Connection", b"keep-alive, upgrade"), (b"Upgrade", b"websocket"), (b"Sec-WebSocket-Version", b"13")),
    ((b"upgrade", b"\xff"), (b"connection", b"upgrade"), (b"Connection", b"close")),
]
"""What Java's and curl's HTTP/2 clients ask first, and siblings. The server reads on as if it were not there."""

VERSIONS = [b"HTTP/1.1"] * 12 + [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.9", b"", b"NONE"]
TELLS_ITS_END = ("length", "chunked", "chunked, extended", "chunked, byte by byte")
"""Framings that show a server that the last byte is missing."""


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    media_type, body = draw(
        st.one_of(
            st.tuples(st.sampled_from(TYPES), bodies),
            st.tuples(st.sampled_from(TYPES), bodies),
            multipart_bodies(),
        )
    )
    query = draw(st.one_of(st.just(b""), st.just(b""), queries()))
    headers = draw(st.lists(st.sampled_from(HEADERS), max_size=2)) if draw(st.booleans()) else []
    headers += draw(st.sampled_from([(), (), (), *UPGRADES]))
    framing = draw(st.sampled_from(("length",) * 10 + ("length, and more",) * 3 + FRAMINGS))
    return Sent(
        method=draw(st.sampled_from(METHODS)),
        target=draw(st.sampled_from(PATHS)) + (b"?" + query if query else b""),
        headers=((b"Content-Type", media_type), *headers) if media_type else tuple(headers),
        body=body,
        framing=framing,
        version=draw(st.sampled_from(VERSIONS)),
        cut=draw(st.sampled_from([0] * 20 + [1, 5, 30])) if framing in TELLS_ITS_END else 0,
        segments=draw(st.sampled_from([1, 1, 1, 2, 3, 9])),
    )


@st.composite
def one_thing_odd(draw: st.DrawFn) -> Sent:
    """Draw a request that is good, or has a single oddity, which alone decides the answer."""
    pairs = draw(st.sampled_from(GOOD))
    target, body = path_of(pairs), urlencoded(pairs, "well", b"&")
    whole = Sent(target=target, headers=((b"Content-Type", TYPES[0]),), body=body)
    drawn = st.sampled_from
    changes: dict[str, SearchStrategy[Any]] = {
        "body": st.builds(urlencoded, st.just(pairs), drawn(sorted(ENCODINGS)), separators),
        "method": drawn(METHODS),
        "target": drawn(PATHS) | st.builds(b"?".join, st.tuples(st.just(target), queries())),
        "headers": st.builds(lambda odd: (*whole.headers, odd), drawn(HEADERS))
        | st.builds(lambda upgrade: (*whole.headers, *upgrade), drawn(UPGRADES))
        | st.builds(lambda media_type: ((b"Content-Type", media_type),), drawn(TYPES)),
        "framing": drawn(FRAMINGS),
        "version": drawn(VERSIONS),
        "cut": st.integers(0, len(body)),
        "segments": st.integers(2, 9),
    }
    part = draw(drawn([*changes, "framing"]))
    return replace(whole, **{part: draw(changes[part])})


@st.composite
def queries(draw: st.DrawFn) -> bytes:
    """Draw a query that is valid in a request line: without spaces and line ends."""
    raw = urlencoded(
        draw(text_pairs()), draw(st.sampled_from(["well", "well", "twice", "not", "broken", "latin-1"])), b"&"
    )
    return bytes(byte for byte in raw if byte > 32)


huge_requests = st.builds(
    Sent,
    body=huge_bodies(),
    headers=st.just(((b"Content-Type", b"application/x-www-form-urlencoded"),)),
    framing=st.sampled_from(["length", "length", "chunked"]),
)

"""Every request gets an answer of the contract. None hangs, or has an effect although refused."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz.forms import GOOD, odd_pairs, path_of
from tests.fuzz.multipart_forms import multipart
from tests.fuzz.raw_http import Sent
from tests.fuzz.requests_by_chance import UPGRADES, huge_requests, one_thing_odd, requests
from tests.fuzz.sizes import SEED, SIZES, settle_account
from tests.fuzz.untouched import Untouched
from tests.support.processes import CHECKED, served

T = TypeVar("T")
EXAMPLES = {
    "quick": {"requests": 1_100, "huge": 60, "ways": 120},
    "soak": {"requests": 13_200, "huge": 300, "ways": 1_450},
}
KEY = re.compile(r"\b[a-z0-9]{32}\b")
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
PARTS = (b"Content-Type", b"multipart/form-data; boundary=XX")


@contextmanager
def untouched(file: Path) -> Iterator[Untouched]:
    """Serve from a file, and check at the end that the server logged no error."""
    with served("--db", str(file), "--clock", "frozen", "--log-level", "error", variables=CHECKED) as server:
        with closing(Untouched(server.url)) as world:
            yield world
        status, stdout, stderr = server.stop(signal.SIGTERM)
    assert (status, stdout, stderr) == (0, "", "")


def try_all(strategy: SearchStrategy[T], examples: int, work: Callable[[T], object]) -> None:
    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(sent=strategy)
    def each(sent: T) -> None:
        work(sent)

    each()


@st.composite
def pairs_that_any_form_can_say(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw fields whose names need no escapes in a multipart header."""
    pairs = [*draw(st.sampled_from(GOOD)), *draw(odd_pairs)]
    return [
        (name, value) for name, value in pairs if name.isprintable() and name and not set(name) & set('"\\')
    ]


def ways_to_send(pairs: list[tuple[str, str]]) -> list[Sent]:
    form, target = urlencode(pairs).encode(), path_of(pairs)
    return [
        Sent(target=target, headers=(FORM,), body=form),
        Sent(target=target, headers=(FORM,), body=form, framing="chunked, extended"),
        Sent(target=target, headers=(FORM, *UPGRADES[0]), body=form, segments=3),
        Sent(target=target, headers=(FORM, *UPGRADES[1]), body=form, framing="chunked", segments=2),
        Sent(target=target, headers=(PARTS,), body=multipart(pairs)),
        Sent(b"GET", target + b"?" + form, framing="none"),
    ]


@SIZES
def test_no_request_breaks_the_contract(
    size: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    since = time.monotonic()
    examples = EXAMPLES[size]
    with untouched(tmp_path / "worlds.db") as world:
        try_all(one_thing_odd() | requests(), examples["requests"], world.send)
        try_all(huge_requests, examples["huge"], world.send)
        accepted_before = world.accepted
        try_all(
            pairs_that_any_form_can_say().map(ways_to_send),
            examples["ways"],
            lambda sent: same_in_all_ways(world, sent),
        )
    assert accepted_before > examples["requests"] // 20
    settle_account(record_property, "forms", size, world.calls, since)


def same_in_all_ways(world: Untouched, ways: list[Sent]) -> None:
    """Assert that a form means the same in a body, in chunks, in parts and in a query."""
    answers = {KEY.sub("key", str(world.send(sent))) for sent in ways}
    assert len(answers) == 1, answers

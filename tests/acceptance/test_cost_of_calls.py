"""The worst calls of modules: what they cost in memory, and how long the server is silent.

The bounds are generous, as the machine may be busy.
"""

from collections.abc import Iterator

import pytest

from tests.acceptance.costs import FORM, MIB, longest_silence, peak, sent
from tests.support.harness import TOKEN
from tests.support.processes import Served, served

pytestmark = pytest.mark.acceptance

SILENCE_SECONDS = 3
SIZE = 1_000_000
MEMORY = 40 * SIZE + 16 * MIB
MOST_FIELDS = 990

WORDS = "+".join(f"{number:032x}" for number in range(SIZE // 33 - 50))
SECRETS = "&".join(f"{number}password={'a' * 500}{number}" for number in range(MOST_FIELDS))
WORST = {
    "words like tokens": f"q={WORDS}",
    "names like tokens": "&".join(f"{number:0960x}=1" for number in range(MOST_FIELDS)),
    "names of many words": "&".join(f"{number}{'A+' * 500}=1" for number in range(MOST_FIELDS)),
    "digits": f"q={'0123456789abcde' * (SIZE // 15 - 60)}{TOKEN}",
    "secrets": f"{SECRETS}&q={'a' * (SIZE - len(SECRETS) - 200)}",
    "maps": "password=secretword&"
    + "&".join(f"m{number}" + "[k]" * 20 + "=1" for number in range(MOST_FIELDS)),
    "escapes": f"q={'%25' * (SIZE // 3 - 60)}",
    "a secret of control characters": "api_key=" + "\x01" * (SIZE - 200),
    "a secret of quotes": "api_key=" + "'\"/+" * (SIZE // 4 - 50),
    "a long name": f"{'n' * (SIZE - 200)}=1",
}
CALLS = {
    "with a token": ("/vm.php", f"action=get_engine&token={TOKEN}&id=12345"),
    "with a wrong token": ("/eq.php", "action=list&token=bad"),
    "public": ("/presets.php", "action=list"),
    "of a module that does not exist": ("/none.php", "action=list"),
    "a check of no key": ("/eq_callback.php", "action=check&key=none"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served("--clock", "frozen") as server:
        for path, fields in CALLS.values():
            sent(server, "POST", path, fields.encode(), FORM)
        yield server


@pytest.mark.parametrize("kind", WORST)
def test_the_worst_fields_of_a_call_cost_little(server: Served, kind: str) -> None:
    for which, (path, fields) in CALLS.items():
        peak(server.process.pid)
        before = peak(server.process.pid)
        with longest_silence(server) as took:
            status = sent(server, "POST", path, f"{fields}&{WORST[kind]}".encode(), FORM)
        cost = peak(server.process.pid) - before
        about = f"{which}: {status}, {cost // MIB} MiB, silent for {max(took):.2f} s"
        assert status < 500, about
        assert cost <= MEMORY, about
        assert max(took) < SILENCE_SECONDS, about


@pytest.mark.parametrize("kind", WORST)
def test_an_answer_that_repeats_them_costs_little_too(server: Served, kind: str) -> None:
    with server.emulator() as emulator:
        body = f"action=status&token={TOKEN}&id=12345&{WORST[kind]}".encode()
        key = emulator.http.post("/eq.php", content=body, headers=FORM).json()["callback"]
        emulator.advance(until="idle")
        with longest_silence(server) as took:
            checked = emulator.http.post("/eq_callback.php", data={"action": "check", "key": key})
            assert checked.status_code == 200
            assert sent(server, "GET", "/_emulator/ui/accounts/demo/vms/12345") == 200
        assert max(took) < SILENCE_SECONDS


def test_what_was_sent_is_not_kept_in_memory(server: Served) -> None:
    before = peak(server.process.pid)
    for number in range(150):
        for field in (f"{number}{'n' * (SIZE - 200)}=1", f"location={number}{'n' * (SIZE - 200)}"):
            assert sent(server, "POST", "/presets.php", f"action=list&{field}".encode(), FORM) == 200
    peak(server.process.pid)
    assert peak(server.process.pid) - before <= MEMORY

"""A callback is sent to the address that was checked, once, and little of its answer is read."""

import ssl
from collections.abc import Callable, Collection, Sequence
from http.client import HTTPConnection
from socket import SHUT_WR, gaierror, socket, socketpair

import pytest

from invapi_emulator.domain.instants import SECOND
from invapi_emulator.engine.callbacks import sending
from invapi_emulator.engine.callbacks.answers import status_of_answer
from invapi_emulator.engine.callbacks.sending import TRY_SECONDS, Sender
from invapi_emulator.process.real_sockets import addresses_of
from invapi_emulator.server.tls.authority import Authority, authority
from invapi_emulator.storage.callbacks import Callback, Outcome
from invapi_emulator.whole_answers import TimeLimit
from tests.support.fake_clock import FakeClock
from tests.support.receiver import OK, receiving


def callback(url: str) -> Callback:
    return Callback(1, 1, 12345, 7, url, "deploy_done", 1)


class Names:
    """A resolver with answers of its own, in turn. The last one is repeated."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


Send = Callable[..., Outcome]


@pytest.fixture
def send(time: FakeClock) -> Send:
    def sent(
        url: str,
        *,
        named: Collection[str] = (),
        own_ports: Collection[int] = (),
        names: sending.Resolve = addresses_of,
        tls: ssl.SSLContext | None = None,
    ) -> Outcome:
        contexts = {} if tls is None else {"tls": lambda: tls}
        sender = Sender(named, lambda: own_ports, lambda: time.now / SECOND, resolve=names, **contexts)
        return sender.send(callback(url))

    return sent


def test_it_is_a_form_that_names_server_invoice_and_status(send: Send) -> None:
    with receiving() as receiver:
        assert send(receiver.url("/done?key=1", host="me:p%40ss@127.0.0.1")) == Outcome(200)
        received = receiver.next()
    assert received.line == "POST /done?key=1 HTTP/1.1"
    assert received.form == {"id": "12345", "invoice": "7", "status": "deploy_done"}
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["authorization"] == "Basic bWU6cEBzcw=="
    assert received.headers["user-agent"].startswith("invapi-emulator/")


@pytest.mark.parametrize("status", [201, 204, 299])
def test_every_status_of_success_is_one(send: Send, status: int) -> None:
    with receiving(b"HTTP/1.1 %d Fine\r\n\r\n" % status) as receiver:
        assert send(receiver.url()) == Outcome(status)


@pytest.mark.parametrize("announced", [100, 102, 103, 199])
def test_what_is_announced_before_the_answer_is_passed_over(send: Send, announced: int) -> None:
    first = b"HTTP/1.1 %d Soon\r\nLink: </style.css>\r\n\r\n" % announced
    with receiving(first * 3 + b"HTTP/1.1 204 Fine\r\n\r\n") as receiver:
        assert send(receiver.url()) == Outcome(204)
    with receiving(first) as receiver:
        assert send(receiver.url()).status is None


@pytest.mark.parametrize("status", [101, 400, 404, 500, 503])
def test_any_other_status_is_a_failure(send: Send, status: int) -> None:
    with receiving(b"HTTP/1.1 %d Not fine\r\n\r\n" % status) as receiver:
        assert send(receiver.url()) == Outcome(status, f"answered {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(send: Send, status: int) -> None:
    with receiving() as beyond:
        head = f"HTTP/1.1 {status} There\r\nLocation: {beyond.url()}\r\nContent-Length: 0\r\n\r\n"
        with receiving(head.encode()) as receiver:
            outcome = send(receiver.url())
    assert outcome == Outcome(status, f"answered {status}; redirects are not followed")
    assert (receiver.connections, beyond.connections) == (1, 0)


def test_proxies_of_the_environment_are_ignored(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        monkeypatch.delenv("no_proxy", raising=False)
        assert send(receiver.url()) == Outcome(200)
    assert (receiver.connections, proxy.connections) == (1, 0)


def test_the_name_is_resolved_once_and_the_connection_goes_to_the_checked_address(send: Send) -> None:
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    with receiving() as receiver:
        assert send(receiver.url(host="rebinding.test"), names=names) == Outcome(200)
        assert receiver.next().headers["host"] == f"rebinding.test:{receiver.port}"
    assert names.asked == [("rebinding.test", receiver.port)]


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["169.254.169.254"], ["::ffff:192.168.0.1"], ["127.0.0.1", "10.0.0.1"], ["0.0.0.0"]],
)
def test_a_host_with_an_address_elsewhere_is_not_connected_to(send: Send, addresses: list[str]) -> None:
    with receiving() as receiver:
        outcome = send(receiver.url(host="inner.test"), names=Names(addresses))
    assert (
        outcome.error
        == f"{addresses[-1].removeprefix('::ffff:')} is not an address of this machine, and --callbacks-to does not name it"
    )
    assert receiver.connections == 0


def test_a_host_that_is_named_may_have_any_address(send: Send) -> None:
    with receiving() as receiver:
        url = receiver.url(host="inner.test")
        assert send(url, names=Names(["0.0.0.0"]), named=("inner.test",)) == Outcome(200)


def test_the_emulators_own_ports_are_not_called_at_any_address(send: Send) -> None:
    with receiving() as receiver:
        for host in ("127.0.0.1", "localhost", "[::1]", "inner.test"):
            outcome = send(receiver.url(host=host), own_ports={receiver.port}, named=("inner.test",))
            assert outcome.error == f"port {receiver.port} is one of the emulator's own"
    assert receiver.connections == 0


def test_where_one_address_takes_no_connection_the_next_is_tried(send: Send) -> None:
    with receiving() as receiver:
        assert send(receiver.url(host="both.test"), names=Names(["::1", "127.0.0.1"])) == Outcome(200)


def test_where_nobody_listens_the_connection_fails(send: Send) -> None:
    with receiving() as receiver:
        url = receiver.url()
    assert send(url).error == "the connection failed: Connection refused"


def test_a_host_without_an_address_fails(send: Send) -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise gaierror(-2, "Name or service not known")

    error = send("http://nowhere.invalid/", names=unknown).error
    assert error == "the connection failed: Name or service not known"


def test_an_answer_that_comes_byte_by_byte_is_cut_when_the_time_is_over(send: Send, time: FakeClock) -> None:
    sent = []

    def drip(connection: socket) -> None:
        for byte in OK * 100:
            time.go_on(1)
            connection.sendall(bytes([byte]))
            sent.append(byte)

    with receiving(drip) as receiver:
        assert send(receiver.url()).error == f"no answer within {TRY_SECONDS:g} seconds"
    assert len(sent) < len(OK * 100)


def test_a_receiver_that_says_nothing_is_given_up(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TRY_SECONDS", 0.05)
    with receiving(lambda connection: connection.recv(1)) as receiver:
        assert send(receiver.url()).error == "no answer within 5 seconds"


def test_no_time_is_left_to_connect_if_the_name_takes_it_all(send: Send, time: FakeClock) -> None:
    def slowly(_host: str, _port: int) -> Sequence[str]:
        time.go_on(TRY_SECONDS)
        return ["127.0.0.1"]

    with receiving() as receiver:
        assert send(receiver.url(), names=slowly).error == "no answer within 5 seconds"
    assert receiver.connections == 0


def test_of_an_answer_four_kibibytes_are_read(time: FakeClock) -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000
    connection = HTTPConnection("hooks.test")
    ours, theirs = socketpair()
    with ours, theirs:
        connection.sock = ours.dup()
        connection.request("POST", "/")
        theirs.sendall(answer)
        assert status_of_answer(connection, TimeLimit(TRY_SECONDS, lambda: time.now / SECOND)) == 200
        theirs.shutdown(SHUT_WR)
        with ours.makefile("rb") as unread:
            assert len(unread.read()) == len(answer) - 4_096


def test_an_answer_without_end_is_cut(send: Send) -> None:
    def pour(connection: socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 1_000_000)

    with receiving(pour) as receiver:
        assert send(receiver.url()) == Outcome(200)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000,
        b"z" * 10_000,
    ],
)
def test_what_is_not_http_is_a_failure(send: Send, answer: bytes) -> None:
    with receiving(answer) as receiver:
        error = send(receiver.url()).error
    assert error in {
        "what was answered is not HTTP, or has too many headers",
        "the connection was closed without an answer",
    }


def test_the_status_counts_even_if_the_headers_are_too_long_to_be_read(send: Send) -> None:
    with receiving(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000) as receiver:
        assert send(receiver.url()) == Outcome(200)


def test_a_receiver_that_hangs_up_is_told_of(send: Send) -> None:
    with receiving(b"") as receiver:
        assert send(receiver.url()).error == "the connection was closed without an answer"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(str(tmp_path_factory.mktemp("ca")), ("hooks.test",), FakeClock().now)


@pytest.fixture(scope="module")
def both_ends(ca: Authority) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS contexts of a receiver and of a sender that trusts its CA."""
    return ca.server_context(("hooks.test",), FakeClock().now), ssl.create_default_context(
        cafile=str(ca.file)
    )


def test_https_asks_for_the_name_and_trusts_the_right_certificate(
    send: Send, both_ends: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    theirs, ours = both_ends
    asked: list[str | None] = []
    theirs.sni_callback = lambda _socket, name, _context: asked.append(name)
    with receiving(tls=theirs) as receiver:
        url = receiver.url(host="hooks.test", scheme="https")
        assert send(url, names=Names(["127.0.0.1"]), tls=ours) == Outcome(200)
        assert receiver.next().form["invoice"] == "7"
    assert asked == ["hooks.test"]


def test_https_trusts_the_authorities_that_ssl_cert_file_names(
    send: Send,
    both_ends: tuple[ssl.SSLContext, ssl.SSLContext],
    ca: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca.file))
    with receiving(tls=both_ends[0]) as receiver:
        url = receiver.url(host="hooks.test", scheme="https")
        outcome = send(url, names=Names(["127.0.0.1"]), tls=ssl.create_default_context())
    assert outcome == Outcome(200)


def test_https_refuses_a_certificate_of_another_name_or_of_an_unknown_authority(
    send: Send, both_ends: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    theirs, ours = both_ends
    with receiving(tls=theirs) as receiver:
        other = receiver.url(host="other.test", scheme="https")
        error = send(other, names=Names(["127.0.0.1"]), tls=ours).error
        assert error is not None
        assert error.startswith("the certificate is not trusted: Hostname mismatch")
        untrusted = send(receiver.url(scheme="https"), tls=ssl.create_default_context()).error
    assert untrusted is not None
    assert untrusted.startswith("the certificate is not trusted: ")
    assert receiver.received.empty()

"""Random forms: good, nearly good, and such as no browser would send."""

from collections.abc import Callable
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.support.harness import TOKEN

GOOD: list[list[tuple[str, str]]] = [
    [("action", "create_snapshot"), ("token", TOKEN), ("id", "12345"), ("name", "a")],
    [("action", "get_snapshot"), ("token", TOKEN), ("id", "12346")],
    [("action", "restore_snapshot"), ("token", TOKEN), ("id", "12346"), ("name", "tuesday")],
    [("action", "load_stats"), ("token", TOKEN), ("id", "12347"), ("list[a][]", "x"), ("list[3]", "y")],
    [("action", "update_restore_settings"), ("token", TOKEN), ("id", "12345"), ("enable_rotation", "1"),
     ("exclude_rotation[]", "a"), ("exclude_rotation[]", "b")],
    [("action", "off"), ("token", TOKEN), ("id", "12345")],
    [("action", "show"), ("token", TOKEN), ("id", "12345")],
    [("action", "list"), ("token", TOKEN)],
    [("action", "reinstall"), ("token", TOKEN), ("id", "12345")],
    [("action", "login"), ("key", "demo-api-key"), ("ttl", "60"), ("fix_ip", "1")],
    [("action", "whmcslogin"), ("user", "demo@example.com"), ("password", "demo-password")],
    [("action", "logout"), ("token", TOKEN)],
    [("action", "check"), ("key", "k" * 32)],
    [("action", "info"), ("currencies", "EUR,USD")],
    [("action", "search"), ("name", "bm.v2-promo"), ("scope", "all"), ("location", "NL")],
    [("action", "rename_server"), ("token", TOKEN), ("id", "12345"), ("hostname", "web-9")],
    [("action", "add"), ("token", TOKEN), ("id", "12345"), ("tag", "a"), ("value", "b"), ("extra", "c"), ("internal", "1")],
    [("action", "remove"), ("token", TOKEN), ("id_list", "12345,12346"), ("tag", "role")],
    [("action", "add"), ("token", TOKEN), ("params[name]", "a"), ("params[key]", "ssh-rsa AAAA me"), ("params[default]", "1")],
    [("action", "edit"), ("token", TOKEN), ("params[id]", "3"), ("params[ip]", "10.0.0.0/8"), ("params[active]", "0")],
    [("action", "list_for_server"), ("token", TOKEN), ("params[server_id]", "12345")],
    [("action", "get_client"), ("token", TOKEN)],
    [("action", "getcredits"), ("token", TOKEN)],
    [("action", "get_invoices"), ("token", TOKEN), ("limitstart", "1"), ("limitnum", "1")],
    [("action", "get_invoice"), ("token", TOKEN), ("invoice_id", "7001")],
    [("action", "get_product_invoice"), ("token", TOKEN), ("product", "12345"), ("location", "whmcs_com")],
    [("action", "get_billing_data"), ("token", TOKEN), ("id", "12345")],
    [("action", "apply_credit"), ("token", TOKEN), ("invoice_id", "7002"), ("amount", "4.00")],
    [("action", "create_addfunds"), ("token", TOKEN), ("amount", "49.5")],
    [("action", "order_instance"), ("token", TOKEN), ("preset", "vm.pico"), ("location_name", "NL"), ("os_id", "187"),
     ("root_pass", "Secret-word1"), ("hostname", "web-9.example.com"), ("traffic_plan", "25"), ("deploy_period", "monthly")],
    [("action", "order_instance"), ("token", TOKEN), ("id", "12345"), ("os_name", "Debian 12"), ("soft_id", "20")],
    [("action", "reinstall"), ("token", TOKEN), ("id", "12345"), ("os_id", "237"), ("post_install_script", "#!/bin/sh")],
    [("action", "request_cancellation"), ("token", TOKEN), ("id", "12345"), ("cancellation_reason", "moved"),
     ("cancellation_type", "0")],
    [("action", "delete_cancellation_request"), ("token", TOKEN), ("id", "12345")],
    [("action", "update_servers"), ("token", TOKEN)],
]  # fmt: skip

_MODULES = {
    "off": b"eq", "show": b"eq", "list": b"eq", "reinstall": b"eq", "login": b"auth", "whmcslogin": b"auth",
    "logout": b"auth", "check": b"eq_callback", "info": b"presets", "search": b"presets", "rename_server": b"eq",
    "remove": b"tags", "edit": b"api_keys", "list_for_server": b"api_keys",
    "get_client": b"whmcs", "getcredits": b"whmcs", "get_invoices": b"whmcs", "get_invoice": b"whmcs", "get_product_invoice": b"whmcs",
    "get_billing_data": b"whmcs", "apply_credit": b"whmcs", "create_addfunds": b"whmcs", "request_cancellation": b"whmcs",
    "delete_cancellation_request": b"whmcs", "order_instance": b"eq", "update_servers": b"eq",
}  # fmt: skip


def path_of(pairs: list[tuple[str, str]]) -> bytes:
    """Return the path for a form, by its action."""
    fields = dict(pairs)
    adding = b"tags" if "tag" in fields else b"ssh_keys"
    return b"/" + (_MODULES | {"add": adding}).get(fields.get("action", ""), b"vm") + b".php"


NAMES = [
    "action", "token", "id", "name", "type", "openstack_id", "key", "ttl", "fix_ip", "enable_rotation",
    "exclude_rotation", "user", "password", "location", "instance_id", "params", "tag", "value", "id_list", "hostname", "invoice_id", "limitnum", "product", "x", "", " ",
    "na.me", "__proto__",
]  # fmt: skip
INDEXES = [
    "[]", "[0]", "[1]", "[-1]", "[a]", "[name]", "[key]", "[id]", "[ip]", "[server_id]", "[a][b]", "[][]", "[0][]", "[" * 30, "[]" * 12, "[a]b", "[", "]", "[a", "[[a]]",
    "[0]" * 200, "[9999999999999]", "[ ]", "[%5D]", "[\u0661]", "[\x00]",
]  # fmt: skip
VALUES = [
    "", "0", "1", "-1", "12345", "12346", "012345", "9223372036854775808", "1e5", " 1", "a", "A" * 101, "a/b", "Array",
    "null", "true", "[]", "{}", "\x00", "a\r\nb", "\u202e", "\U0001f600", "%00", "%25", "'\"<>", TOKEN, "demo-api-key",
]  # fmt: skip

texts = st.one_of(st.sampled_from(VALUES), st.text(max_size=12))
odd_names = st.one_of(
    st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from(INDEXES)),
    st.sampled_from(NAMES),
    st.text(max_size=8),
)
odd_pairs = st.lists(st.tuples(odd_names, texts), max_size=4)


@st.composite
def text_pairs(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw a good form; then omit, duplicate, change and add some fields."""
    pairs = list(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        place = draw(st.integers(0, len(pairs) - 1))
        name, value = pairs[place]
        match draw(st.sampled_from(["leave out", "double", "value", "name", "as an array"])):
            case "leave out" if len(pairs) > 1:
                del pairs[place]
            case "double":
                pairs.append((name, draw(texts)))
            case "value":
                pairs[place] = (name, draw(texts))
            case "name":
                pairs[place] = (draw(odd_names), value)
            case _:
                pairs[place] = (name + draw(st.sampled_from(INDEXES)), value)
    return pairs + draw(odd_pairs)


def _quoted(text: str, charset: str = "utf-8") -> bytes:
    return quote_from_bytes(text.encode(charset, "ignore")).encode()


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "well": _quoted,
    "twice": lambda text: quote_from_bytes(_quoted(text)).encode(),
    "everything": lambda text: b"".join(b"%%%02x" % byte for byte in text.encode()),
    "not": str.encode,
    "latin-1": lambda text: _quoted(text, "latin-1"),
    "utf-16": lambda text: _quoted(text, "utf-16"),
    "broken": lambda text: _quoted(text) + b"%4",
    "overlong": lambda text: _quoted(text) + b"%c0%af",
}
"""Text percent-encoded: well, twice, not at all, in another charset, with a broken end, in invalid bytes."""


WAYS = ["well"] * 8 + sorted(ENCODINGS)


def urlencoded(pairs: list[tuple[str, str]], way: str, between: bytes) -> bytes:
    encoded = ENCODINGS[way]
    return between.join(encoded(name) + b"=" + encoded(value) for name, value in pairs)


separators = st.sampled_from([b"&"] * 8 + [b"&&", b";", b"&amp;", b"\r\n&"])


@st.composite
def urlencoded_bodies(draw: st.DrawFn) -> bytes:
    return urlencoded(draw(text_pairs()), draw(st.sampled_from(WAYS)), draw(separators))


counts = st.sampled_from([998, 999, 1_000, 1_001, 5_000])
paddings = st.sampled_from([1024, 65_536, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024])


@st.composite
def huge_bodies(draw: st.DrawFn) -> bytes:
    """Draw a form with very many fields, or with a size near the limit."""
    form = urlencoded(draw(st.sampled_from(GOOD)), "well", b"&")
    if draw(st.booleans()):
        return (
            form
            + b"&"
            + b"&".join([draw(st.sampled_from([b"x=1", b"x[]=1", b"x[a][b]", b"x"]))] * draw(counts))
        )
    form += b"&x="
    return form + b"y" * (draw(paddings) - len(form))


bodies: SearchStrategy[bytes] = st.one_of(
    urlencoded_bodies(), urlencoded_bodies(), urlencoded_bodies(), st.binary(max_size=60)
)

"""Uses InvAPI like a provisioner in Python, with requests: it finds what it could order, orders, and waits for an address.

login | discover | order NAME PRESET_ID LOCATION | address ID [CALLBACK] | destroy ID

Prints one line of JSON: what was read, or the error.
"""

import ipaddress
import os
import time
from typing import Any

import requests

from tests.acceptance.clients.python_programs.command import run

LOCATIONS = ("NL", "DE", "FI", "SE", "PL", "FR", "GB", "UK", "US", "KZ", "AM", "GE", "TR")
PREFERRED_OS = ("ubuntu 24", "ubuntu 22", "debian 12", "ubuntu", "debian")
PLANS_IF_NONE = ("37", "62", "68", "25")
ADDRESS_LOOKS = 60
Row = dict[str, Any]


class Refused(Exception):
    pass


class Lost(Refused):
    """The connection broke. What was asked for may have been done."""


class Provisioner:
    """Logs in by key; an account without servers, whose key is refused, by user and password."""

    def __init__(self, url: str, key: str, user: str, password: str, pause: float) -> None:
        self.url, self.key, self.user, self.password, self.pause = url, key, user, password, pause
        self.http = requests.Session()
        self.token = ""
        self.until = 0.0
        self.billing: Row = {}

    def post(self, module: str, action: str, **fields: Any) -> Row:
        return self.public(module, action, token=self.login(), **fields)

    def public(self, module: str, action: str, **fields: Any) -> Row:
        """Call without a token, unless one is given."""
        data = {"action": action} | {name: value for name, value in fields.items() if value is not None}
        try:
            response = self.http.post(f"{self.url}/{module}.php", data=data, timeout=45)
        except requests.RequestException as lost:
            raise Lost(f"{module}/{action}: {type(lost).__name__}") from None
        try:
            body: Row = response.json()
        except ValueError:
            raise Refused(f"{module}/{action}: non-JSON ({response.status_code})") from None
        code = body.get("code")
        refused = (isinstance(code, int) and code < 0) or body.get("result") in ("Fail", -1)
        if refused or response.status_code >= 400:
            raise Refused(
                f"{module}/{action}: {body.get('message') or body.get('error') or response.status_code}"
            )
        return body

    def login(self) -> str:
        if self.token and time.time() < self.until - 60:
            return self.token
        try:
            answer = self.public("auth", "login", key=self.key)
        except Refused as refusal:
            if "no appropriate servers" not in str(refusal).lower() or not self.user:
                raise
            answer = self.public("auth", "whmcslogin", user=self.user, password=self.password)
        result = answer["result"]
        self.token, self.until = result["token"], float(result["token_expire"])
        self.billing = {name: result.get(name) for name in ("currency_code", "whmcs_location")}
        return self.token

    def logged_in(self) -> Row:
        self.login()
        return self.billing

    def products(self) -> list[Row]:
        """Return the virtual presets of all locations, each once."""
        found: dict[int, Row] = {}
        for location in LOCATIONS:
            for preset in self.public("presets", "list", location=location)["presets"]:
                if int(preset["virtual"]):
                    found.setdefault(preset["id"], preset)
        return list(found.values())

    def os_of(self, preset: int, location: str) -> int | None:
        fields = {"bill_period": "monthly", "instance_id": preset, "location": location}
        try:
            items = self.public("os", "list", **fields)["os_list"]
        except Refused:
            return None
        for wanted in PREFERRED_OS:
            for item in items:
                if wanted in item["name"].lower():
                    found: int = item["id"]
                    return found
        return None

    def plans_of(self, preset: int, location: str) -> list[str]:
        """Return the ids of traffic plans, main ones first. With a token, unlike the rest of the catalogue."""
        for fields in (
            {"instance_id": preset, "bill_period": "monthly"},
            {"instance_id": preset},
            {"instance": preset},
        ):
            try:
                plans = self.post("traffic_plans", "list", location=location, **fields)["traffic_plans"]
            except Refused:
                continue
            if plans:
                return [str(plan["id"]) for plan in sorted(plans, key=lambda plan: not plan["main_plan"])]
        return []

    def discover(self) -> list[Row]:
        regions = []
        for preset in self.products():
            places = preset["locations"].split(",")
            plans = self.plans_of(preset["id"], places[0])
            system = self.os_of(preset["id"], places[0])
            regions += [
                {
                    "code": f"{preset['id']}-{place}",
                    "os_id": system,
                    "traffic_plan": plans[0] if plans else None,
                }
                for place in places
                if place in LOCATIONS
            ]
        return regions

    def order(self, name: str, preset: str, location: str) -> Row:
        """Try one traffic plan after another, as long as a refusal is about the plan. Return the server's id and the key."""
        plans = self.plans_of(int(preset), location)
        tried = [*plans, *(plan for plan in PLANS_IF_NONE if plan not in plans)]
        fields = {
            "preset": preset, "location_name": location, "os_id": self.os_of(int(preset), location),
            "root_pass": "Secret-12345", "hostname": name, "deploy_period": "monthly", "deploy_notify": 0, "soft_id": 0,
            "deploy_options": self.billing.get("whmcs_location"), "currency_code": self.billing.get("currency_code"),
        }  # fmt: skip
        last = Refused("no traffic plan")
        for plan in tried:
            try:
                return self.place_order(self.post("eq", "order_instance", **fields, traffic_plan=plan), name)
            except Refused as refusal:
                last = refusal
                if (
                    "not compatible" not in str(refusal).lower()
                    and "traffic plan" not in str(refusal).lower()
                ):
                    raise
        raise last

    def place_order(self, answer: Row, name: str) -> Row:
        """Return the id of the server in an order's answer. Without one, a search for the hostname must find it at once."""
        server, callback = answer.get("id"), answer.get("callback")
        if server is None and answer.get("invoice") is not None:
            server = self.found(name)
        if server is None:
            raise Refused(
                f"order created invoice {answer['invoice']} (status={answer['status']}) but no server id yet"
            )
        return {"id": server, "callback": callback}

    def found(self, name: str) -> int | None:
        try:
            servers = self.post("eq", "unified_server_search", query=name)["results"]["servers"]
        except Refused:
            return None
        return next((row["id"] for row in servers if name in (row.get("name") or row.get("hostname"))), None)

    def address(self, server: str, callback: str = "") -> str:
        """Wait until the deploy is done, and until the server has an address that the whole world can reach.

        The key is checked before each look: once an answer has spent it, it counts as not done.
        """
        for _ in range(ADDRESS_LOOKS):
            if not callback or self.is_done(callback):
                for entry in self.post("eq", "show", id=server)["IP"]:
                    if ipaddress.ip_address(entry["IP"]).is_global:
                        found: str = entry["IP"]
                        return found
            time.sleep(self.pause)
        raise Refused(f"server {server} got no IP")

    def is_done(self, callback: str) -> bool:
        try:
            answer = self.post("eq_callback", "check", key=callback)
        except Refused:
            return False
        done: bool = answer["result"] == "OK"
        return done

    def destroy(self, server: str) -> Row:
        return self.post("whmcs", "request_cancellation", id=server, cancellation_type=1)


def of_environment() -> Provisioner:
    names = ("HOSTKEY_URL", "HOSTKEY_API_KEY", "HOSTKEY_EMAIL", "HOSTKEY_PASSWORD")
    url, key, user, password = (os.environ.get(name, "") for name in names)
    return Provisioner(url, key, user, password, float(os.environ["PAUSE"]))


if __name__ == "__main__":
    client = of_environment()
    run(
        {
            "login": client.logged_in,
            "discover": client.discover,
            "order": client.order,
            "address": client.address,
            "destroy": client.destroy,
        },
        Refused,
    )

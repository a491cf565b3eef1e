"""Uses InvAPI like a connector that shows a customer's servers and their costs, with httpx: one list with `full=1`.

servers [FIELD=VALUE]... | plain

Prints one line of JSON: what was read, or the error.
"""

import os
from typing import Any

import httpx

from tests.acceptance.clients.python_programs.command import run

Row = dict[str, Any]


class Failed(Exception):
    pass


class Connector:
    def __init__(self, url: str, key: str) -> None:
        self.http, self.key = httpx.Client(base_url=url, timeout=30), key

    def ask(self, module: str, **fields: Any) -> Row:
        response = self.http.post(f"/{module}.php", data=fields)
        body: Row = response.raise_for_status().json()
        if body.get("error") or body.get("message"):
            raise Failed(body.get("error") or body.get("message"))
        return body

    def listed(self, **fields: Any) -> list[Row]:
        token = self.ask("auth", action="login", key=self.key)["result"]["token"]
        rows = self.ask("eq", action="list", token=token, **fields)["servers"]
        return [service(row) for row in rows if isinstance(row, dict)]  # an id alone is nothing to show

    def servers(self, *filters: str) -> list[Row]:
        return self.listed(full="1", **dict(each.split("=") for each in filters))


def service(row: Row) -> Row:
    return {
        "id": str(row["id"]),
        "name": row["name"] or row["hostname"],
        "kind": row["type"],
        "status": row["status"],
        "ip": row["IP"],
        "region": row["location"],
        "cost": float(row["price_EUR"]),
        "paid_till": row["due_date"],
    }


if __name__ == "__main__":
    connector = Connector(os.environ["HOSTKEY_URL"], os.environ["HOSTKEY_API_KEY"])
    run({"servers": connector.servers, "plain": connector.listed}, Failed)

"""The calls of one server on PostgreSQL."""

from benchmarks import loads
from benchmarks.loads import Load
from benchmarks.plan import Plan
from benchmarks.stand import Stand


def show(stand: Stand, _plan: Plan) -> Load:
    return Load("postgres_show", stand.on_postgres, lambda: [loads.SHOW], path="/eq.php")


def get_snapshot(stand: Stand, _plan: Plan) -> Load:
    return Load("postgres_get", stand.on_postgres, lambda: [loads.LIST])


def create_snapshot(stand: Stand, plan: Plan) -> Load:
    return loads.create_on("postgres_create", stand.on_postgres, plan)


def check(stand: Stand, _plan: Plan) -> Load:
    return loads.check_on("postgres_check", stand.on_postgres)

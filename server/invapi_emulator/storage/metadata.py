"""What all tables have in common: their metadata, and the column of their account."""

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def account_column(**options: Any) -> Column[Any]:
    return Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, **options)

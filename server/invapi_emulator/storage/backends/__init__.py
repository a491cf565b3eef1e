"""The two databases: SQLite, which one server has to itself, and PostgreSQL, which several may share."""

"""The two database backends: SQLite for one server alone, PostgreSQL for several."""

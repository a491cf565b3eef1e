"""HTTPS for clients that cannot use another URL: a test CA and its certificates."""

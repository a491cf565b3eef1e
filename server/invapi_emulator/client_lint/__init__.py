"""Lint rules for clients: what their calls show that will hurt them on the real API."""

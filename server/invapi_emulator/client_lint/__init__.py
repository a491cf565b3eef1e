"""Lint rules for clients: things in their calls that will hurt them on the real API."""

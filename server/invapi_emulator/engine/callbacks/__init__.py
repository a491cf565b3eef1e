"""Callbacks of installations: how they are sent, and the worker that sends them."""

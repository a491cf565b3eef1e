"""Failures on demand: fault rules, and the kinds of fault by phase."""

"""Failures on demand: rules that an account's calls are held against, and a file for each kind."""

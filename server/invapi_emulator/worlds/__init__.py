"""Worlds: scenarios, import and export, and the accounts that have them."""

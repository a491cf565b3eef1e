"""Checks a target against the contract: an emulator or the real API. Independent of the server here."""

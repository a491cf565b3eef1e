"""HTTPS for clients that cannot be pointed elsewhere: a test CA, and certificates by it."""

"""The contract as a list of checks, asked of an emulator or of the real API: a client, which knows nothing of the server here."""

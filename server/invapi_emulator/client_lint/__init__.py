"""What a client's calls say of its habits: those that will hurt it on the real API."""

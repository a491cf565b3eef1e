"""The process that listens: sockets, HTTP, TLS, signals. It knows nothing of the imitated API."""

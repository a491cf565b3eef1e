"""The HTTP server: sockets, HTTP, TLS and signals. It does not depend on the imitated API."""

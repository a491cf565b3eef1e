"""What a process has beside its work: logs, metrics, request ids, signals, its lifecycle."""

"""Parts of the process: logs, metrics, request ids, signals and lifecycle."""

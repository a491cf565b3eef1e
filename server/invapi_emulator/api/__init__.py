"""The path of a call: from HTTP to its answer."""

"""Tasks: their kinds, starting them, and settling those that are due."""

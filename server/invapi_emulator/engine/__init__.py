"""What actions run on: their table, tasks, faults, and the worker."""

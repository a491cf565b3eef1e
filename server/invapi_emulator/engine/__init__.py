"""What runs the actions: the table of them, tasks, faults and the worker."""

"""`/_emulator/*`, the control API: plain REST with standard HTTP statuses, to show worlds and move time."""

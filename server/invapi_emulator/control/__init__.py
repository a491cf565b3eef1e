"""`/_emulator/*`: looking at the worlds and moving their time, as plain REST with honest HTTP statuses."""

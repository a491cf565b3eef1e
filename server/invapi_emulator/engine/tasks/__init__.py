"""Work that takes time: kinds of task, starting one, and letting those that are due take effect."""

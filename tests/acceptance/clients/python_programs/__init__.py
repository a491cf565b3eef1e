"""Programs in Python that act like known clients. Each runs as a script."""

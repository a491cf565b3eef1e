"""Where the worlds are kept: one database, two engines, one file of queries a subject."""

"""Stores the worlds: one database, two engines, one file of queries for each subject."""

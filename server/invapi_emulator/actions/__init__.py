"""What the imitated API says: a folder per .php, a file per topic."""

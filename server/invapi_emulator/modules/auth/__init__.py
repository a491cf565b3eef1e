"""`/auth.php`: login tokens."""

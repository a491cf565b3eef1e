"""`/eq_callback.php`: whether a task has ended."""

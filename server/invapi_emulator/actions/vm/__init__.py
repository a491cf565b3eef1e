"""`/vm.php`: snapshots, their settings, statistics."""

"""`/eq.php`: what clients of snapshots need of it, the inventory and the power."""

"""The contract: its clauses with their sources, and the emulator's assumptions where public material is silent."""

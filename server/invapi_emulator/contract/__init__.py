"""The contract: its clauses with their sources, and what the emulator assumes where nobody knows."""

"""The command `invapi-emulator`. Each subcommand has a file, which is imported on demand."""

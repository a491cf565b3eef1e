"""The command `invapi-emulator`: one file for each of its subcommands, imported when it is run."""

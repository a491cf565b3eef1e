"""What an operator runs around an emulator: the files of deploy/ and the commands of docs/how-to/operations.md."""

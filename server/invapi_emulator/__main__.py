"""`python -m invapi_emulator`: the same as the command."""

from invapi_emulator.cli.main import main

if __name__ == "__main__":
    main()

"""`python -m invapi_emulator`: the command `invapi-emulator`."""

from invapi_emulator.cli.main import main

if __name__ == "__main__":
    main()

"""`python -m invapi_conformance`: the same as the command."""

from invapi_conformance.cli import main

if __name__ == "__main__":
    main()

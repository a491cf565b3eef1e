"""The path of a request within the application."""

from starlette.types import Scope


def path_within(scope: Scope) -> str:
    """Return a request's path without the path at which the application is mounted."""
    path, root = str(scope["path"]), root_of(scope)
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def root_of(scope: Scope) -> str:
    """Return the path at which the application is mounted, or an empty string."""
    return str(scope.get("root_path", ""))

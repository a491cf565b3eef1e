"""Where in an application a request goes."""

from starlette.types import Scope


def path_within(scope: Scope) -> str:
    """Return a request's path without that at which the application is mounted."""
    path, root = str(scope["path"]), root_of(scope)
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def root_of(scope: Scope) -> str:
    """Return the path at which the application is mounted, nothing where it is not."""
    return str(scope.get("root_path", ""))

"""Exceptions that a suite raises within a call of the client, as a handler of SIGALRM does."""

import sys

_OURS = sys.stdlib_module_names | {__name__.partition(".")[0]}


def is_of_others(problem: BaseException) -> bool:
    """Return whether code that is neither the standard library's nor this package's took part in raising an exception."""
    step = problem.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__"))
        if module.partition(".")[0] not in _OURS:
            return True
        step = step.tb_next
    return False

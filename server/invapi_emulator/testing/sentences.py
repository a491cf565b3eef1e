"""What the client tells a test of its account: rules that did not fire, calls that were not made, retired options."""

import warnings

from invapi_emulator.process.named_secrets import without_secrets
from invapi_emulator.testing.failure import Json


def show_ignored(answer: Json) -> None:
    """Show the line about retired assumptions as a warning, even if warnings are errors."""
    if answer.get("ignored"):
        warnings.showwarning(UserWarning(answer["ignored"]), UserWarning, __file__, 0)


def fell_short(rule: Json) -> bool:
    return bool(rule["probability"] == 1 and rule["fired"] < (rule["times"] or 1))


def shortfall(rule: Json) -> str:
    wanted = "always" if rule["times"] is None else _counted(rule["times"], "time")
    return (
        f"fault {rule['id']} ({rule['kind']}, match {without_secrets(rule['match'])}, skip {rule['skip']}) should fire {wanted}, "
        f"but fired {_counted(rule['fired'], 'time')}; {_counted(rule['seen'], 'call')} matched that no earlier rule took. "
        "Pass allow_unused=True to allow this."
    )


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def explained(answer: Json) -> str:
    lines = [answer["error"]["message"]]
    for miss in answer["nearest"]:
        asked = miss["request"]
        lines.append(
            f"  nearest: {asked['module']}/{asked['action']} {asked['fields']} ({', '.join(miss['differs_in'])})"
        )
    return "\n".join(lines)

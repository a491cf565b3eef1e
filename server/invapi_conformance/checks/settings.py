"""4.6, 4.9: the names that rotation spares: changed, then restored."""

from invapi_conformance.answers import Answer
from invapi_conformance.patterns import Like
from invapi_conformance.probe import Probe
from invapi_conformance.table import Finding, answered, check, first_difference, refused


def _spares(probe: Probe) -> Like:
    return Like("list with its own name", lambda value: isinstance(value, list) and probe.own in value)


def _excluded(answer: Answer, wanted: object, why: str) -> Finding:
    return answered(answer, {"settings": {"exclude_rotation": wanted}}, why)


@check("4.6", "documented", "update_restore_settings answers the settings at once", needs=("settings",))
def settings_are_answered_at_once(probe: Probe) -> Finding:
    answer = probe.step("excluded")
    return first_difference(
        answered(answer, {"result": "OK", "settings": {}}, "the answer has no settings"),
        _excluded(answer, _spares(probe), "the settings in the answer are not changed"),
    )


@check("4.9", "assumed", "changed settings are seen in the next list", needs=("settings",))
def changed_settings_are_listed(probe: Probe) -> Finding:
    return _excluded(probe.step("excluded.list"), _spares(probe), "the list has the former settings")


@check("1.3", "documented", "an array is sent as name[]", needs=("settings",))
def an_array_is_sent_with_brackets(probe: Probe) -> Finding:
    return _excluded(probe.step("excluded"), _spares(probe), "the items were not read")


@check("1.3", "assumed", "an array may be sent as name[0]", needs=("settings",))
def an_array_may_be_indexed(probe: Probe) -> Finding:
    return _excluded(probe.step("indexed"), _spares(probe), "the items were not read")


@check("4.9", "assumed", "what is left out keeps its value", needs=("settings",))
def what_is_left_out_is_kept(probe: Probe) -> Finding:
    return _excluded(probe.step("kept"), _spares(probe), "the excluded names were lost")


@check("4.9", "assumed", "exclude_rotation[]= alone empties the list", needs=("settings",))
def an_empty_array_empties(probe: Probe) -> Finding:
    return first_difference(*(
        _excluded(probe.step(name), Like("empty list", lambda value: value == []), "names remain")
        for name in ("emptied", "emptied.list")
    ))  # fmt: skip


@check("4.9", "assumed", "an update of nothing is refused", needs=("settings",))
def an_update_of_nothing_is_refused(probe: Probe) -> Finding:
    return refused(probe.step("nothing"), "it was accepted")

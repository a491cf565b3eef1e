"""The forms of the kinds of fault."""

from invapi_emulator.dashboard.fault_form import kind_forms


def test_each_kind_has_its_own_meaning() -> None:
    meanings = {form.kind: form.meaning for form in kind_forms()}
    assert len(set(meanings.values())) == len(meanings)
    assert meanings["reject"] == "the failure envelope, with this message and code."

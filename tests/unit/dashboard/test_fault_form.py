"""The forms of the kinds of fault."""

from invapi_emulator.dashboard.fault_form import kind_forms, kind_groups
from invapi_emulator.engine.faults.fault import Fault
from invapi_emulator.engine.faults.kinds import FAULTS
from tests.support.harness import Emulator
from tests.unit.dashboard.seen import page, said, vm_page


def test_each_kind_has_its_own_meaning() -> None:
    meanings = {form.kind: form.meaning for form in kind_forms()}
    assert len(set(meanings.values())) == len(meanings)
    assert meanings["reject"] == "the failure envelope, with this message and code."


def test_each_kind_is_in_one_group() -> None:
    kinds = [form.kind for group in kind_groups() for form in group.forms]
    assert sorted(kinds) == sorted(FAULTS)


def test_a_field_that_is_required_has_a_value_to_begin_with() -> None:
    empty = [
        (form.kind, field.name)
        for form in kind_forms()
        for field in form.fields
        if field.required and field.suggested is None
    ]
    assert empty == []


def test_the_limit_of_a_code_is_one_that_the_api_takes(emulator: Emulator) -> None:
    (code,) = (
        field
        for form in kind_forms()
        if form.kind == "reject"
        for field in form.fields
        if field.name == "code"
    )
    assert code.hint.startswith("at least -2147483648, at most -1")
    emulator.fault("reject", code=code.most, allow_unused=True)


def test_only_kinds_that_concern_one_action_leave_no_choice_of_it() -> None:
    fixed = [form.kind for form in kind_forms() if form.fixed]
    assert fixed
    assert all(FAULTS[kind].applies_to is not Fault.applies_to for kind in fixed)


def test_the_page_of_a_vm_has_the_form_and_the_rules_that_concern_the_vm(emulator: Emulator) -> None:
    emulator.fault("reject", match={"id": 12345}, allow_unused=True)
    emulator.fault("lost_reply", match={"id": 12346}, allow_unused=True)
    emulator.fault("empty_reply", allow_unused=True)
    shown = said(emulator, vm_page()).partition("Add a fault")[0]
    assert 'reject on {"id":12345}' in shown
    assert "empty_reply on every call" in shown
    assert "lost_reply on" not in shown
    assert 'name="match.id" data-type="integer" type="number" min="1" value="12345"' in page(
        emulator, vm_page()
    )


def test_the_page_masks_what_a_rule_matches_of_a_secret_field(emulator: Emulator) -> None:
    match = {
        "fields": {
            "root_pass": "Horse-staple-77",
            "params": {"user_password": "Horse-staple-78", "note": "n"},
        }
    }
    emulator.fault("reject", match=match, allow_unused=True)
    shown = page(emulator, vm_page())
    assert "Horse-staple" not in shown
    assert "&#34;root_pass&#34;:&#34;***&#34;" in shown or '"root_pass":"***"' in shown

"""Complete rounds of a client (call, wait, check), so that random calls get far enough."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.fuzz.calls_of_the_api import CallsOfTheApi, names, vms
from tests.fuzz.calls_of_the_control import KINDS, CallsOfTheControl
from tests.support.harness import Json

FAILING: Json = {"kind": "task_fails", "at": 0.5}
"""This fault leaves more to see than others, so it is drawn more often."""


class WholeRounds(CallsOfTheApi, CallsOfTheControl):
    def see_through(self) -> None:
        """Wait until the newest task ends, and check its key twice."""
        if self.keys:
            self.wait_until_a_key(0)
            self.check(0)
            self.check(0)

    @rule(vm=vms, name=names)
    def make_one(self, vm: int, name: str) -> None:
        self.create(vm, name, "snapshot")
        self.see_through()

    @rule(vm=vms, number=st.integers(0, 7), action=st.sampled_from(["remove_snapshot", "restore_snapshot"]))
    def change_one_that_is_off(self, vm: int, number: int, action: str) -> None:
        self.wait_until_idle()
        if vm in self.seen and self.model.vms[vm].power == "on":
            self.power(vm, "off")
            self.see_through()
        self.change(vm, number, "snapshot", action, "right")
        self.see_through()

    @rule(vm=vms, action=st.sampled_from(["get_snapshot", "status", "load_stats"]))
    def read_one(self, vm: int, action: str) -> None:
        self.read(vm, action, "snapshot")
        self.see_through()

    @rule(kind=st.sampled_from(KINDS) | st.just(FAILING), vm=vms, name=names)
    def make_one_with_a_fault(self, kind: Json, vm: int, name: str) -> None:
        self.order_a_fault(kind, {}, 0, 1)
        self.make_one(vm, name)

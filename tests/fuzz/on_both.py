"""Rounds on two servers at once. Both must give the same answer; the model only chooses the next call."""

from hypothesis.stateful import invariant

from tests.fuzz.whole_rounds import WholeRounds
from tests.support.harness import Json


class OnBoth(WholeRounds):
    """Looks at the VMs when a call needs something they have, and at everything else when an example ends."""

    _seen: dict[int, Json] | None = None

    @property
    def seen(self) -> dict[int, Json]:
        if self._seen is None:
            self._seen = self.look()
        return self._seen

    @seen.setter
    def seen(self, seen: dict[int, Json]) -> None:
        self._seen = seen

    @invariant()
    def the_world_is_as_the_model_says(self) -> None:
        self._seen = None

    def rules_have_fired_as_often_as_the_model_says(self) -> None:
        """Do nothing until the end."""

    def the_neighbour_is_as_it_was(self) -> None:
        """Do nothing until the end."""

    def teardown(self) -> None:
        for path in ("/state", "/vms", "/tasks", "/faults", "/clock"):
            self.caller.look(path)
        super().the_world_is_as_the_model_says()
        super().teardown()

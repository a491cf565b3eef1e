"""Random calls of the imitated API, with the model's answers."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.fuzz.asked import Asked
from tests.fuzz.caller import ITS_TOKEN
from tests.fuzz.demo_and_model import API_KEY, DemoAndModel, listed_in
from tests.fuzz.modelled_account import Job
from tests.support.harness import TOKEN
from tests.support.modelled_vm import OF_SNAPSHOTS, READING, Rotation, Work

vms = st.sampled_from([12348] * 6 + [12346] * 4 + [12345] * 2 + [12347, 777])
names = st.sampled_from(["a", "b", "c", "d", "golden", "tuesday", "fresh-install"])
types = st.sampled_from(["snapshot", "snapshot", "weekly"])


class CallsOfTheApi(DemoAndModel):
    @rule(vm=vms, name=names, type_=types)
    def create(self, vm: int, name: str, type_: str) -> None:
        disk = self.seen[vm]["disk"]["fingerprint"] if vm in self.seen else ""
        fields = {"name": name, "type": type_}
        asked = Asked("vm", "create_snapshot", self.token(), vm, fields)
        self.ask_of_vm(asked, Work("create_snapshot", name, type_, disk))

    @rule(
        vm=vms,
        number=st.integers(0, 7),
        type_=types,
        action=st.sampled_from(["remove_snapshot", "restore_snapshot"]),
        image=st.sampled_from(["", "", "right", "wrong"]),
    )
    def change(self, vm: int, number: int, type_: str, action: str, image: str) -> None:
        rows = [row for row in self.seen[vm]["snapshots"] if row["type"] == type_] if vm in self.seen else []
        rows.append({"name": "none", "openstack_image_id": "none"})
        chosen = rows[number % len(rows)]
        name = chosen["name"]
        fields = {"name": name, "type": type_}
        fields |= {"openstack_id": chosen["openstack_image_id"]} if image == "right" else {}
        fields |= {"openstack_id": "another"} if image == "wrong" else {}
        asked = Asked("vm", action, self.token(), vm, fields)
        self.ask_of_vm(asked, Work(action, name, type_), wrong_image=image == "wrong")

    @rule(vm=vms, action=st.sampled_from(["on", "off", "off", "hard_off", "reboot"]))
    def power(self, vm: int, action: str) -> None:
        self.ask_of_vm(Asked("eq", action, self.token(), vm), Work(action))

    @rule(vm=vms, action=st.sampled_from(sorted(READING)), type_=types)
    def read(self, vm: int, action: str, type_: str) -> None:
        module = "eq" if action == "status" else "vm"
        fields = {"type": type_} if action in OF_SNAPSHOTS else {}
        answer, expected = self.ask_of_vm(
            Asked(module, action, self.token(), vm, fields), Work(action, "", type_)
        )
        if action == "get_snapshot" and expected.done:
            self.hold_list(vm, type_, answer.body)

    def hold_list(self, vm: int, type_: str, body: dict[str, object]) -> None:
        model, rows = self.model.vms[vm], body["snapshots"]
        assert isinstance(rows, list)
        numbers = [int(row["snapshot_id"]) for row in rows]
        assert numbers == sorted(set(numbers))
        rotation = model.rotation(type_)
        assert body["settings"] == {
            "num_max": 4, "enable_rotation": int(rotation.enabled), "exclude_rotation": list(rotation.excluded),
        }  # fmt: skip
        if self.model.now >= self.model.stale_until.get(vm, 0):
            told = [(row["name"], row["status"]) for row in rows]
            assert told == [(kept.name, kept.status) for kept in model.of(type_)]

    @rule(
        vm=vms, type_=types, enabled=st.none() | st.booleans(),
        excluded=st.none() | st.lists(names, max_size=4, unique=True),
    )  # fmt: skip
    def settle(self, vm: int, type_: str, *, enabled: bool | None, excluded: list[str] | None) -> None:
        fields: dict[str, object] = {"type": type_}
        fields |= {} if enabled is None else {"enable_rotation": int(enabled)}
        fields |= {} if excluded is None else {"exclude_rotation[]": excluded or ""}

        def carry_out() -> str | None:
            model = self.model.vms.get(vm)
            refusal = "vm_not_found" if model is None else model.refusal("update_restore_settings")
            if model is None or refusal:
                return refusal
            was = model.rotation(type_)
            model.settings[type_] = Rotation(
                was.enabled if enabled is None else enabled,
                was.excluded if excluded is None else tuple(excluded),
            )
            return None

        if len(fields) == 1:
            answer = self.caller.call(Asked("vm", "update_restore_settings", self.token(), vm, fields))
            assert answer.reason in {"nothing_to_update", "invalid_token", "token_expired"}
            return
        self.ask(Asked("vm", "update_restore_settings", self.token(), vm, fields), carry_out)

    @rule(number=st.integers(0, 40))
    def check(self, number: int) -> None:
        key = self.key(number)
        job = self.model.jobs.get(key)
        if job is None:
            answer = self.caller.call(Asked("eq_callback", "check", fields={"key": key}))
            foreign = key == self.bench.foreign_key
            assert answer.body.get("result") == ("Not ready" if foreign else -1)
            assert answer.reason == (None if foreign else "key_not_found")
            return
        self.check_known(job)

    def check_known(self, job: Job) -> None:
        results: list[str] = []

        def carry_out() -> str | None:
            results.append(job.check(self.model.now))
            return results[0] if "key" in results[0] or results[0] == "fault" else None

        asked = Asked("eq_callback", "check", vm=job.vm, fields={"key": job.key})
        answer, expected = self.ask(asked, carry_out)
        if expected.reason is None and answer.body:
            assert answer.body["result"] == results[0]
            if results[0] == "OK" and job.told is not None:
                scope = answer.body["scope"]
                assert (listed_in(scope) if job.work.action == "get_snapshot" else scope) == job.told

    @rule(
        ttl=st.sampled_from([30, 10_800, 10_800]),
        key=st.sampled_from([API_KEY, API_KEY, "wrong"]),
        fixed=st.booleans(),
    )
    def log_in(self, ttl: int, key: str, *, fixed: bool) -> None:
        if key == API_KEY:
            self.log_in_anew(ttl, fixed=fixed)
        else:
            asked = Asked("auth", "login", fields={"key": key, "ttl": ttl})
            assert self.caller.call(asked).reason == "invalid_api_key"

    @rule(number=st.integers(0, 6), action=st.sampled_from(["info", "info", "logout"]))
    def use_token(self, number: int, action: str) -> None:
        tokens = [*reversed(self.model.tokens.logins), "never-was", TOKEN]
        token = tokens[number % len(tokens)]

        def carry_out() -> str | None:
            if action == "logout":
                self.model.tokens.log_out(token)
            return None

        self.ask(Asked("auth", action, token), carry_out)

    @rule(vm=vms, action=st.sampled_from(["show", "list", "update_servers"]))
    def look_around(self, vm: int, action: str) -> None:
        about = vm if action == "show" else None
        asked = Asked("eq", action, self.token(), about)
        self.ask(asked, lambda: "vm_not_found" if action == "show" and vm not in self.model.vms else None)

    @rule(
        asked=st.sampled_from(
            [
                ("presets", "list"),
                ("presets", "info"),
                ("os", "list"),
                ("software", "list"),
                ("traffic_plans", "list"),
            ]
        ),
        with_token=st.booleans(),
    )
    def ask_what_can_be_ordered(self, asked: tuple[str, str], *, with_token: bool) -> None:
        """Without a token no rule fires, and nothing else can go wrong."""
        if with_token:
            self.ask(Asked(*asked, self.token()), lambda: None)
        else:
            answer = self.caller.call(Asked(*asked))
            assert (answer.reason, answer.body["result"]) == (None, "OK")

    @rule(
        vm=st.sampled_from([12346, 12347, 12348]), action=st.sampled_from(["off", "reboot", "status", "show"])
    )
    def reach_for_what_is_not_the_neighbours(self, vm: int, action: str) -> None:
        """Use the neighbour's valid token for VMs of demo."""
        assert self.caller.call(Asked("eq", action, ITS_TOKEN, vm)).reason == "vm_not_found"

"""What begins in a turn of the event loop: work of calls before that of pages, and of a burst of requests a few."""

import asyncio

from invapi_emulator.process.pace import LONGEST_BURST, LONGEST_TURN, Pace, Queue


def test_work_behind_other_work_lets_it_go_first_but_for_one_in_each_turn() -> None:
    now, begun = 0, list[list[str]]([[]])
    pace = Pace(lambda: now, lambda: begun.append([]))

    async def work(kind: str) -> None:
        nonlocal now
        await pace.begin("demo", behind=kind == "page")
        now += LONGEST_TURN // 2
        begun[-1].append(kind)

    async def run() -> None:
        await asyncio.gather(*(work("page") for _ in range(5)), *(work("call") for _ in range(4)))

    asyncio.run(run())
    first, *others = [sorted(turn) for turn in begun if turn]
    assert first == ["page"] * 3  # no call waited yet
    assert others == [["call", "call", "page"], ["call", "call", "page"]]


def test_the_work_of_several_owners_begins_in_turn() -> None:
    now, begun = 0, list[str]()
    pace = Pace(lambda: now)

    async def work(owner: str) -> None:
        nonlocal now
        await pace.begin(owner)
        now += LONGEST_TURN + 1
        begun.append(owner)

    async def run() -> None:
        await asyncio.gather(*(work("many") for _ in range(5)), work("one"), work("other"))

    asyncio.run(run())
    assert begun == ["many", "many", "one", "other", "many", "many", "many"]


class Work:
    """Requests that each take a thousandth of a second. `begun` has their numbers, by turn of the event loop."""

    def __init__(self) -> None:
        self.now = 0
        self.begun: list[list[int]] = [[]]
        self.queue = Queue(lambda: self.now)

    async def request(self, number: int) -> None:
        await self.queue.begin()
        self.now += 1_000
        self.begun[-1].append(number)

    async def count_turns(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.begun.append([])

    async def done(self, requests: list["asyncio.Task[None]"]) -> list[list[int]]:
        """Return what began in each turn, once all requests have begun or gone."""
        counting = asyncio.create_task(self.count_turns())
        await asyncio.gather(*requests, return_exceptions=True)
        counting.cancel()
        return [turn for turn in self.begun if turn]


BURST = LONGEST_BURST // 1_000 + 1


def test_a_burst_begins_at_once_and_the_others_one_a_turn_in_order() -> None:
    async def run() -> list[list[int]]:
        work = Work()
        return await work.done([asyncio.create_task(work.request(number)) for number in range(BURST + 4)])

    first, *others = asyncio.run(run())
    assert first == list(range(BURST))
    assert others == [[number] for number in range(BURST, BURST + 4)]


def test_a_request_whose_client_has_gone_leaves_its_place() -> None:
    async def run() -> list[list[int]]:
        work = Work()
        requests = [asyncio.create_task(work.request(number)) for number in range(BURST + 4)]
        asyncio.get_running_loop().call_soon(lambda: [each.cancel() for each in requests[BURST : BURST + 3]])
        return await work.done(requests)

    assert asyncio.run(run())[1:] == [[BURST + 3]]


def test_what_waited_in_an_event_loop_that_has_ended_holds_up_no_other() -> None:
    work = Work()

    async def leave() -> None:
        requests = [asyncio.create_task(work.request(number)) for number in range(BURST + 1)]
        await asyncio.sleep(0)
        assert not requests[-1].done()

    asyncio.run(leave())
    asyncio.run(work.request(99))
    assert work.begun[-1][-1] == 99

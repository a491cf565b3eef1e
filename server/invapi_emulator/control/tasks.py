"""An account's tasks: show them, or end one by hand."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.control.failures import failures
from invapi_emulator.control.large_answers import answered
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.views import TaskView, View, task_view
from invapi_emulator.control.worlds import AccountContext, NameInPath, TaskKeyInPath, TheWorlds
from invapi_emulator.control_errors import Conflict, NotFound
from invapi_emulator.domain.tasks import Task, has_aged_out
from invapi_emulator.engine.tasks.end import complete_by_hand, fail_by_hand
from invapi_emulator.randomness import is_task_key
from invapi_emulator.storage import task_lists, tasks
from invapi_emulator.worlds.json_text import writing
from invapi_emulator.worlds.steps import Steps

router = APIRouter(
    route_class=JsonRoute, prefix="/_emulator/accounts/{name}/tasks", tags=["tasks"], responses=failures(404)
)


class TaskList(View):
    tasks: list[TaskView] = Field(description="in the order in which they started")


class Failure(BaseModel):
    """The error that the client reads."""

    model_config = ConfigDict(extra="forbid")

    error: Annotated[str, Field(strict=True, pattern=r"\A[^\x00]{1,1000}\z")] = "failed by hand"


@router.get("", responses={200: {"model": TaskList}})
async def list_tasks(request: Request, name: NameInPath, worlds: TheWorlds) -> Response:
    """Show the account's tasks. Ended tasks are included until their keys age out."""

    def work(context: AccountContext) -> Steps[bytes]:
        kept = task_lists.lazily_of_account(context.tx, context.account, context.now)
        return writing({"tasks": (task_view(task, context.now).model_dump() for task in kept)})

    return await answered(request, worlds, name, work)


@router.get("/{key}")
async def show_task(name: NameInPath, key: TaskKeyInPath, worlds: TheWorlds) -> TaskView:
    """Show a task: its stage, progress, due or end time, and error."""
    return await worlds.within(name, lambda context: task_view(_task(context, key), context.now))


@router.post("/{key}/complete", responses=failures(409))
async def complete(name: NameInPath, key: TaskKeyInPath, worlds: TheWorlds) -> TaskView:
    """Complete a task now, with its effect. The clock does not move."""

    def work(context: AccountContext) -> TaskView:
        complete_by_hand(context.unit, _running(context, key), context.now)
        return task_view(_task(context, key), context.now)

    return await worlds.within(name, work)


@router.post("/{key}/fail", responses=failures(409, 422))
async def fail(
    name: NameInPath, key: TaskKeyInPath, worlds: TheWorlds, body: Annotated[Failure | None, Body()] = None
) -> TaskView:
    """Fail a task now. It leaves behind what a failure halfway through it leaves behind."""
    error = (body or Failure()).error

    def work(context: AccountContext) -> TaskView:
        fail_by_hand(context.unit, _running(context, key), context.now, error)
        return task_view(_task(context, key), context.now)

    return await worlds.within(name, work)


def _task(context: AccountContext, key: str) -> Task:
    task = tasks.by_key(context.unit, key) if is_task_key(key) else None
    if task is None or has_aged_out(task, context.now):
        raise NotFound("task_not_found", f"account {context.account.name!r} has no task {key[:40]!r}")
    return task


def _running(context: AccountContext, key: str) -> Task:
    task = _task(context, key)
    if task.state != "running":
        raise Conflict("task_ended", f"task {key} has already ended: its state is {task.state}")
    return task

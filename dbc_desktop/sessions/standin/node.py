"""The machines of the stand-in node: made, stopped, started, deleted, and closed when the lease is over."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Mapping

from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import ChainError, SandboxUnavailable, StorageError
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.sessions.standin.authority import OrderLane
from dbc_desktop.sessions.standin.envelope import remote
from dbc_desktop.sessions.standin.sandbox import Sandbox
from dbc_desktop.sessions.standin.ssh_server import SshDoor
from dbc_desktop.sessions.standin.task import Task, desc_of, shape_of, task_id_of
from dbc_desktop.sessions.standin.web import loopback_socket
from dbc_desktop.sessions.states import lease_runs

_LOG = logging.getLogger(__name__)
_MAX_TASKS = 16
_HOLDING = ("creating", "starting", "running")
_REASONS = {
    "no_bwrap": "no shell without a sandbox: bubblewrap (bwrap) is not installed",
    "no_user_namespaces": "no shell without a sandbox: this system does not permit user namespaces",
    "unsupported_system": "no shell without a sandbox: there is none for this operating system",
}


class Node:
    """Keeps the tasks and their doors; lives on one event loop."""

    def __init__(self, lane: OrderLane, clock: Clock, sandbox: Sandbox) -> None:
        self._lane, self._clock, self._sandbox = lane, clock, sandbox
        self._tasks: dict[str, Task] = {}
        self._doors: dict[str, SshDoor] = {}
        self._work: set[asyncio.Task[None]] = set()

    def create(self, order: RentOrder, wallet: str, additional: Mapping[str, object]) -> Task:
        """Begin a new machine; it goes on by itself from `creating` to `running` or `create error`.

        Raises:
            Refusal: The request, or a port that is taken.
        """
        task_id, shape = task_id_of(additional), shape_of(additional, order)
        if task_id in self._tasks:
            raise remote("task_id already exist")
        if len(self._tasks) >= _MAX_TASKS:
            raise remote("allocate disk failed")
        self._allow_gpus(order, shape.gpu_count)
        made = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self._clock.now()))
        task = Task(task_id, order.machine_id, order.rent_id, wallet, shape, desc_of(additional), made)
        bound = self._bind(task)
        self._tasks[task_id] = task
        self._begin(task, bound, "create error")
        return task

    def of_order(self, order: RentOrder) -> list[Task]:
        """The machines under an order."""
        return [task for task in self._tasks.values() if task.rent_id == order.rent_id]

    def task(self, order: RentOrder, task_id: str) -> Task:
        """One machine under an order.

        Raises:
            Refusal: There is none of that id.
        """
        task = self._tasks.get(task_id)
        if task is None or task.rent_id != order.rent_id:
            raise remote("task_id not exist")
        return task

    def start(self, order: RentOrder, task: Task) -> None:
        """Open a closed machine again, with the login it had.

        Raises:
            Refusal: Its port or its GPUs were taken meanwhile, or it is busy.
        """
        if task.status == "running":
            return
        if task.status in ("creating", "starting"):
            raise remote("task is busy")
        self._allow_gpus(order, task.shape.gpu_count)
        bound = self._bind(task)
        task.status = "starting"
        self._begin(task, bound, "start error")

    async def stop(self, task: Task) -> None:
        """Close its door and end every shell; the login is kept for the next start."""
        task.status = "closed"
        await self._shut(task.task_id)

    async def delete(self, task: Task) -> None:
        """Close it and forget it with its password."""
        task.status = "deleting"
        await self._shut(task.task_id)
        self._tasks.pop(task.task_id, None)

    async def sweep(self) -> None:
        """Delete the machines whose lease is over, and end a shell that takes more memory than its machine has.

        While the chain cannot be read, nothing is decided.
        """
        for door in tuple(self._doors.values()):
            door.check_memory()
        for task in tuple(self._tasks.values()):
            try:
                order, head = await self._lane.look(task.rent_id)
            except (ChainError, StorageError):
                continue
            if not lease_runs(order, head):
                _LOG.info("the lease of order %d is over", task.rent_id)
                await self.delete(task)

    async def close(self) -> None:
        """End everything that was started."""
        for task in tuple(self._tasks.values()):
            await self.delete(task)
        for work in tuple(self._work):
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _allow_gpus(self, order: RentOrder, gpu_count: int) -> None:
        """A closed machine holds its disk, not its GPUs."""
        held = sum(task.shape.gpu_count for task in self.of_order(order) if task.status in _HOLDING)
        if held + gpu_count > order.gpu_num:
            raise remote("allocate gpu failed")

    def _bind(self, task: Task) -> socket.socket:
        try:
            return loopback_socket(task.shape.ssh_port)
        except OSError as error:
            raise remote(f"port conflict, exist ssh_port = {task.shape.ssh_port}") from error

    def _begin(self, task: Task, bound: socket.socket, failed: str) -> None:
        work = asyncio.get_running_loop().create_task(self._open_door(task, bound, failed))
        self._work.add(work)

        def over(done: asyncio.Task[None]) -> None:
            self._work.discard(done)
            if not done.cancelled() and done.exception() is not None:
                _LOG.error("a machine was not opened", exc_info=done.exception())
                bound.close()
                task.log.append("the node failed")
                task.status = failed

        work.add_done_callback(over)

    async def _open_door(self, task: Task, bound: socket.socket, failed: str) -> None:
        busy = task.status
        try:
            await self._sandbox.check()
        except SandboxUnavailable as unavailable:
            bound.close()
            task.log.append(_REASONS[unavailable.reason])
            task.status = failed
            return
        if task.status != busy:  # stopped or deleted meanwhile
            bound.close()
            return
        door = SshDoor(self._sandbox, task.password, task.shape)
        self._doors[task.task_id] = door
        await door.open(bound)
        if task.status == busy:
            task.status = "running"

    async def _shut(self, task_id: str) -> None:
        door = self._doors.pop(task_id, None)
        if door is not None:
            await door.close()

"""Large snapshots are read again only when the node says that they changed."""

from __future__ import annotations

from typing import Any

from dbc_desktop.chain.substrate.points_log import PointsLog


class Node:
    """A block of a node with so many machines; counts what is read in full."""

    def __init__(self, machines: int, *, hashes: bool = True) -> None:
        self.machines, self.hashes = machines, hashes
        self.reads = self.asked = 0

    def get(self, pallet: str, item: str, *keys: object) -> Any:
        self.reads += 1
        assert (pallet, keys) == ("OnlineProfile", (7,))
        if item == "ErasStashPoints":
            return {"total": self.machines, "staker_statistic": ((b"s" * 32, {"online_gpu_num": 1}),)}
        return tuple((b"%064x" % one, {"basic_grade": one, "is_rented": one == 1}) for one in range(self.machines))

    def digest(self, pallet: str, item: str, *keys: object) -> bytes:
        self.asked += 1
        return self.machines.to_bytes(32, "big") if self.hashes else b""


def machines(log: PointsLog, node: Node) -> dict[str, tuple[int, bool]]:
    return log.machines(node, 7)  # type: ignore[arg-type]


def test_a_large_one_is_read_once_and_again_when_it_changed() -> None:
    log, node = PointsLog(), Node(600)
    first = machines(log, node)
    assert (len(first), first["0" * 63 + "1"], first["0" * 63 + "2"]) == (600, (1, True), (2, False))
    assert (node.reads, node.asked) == (1, 1)
    assert machines(log, node) is first
    assert (node.reads, node.asked) == (1, 2)
    node.machines = 601
    assert len(machines(log, node)) == 601
    assert machines(log, node) is not first
    assert (node.reads, node.asked) == (2, 4)


def test_a_small_one_and_a_node_without_hashes_are_simply_read() -> None:
    for node in (Node(3), Node(600, hashes=False)):
        log = PointsLog()
        assert machines(log, node) == machines(log, node)
        assert node.reads == 2
    log, node = PointsLog(), Node(3)
    assert log.stashes(node, 7) == (3, {b"s" * 32: {"online_gpu_num": 1}})  # type: ignore[arg-type]

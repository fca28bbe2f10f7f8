"""Export and import of one file: what it keeps, and what someone hostile could put into it."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbc_desktop.chain.local.archive import Archive
from dbc_desktop.chain.local.backend import LocalChain
from dbc_desktop.chain.local.travel import import_chain
from dbc_desktop.domain.balance import Balance
from dbc_desktop.domain.errors import BackendMismatch, Cancelled, DataCorrupt, DataTooLarge, DataTooNew, InvalidInput
from dbc_desktop.domain.explorer import EventQuery, ExtrinsicQuery
from tests.doubles.chain_user import ChainUser, transfer

DATA = Path(__file__).parents[3] / "data"
BOB = ChainUser("//Bob").address


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain of four extrinsics and two eras in one file."""
    folder = tmp_path_factory.mktemp("exported")
    chain = LocalChain(folder / "chain", is_running=False, residents=False, seed=b"archive")
    alice = ChainUser("//Alice")
    chain.play_money(alice.address)
    chain.jump(1)
    for extrinsic in alice.many(chain, [transfer(BOB.raw, units) for units in (5, 6, 10**30)]):
        chain.submit(extrinsic)
    chain.jump(14_400 * 2)
    told: list[tuple[int, int]] = []
    head = chain.export(folder / "kept.dbcchain", lambda done, total: told.append((done, total)))
    assert (head, told[-1][0]) == (chain.head(), told[-1][1])
    chain.close()
    return folder


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[LocalChain]:
    made = LocalChain(tmp_path / "own", is_running=False, residents=False, seed=b"own")
    yield made
    made.close()


def signed(stream: bytes, version: int = 1) -> bytes:
    """A file with a digest that fits, whatever it holds."""
    body = b"DBCCHAIN" + struct.pack(">H", version) + zlib.compress(stream, 9)
    return body + hashlib.blake2b(body, digest_size=32).digest()


def stream_of(path: Path) -> bytearray:
    return bytearray(zlib.decompress(path.read_bytes()[10:-32]))


def test_the_whole_chain_comes_back(exported: Path, tmp_path: Path) -> None:
    import_chain(exported / "kept.dbcchain", tmp_path / "chain")
    first = LocalChain(exported / "chain", is_running=False, residents=False)
    again = LocalChain(tmp_path / "chain", is_running=False, residents=False)
    assert again.head() == first.head()
    assert again.identity() == first.identity()
    assert again.account(BOB).free == Balance(11)
    assert again.blocks(2**32, 99) == first.blocks(2**32, 99)
    assert again.extrinsics(ExtrinsicQuery(), 99) == first.extrinsics(ExtrinsicQuery(), 99)
    assert again.event_log(EventQuery(), 99) == first.event_log(EventQuery(), 99)
    assert again.replay() == first.replay()
    assert (exported / "kept.dbcchain").stat().st_size < 10_000
    first.close()
    again.close()


def test_residents_go_on_after_an_import(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path / "one", is_running=False, seed=b"go on")
    chain.jump(14_400)
    chain.export(tmp_path / "file")
    branch = chain.import_branch(tmp_path / "file", "copy")
    assert (branch.height, branch.forked_at) == (43_300, None)
    chain.jump(14_400)
    stayed = chain.network()
    chain.use_branch("copy")
    chain.jump(14_400)
    assert chain.network().burned == stayed.burned > Balance(0)
    assert chain.compare("main").forked_at >= 43_300
    chain.close()


def test_a_file_of_this_version_is_read(tmp_path: Path) -> None:
    import_chain(DATA / "exported_chain_of_version_1.dbcchain", tmp_path / "chain")
    chain = LocalChain(tmp_path / "chain", is_running=False)
    head = chain.head()
    assert (head.height, head.era, head.timestamp_ms) == (28_802, 3, 1_800_172_812_000)
    assert chain.account(BOB).free == Balance(11)
    assert chain.extrinsics(ExtrinsicQuery(), 99).total == 4
    chain.close()


def refused(chain: LocalChain, tmp_path: Path, data: bytes) -> Exception:
    """What an import says; nothing is left of it."""
    path = tmp_path / "foreign"
    path.write_bytes(data)
    before = chain.head()
    with pytest.raises((DataCorrupt, DataTooNew, DataTooLarge)) as error:
        chain.import_branch(path, "foreign")
    assert chain.head() == before
    assert [one.name for one in chain.branches()] == ["main"]
    below = tmp_path / "own" / "branches"
    assert not below.exists() or list(below.iterdir()) == []
    return error.value


@pytest.mark.parametrize("kept", [0, 5, 12, 100, -40, -1])
def test_a_cut_file_is_refused(chain: LocalChain, exported: Path, tmp_path: Path, kept: int) -> None:
    assert isinstance(refused(chain, tmp_path, (exported / "kept.dbcchain").read_bytes()[:kept]), DataCorrupt)


@pytest.mark.parametrize("at", [0, 9, 11, 200, -33, -1])
def test_a_changed_byte_is_found_before_anything_is_run(
    chain: LocalChain, exported: Path, tmp_path: Path, at: int
) -> None:
    data = bytearray((exported / "kept.dbcchain").read_bytes())
    data[at] ^= 1
    assert isinstance(refused(chain, tmp_path, bytes(data)), DataCorrupt)


def test_a_newer_file_is_named(chain: LocalChain, exported: Path, tmp_path: Path) -> None:
    error = refused(chain, tmp_path, signed(bytes(stream_of(exported / "kept.dbcchain")), version=2))
    assert isinstance(error, DataTooNew)
    assert error.version == 2


def test_a_bomb_is_stopped_at_its_limit(exported: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb"
    bomb.write_bytes(signed(stream_of(exported / "kept.dbcchain") + bytes(8_000_000)))
    assert bomb.stat().st_size < 100_000
    archive = Archive(bomb, max_stream=1_000_000)
    with pytest.raises((DataTooLarge, DataCorrupt)):
        list(archive.blocks())
    # The head alone can be one as well.
    bomb.write_bytes(signed(struct.pack(">I", 4 << 20) + bytes(8_000_000)))
    with pytest.raises(DataTooLarge):
        Archive(bomb, max_stream=1_000_000)


def at_first_block(stream: bytearray) -> int:
    """Where the first block begins: behind genesis, start, height, blocks and no notes."""
    (length,) = struct.unpack(">I", stream[:4])
    return 4 + int(length) + 8 + 4 + 4 + 4


def other_height(stream: bytearray) -> None:
    at = at_first_block(stream)
    stream[at : at + 4] = struct.pack(">I", 77)


def other_hash(stream: bytearray) -> None:
    stream[at_first_block(stream) + 10] ^= 1


def other_transfer(stream: bytearray) -> None:
    stream[at_first_block(stream) + 4 + 32 + 4 + 4 + 120] ^= 1


def too_many_extrinsics(stream: bytearray) -> None:
    at = at_first_block(stream) + 36
    stream[at : at + 4] = struct.pack(">I", 2**32 - 1)


def too_long_an_extrinsic(stream: bytearray) -> None:
    at = at_first_block(stream) + 40
    stream[at : at + 4] = struct.pack(">I", 65_537)


def more_blocks(stream: bytearray) -> None:
    at = at_first_block(stream) - 8
    stream[at : at + 4] = struct.pack(">I", 2**31)


def fewer_blocks(stream: bytearray) -> None:
    at = at_first_block(stream) - 8
    stream[at : at + 4] = struct.pack(">I", 1)


def later_head(stream: bytearray) -> None:
    at = at_first_block(stream) - 12
    stream[at : at + 4] = struct.pack(">I", 2**31)


def other_genesis(stream: bytearray) -> None:
    at = stream.index(b"launch-2021")
    stream[at : at + 11] = b"launch-2099"


def a_richer_genesis(stream: bytearray) -> None:
    at = stream.index(b",1000000000000000000000]")
    stream[at + 1] = ord("9")


@pytest.mark.parametrize(
    "change",
    [
        other_height,
        other_hash,
        other_transfer,
        too_many_extrinsics,
        too_long_an_extrinsic,
        more_blocks,
        fewer_blocks,
        later_head,
        other_genesis,
        a_richer_genesis,
    ],
)
def test_a_log_that_does_not_run_is_refused(
    chain: LocalChain, exported: Path, tmp_path: Path, change: Callable[[bytearray], None]
) -> None:
    stream = stream_of(exported / "kept.dbcchain")
    change(stream)
    assert isinstance(refused(chain, tmp_path, signed(bytes(stream))), (DataCorrupt, DataTooLarge))


def test_an_import_can_be_called_off(chain: LocalChain, exported: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    chain.jump(14_400)
    with pytest.raises(Cancelled):
        chain.import_branch(exported / "kept.dbcchain", "never", stop)
    with pytest.raises(Cancelled):
        chain.export(tmp_path / "never.dbcchain", stop)
    assert [one.name for one in chain.branches()] == ["main"]
    assert [each.name for each in tmp_path.iterdir()] == ["own"]


def test_another_chain_is_not_compared(chain: LocalChain, exported: Path) -> None:
    chain.import_branch(exported / "kept.dbcchain", "foreign")
    with pytest.raises(BackendMismatch):
        chain.compare("foreign")
    with pytest.raises(InvalidInput):
        chain.import_branch(exported / "kept.dbcchain", "foreign")

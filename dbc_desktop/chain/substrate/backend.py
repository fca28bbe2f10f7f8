"""A real node behind the port: `ChainBackend` over JSON-RPC (design 4.2)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dbc_desktop.chain import extrinsic as codec
from dbc_desktop.chain.backend import HeadChange, Subscription
from dbc_desktop.chain.history_store import HistoryStore
from dbc_desktop.chain.substrate import extrinsics
from dbc_desktop.chain.substrate.blocks import Blocks, Header
from dbc_desktop.chain.substrate.custom_rpc import CustomRpc
from dbc_desktop.chain.substrate.dispute_mirror import Settled
from dbc_desktop.chain.substrate.drift import rule_drift
from dbc_desktop.chain.substrate.follow import POLL_SECONDS, Follower
from dbc_desktop.chain.substrate.look_ahead import look_ahead
from dbc_desktop.chain.substrate.mirror import NODE_RULES
from dbc_desktop.chain.substrate.outcomes import Outcomes
from dbc_desktop.chain.substrate.past import Past
from dbc_desktop.chain.substrate.points_log import PointsLog
from dbc_desktop.chain.substrate.pool import Pool, proportionate
from dbc_desktop.chain.substrate.practice import copy_of
from dbc_desktop.chain.substrate.probe import health_of
from dbc_desktop.chain.substrate.reads import NodeReads, Standing
from dbc_desktop.chain.substrate.reward_log import RewardLog
from dbc_desktop.chain.substrate.rpc import NodeRpc
from dbc_desktop.chain.substrate.runtime import Runtime, Runtimes
from dbc_desktop.chain.substrate.staking_mirror import tells_of_super_nodes
from dbc_desktop.chain.substrate.storage import View
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.balance import DECIMALS, Balance
from dbc_desktop.domain.call import Call, Draft, EventRecord, Preview, Receipt, SigningContext
from dbc_desktop.domain.clock import Clock
from dbc_desktop.domain.errors import BackendMismatch, ChainRequestFailed, OutcomeUnknown
from dbc_desktop.domain.network import Capability, Drift, Head, Identity, NodeHealth
from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.lanes.clock import SystemClock

FRESH_SECONDS = 1.5
"""How long reads stay on the block that was the newest: what one page asks for in a moment is of one block."""

_SIGNATURE = bytes(64)
_PAID_KEPT = 4_096
_MOST_LAG = 64
_LONGEST_NAME = 40


class SubstrateChain(NodeReads):
    """`ChainBackend` on one network through its endpoints; callable from any thread.

    Nothing is asked before the first call. Metadata is kept in `folder` by genesis and version.

    Args:
        endpoints: Where the node answers; all must show the same genesis.
        genesis_hash: The genesis that was pinned for the network, None on first trust.
        folder: Where metadata is kept; None keeps nothing.
        clock: Time; by default the system's.
        fresh_seconds: How long reads stay on one block.
        poll_seconds: How often a follower looks for a new head.
        history: Where the movements of accounts are kept that a follower sees; closed with this object.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        *,
        genesis_hash: bytes | None = None,
        folder: Path | None = None,
        clock: Clock | None = None,
        fresh_seconds: float = FRESH_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        history: HistoryStore | None = None,
    ) -> None:
        self._own_clock = SystemClock() if clock is None else None
        self._clock: Clock = clock or self._own_clock or SystemClock()
        self._rpc = NodeRpc(endpoints, self._clock, genesis_hash)
        self._runtimes = Runtimes(self._rpc, folder)
        self._blocks = Blocks(self._rpc)
        self._custom = CustomRpc(self._rpc)
        self._outcomes = Outcomes(self._blocks, self._runtimes)
        self._past = Past(self._blocks, self._runtimes)
        self._pool = Pool(self._rpc)
        self._log = RewardLog()
        self._snapshots = PointsLog()
        self._settled = Settled()
        self._history = history
        self._follower = Follower(self._blocks, self._runtimes, self._head_anew, self._clock, poll_seconds, self._keep)
        self._fresh_seconds = fresh_seconds
        self._reading = threading.Lock()
        self._standing: Standing | None = None
        self._read_at = 0.0
        self._name: str | None = None
        self._paid_fees: dict[tuple[int, int], Balance] = {}

    @property
    def rpc(self) -> NodeRpc:
        """The way to the node."""
        return self._rpc

    # --- where it stands ------------------------------------------------------------------------------------------

    def identity(self) -> Identity:
        """Which chain this is, by the genesis that its endpoints show.

        Raises:
            BackendMismatch: `genesis`, or `decimals`: its coin is divided in another way.
        """
        runtime = self._now().runtime
        if self._name is None:
            name, properties = self._rpc.batch([("system_chain", ()), ("system_properties", ())])
            decimals = properties.get("tokenDecimals") if isinstance(properties, dict) else None
            if decimals not in (DECIMALS, None):
                raise BackendMismatch("decimals")
            self._name = _plain(name)
        genesis = self._rpc.genesis_hash
        prefix = runtime.constant("System", "SS58Prefix")
        return Identity(
            kind="node",
            name=self._name,
            genesis_hash=genesis or b"",
            spec_version=runtime.spec_version,
            transaction_version=runtime.transaction_version,
            rules_profile=NODE_RULES.name,
            ss58_prefix=prefix if isinstance(prefix, int) else 42,
        )

    def capabilities(self) -> frozenset[Capability]:
        """A look ahead, as an estimate, disputes, its newest blocks, and super nodes where its runtime has them.

        No clock, no jump, no play money, no explanation of a reward.
        """
        found = {Capability.PREVIEW, Capability.DISPUTES, Capability.EXPLORER}
        if tells_of_super_nodes(self._now().runtime.storage):
            found.add(Capability.SUPER_NODES)
        return frozenset(found)

    def head(self) -> Head:
        """The newest block."""
        return self._head_of(self._now())

    def health(self) -> NodeHealth:
        """How the node fares: asked anew.

        Raises:
            ChainUnreachable: It does not answer.
        """
        now = self._now(fresh=True)
        return health_of(self._rpc, now.header.height, now.finalised, now.runtime.spec_version)

    def stash_copy(self, stash: Address) -> bytes:
        """A stash with its machines, rewards and leases at the newest block, to practise with on a local chain.

        Raises:
            InvalidInput: `address` with `no_stash`.
        """
        return copy_of(self._mirror(), stash.raw)

    def drift(self) -> tuple[Drift, ...]:
        """Where the node's rules differ from those this program computes by."""
        return rule_drift(self._now().runtime)

    def _now(self, *, fresh: bool = False) -> Standing:
        """The newest block; for a moment the same one, so that a page does not mix two."""
        with self._reading:
            standing, age = self._standing, self._clock.monotonic() - self._read_at
            if standing is not None and age < self._fresh_seconds and not fresh:
                return standing
            header, finalised = self._blocks.best()
            if standing is None or standing.header.hash != header.hash:
                runtime = self._runtimes.at(header.hash)
                standing = Standing(header, finalised, runtime, View(self._rpc, runtime.storage, header.hash))
            else:
                standing = replace(standing, finalised=finalised)
            self._standing, self._read_at = standing, self._clock.monotonic()
            return standing

    def _head_anew(self) -> tuple[Header, Head]:
        standing = self._now(fresh=True)
        return standing.header, self._head_of(standing)

    @staticmethod
    def _head_of(standing: Standing) -> Head:
        era, moment = standing.view.many([("OnlineProfile", "CurrentEra", ()), ("Timestamp", "Now", ())])
        return Head(standing.header.height, standing.header.hash, era, moment, standing.finalised)

    def _genesis(self) -> bytes:
        if self._rpc.genesis_hash is None:
            self._now()
        return self._rpc.genesis_hash or b""

    def _keep(self, blocks: Sequence[tuple[Header, tuple[EventRecord, ...]]]) -> None:
        """Take the events of these blocks, each the child of the one before, into the books."""
        if self._history is None or not blocks:
            return
        genesis = self._genesis()
        self._history.forget_above(genesis, blocks[0][0].height - 1)
        for header, events in blocks:
            self._history.add_block(genesis, header.height, events)

    # --- what the reading half asks of this one -------------------------------------------------------------------

    def _next_nonce(self, address: Address, stored: int) -> int:
        return self._pool.next_nonce(address, stored)

    def _paid(self, order: RentOrder) -> Balance | None:
        """What the event of the order's confirmation says was paid, None where the node forgot it."""
        key = (order.rent_id, order.rent_start)
        if key in self._paid_fees:
            return self._paid_fees[key]
        height = self._now().view.get("RentMachine", "RentInfo", order.rent_id)
        if height is None:
            return None
        try:
            found = self.events(height["confirm_rent"])
        except ChainRequestFailed:
            return None
        for event in found:
            if (event.pallet, event.name) != ("RentMachine", "ConfirmRent"):
                continue
            fee = event.fields.get("fee")
            if event.fields.get("rent_id") == order.rent_id and isinstance(fee, int):
                if len(self._paid_fees) >= _PAID_KEPT:
                    self._paid_fees.clear()
                self._paid_fees[key] = Balance(fee)
                return Balance(fee)
        return None

    def _events_of(self, header: Header) -> tuple[EventRecord, ...]:
        runtime = self._runtimes.at(header.parent_hash if header.height else header.hash)
        return self._blocks.events(runtime, header)

    # --- sending --------------------------------------------------------------------------------------------------

    def signing_context(self, signer: Address) -> SigningContext:
        """What a signature of this account must bind to now: it is born at a final block, which no fork takes back.

        Where finality lags far behind, the newest block will do: the transaction must not be old when it is born.
        """
        now = self._now()
        stored = now.view.get("System", "Account", signer.raw)["nonce"]
        born = now.finalised if now.header.height - now.finalised <= _MOST_LAG else now.header.height
        (birth,) = self._blocks.hashes(range(born, born + 1))
        genesis = self._rpc.genesis_hash
        if birth is None or genesis is None:
            raise BackendMismatch("genesis")
        return SigningContext(
            genesis,
            now.runtime.spec_version,
            now.runtime.transaction_version,
            self._pool.next_nonce(signer, stored),
            born,
            birth,
        )

    def fee_of(self, extrinsic_length: int, call: Call) -> int:
        """Inclusion fee in the smallest unit, by the node's own count; the length is that of the call's extrinsic."""
        del extrinsic_length
        nobody = Address(bytes(32))
        return self._fee(self._unpriced(call, nobody))

    def draft(self, call: Call, signer: Address) -> Draft:
        """What to sign for `call` now, with its fee by the node.

        Raises:
            BackendMismatch: `call`, `extension`, or `fee`: it is out of all proportion to the length.
        """
        made = self._unpriced(call, signer)
        return replace(made, fee=Balance(self._fee(made)))

    def _unpriced(self, call: Call, signer: Address) -> Draft:
        return extrinsics.draft(self._now().runtime, call, signer.raw, self.signing_context(signer))

    def _fee(self, made: Draft) -> int:
        extrinsic = codec.assemble(made, _SIGNATURE)
        fee = self._pool.fee(extrinsic, self._now().header.hash)
        if not proportionate(fee, len(extrinsic)):
            raise BackendMismatch("fee")
        return fee

    def check_draft(self, draft: Draft) -> None:
        """Read the bytes with the types of the runtime that runs now.

        Raises:
            BackendMismatch: They do not say what is shown, or the runtime was upgraded meanwhile.
        """
        extrinsics.check(self._now(fresh=True).runtime, draft)
        if draft.context.genesis_hash != self._rpc.genesis_hash:
            raise BackendMismatch("genesis")

    def preview(self, call: Call, signer: Address) -> Preview:
        """What the call would do by today's rules, from the part of the state it touches: an estimate."""
        made = self._unpriced(call, signer)
        seen = look_ahead(self._mirror(), call, signer.raw, self._fee(made))
        return replace(seen, trial=self._pool.trial(self._now().header.hash))

    def submit(self, extrinsic: bytes) -> bytes:
        """Hand it over once, to one endpoint; its hash.

        Raises:
            InvalidTransaction: It was not accepted.
            ChainRejected: The node tried it out and it would fail; it was not sent.
            OutcomeUnknown: The connection broke while it was sent.
        """
        now = self._now(fresh=True)
        tx_hash = codec.hash_of(extrinsic)
        self._pool.try_out(extrinsic, now.header.hash, now.runtime)
        try:
            self._pool.hand_over(extrinsic, lambda: self._is_in_block(tx_hash))
        except OutcomeUnknown:
            self._outcomes.note_sent(tx_hash)
            raise
        self._outcomes.note_sent(tx_hash)
        return tx_hash

    def _is_in_block(self, tx_hash: bytes) -> bool:
        found = self.receipt(tx_hash)
        return found is not None and found.height is not None

    def receipt(self, tx_hash: bytes, born: int | None = None) -> Receipt | None:
        """What became of an extrinsic, by the blocks from the one it was signed at."""
        now = self._now(fresh=True)
        return self._outcomes.find(tx_hash, now.header, now.finalised, born)

    def follow(self, callback: Callable[[HeadChange], None]) -> Subscription:
        """Call back for each new head, from one thread of this object."""
        return self._follower.follow(callback)

    def runtime(self) -> Runtime:
        """The runtime at the newest block."""
        return self._now().runtime

    def close(self) -> None:
        """End the threads and let go of the connections."""
        if self._own_clock is not None:
            self._own_clock.close()
        self._follower.close()
        self._rpc.close()
        if self._history is not None:
            self._history.close()


def _plain(name: object) -> str:
    """A node's own name, made fit to show."""
    if not isinstance(name, str):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in name[:_LONGEST_NAME]).strip()

"""How a new embedded chain begins: who holds what, and who its residents are.

The residents' keys are **play keys**: everyone can derive them from the public seed in the chain's own file. They hold
play money of one embedded chain and must never hold anything else.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache

from dbc_desktop.crypto.box import BoxKey
from dbc_desktop.crypto.hashing import blake2_256
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.balance import UNITS_PER_DBC as DBC
from dbc_desktop.domain.gpu_models import cuda_cores
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo, HardwareInfo, MachineId
from dbc_desktop.rules.calc_point import calc_point
from dbc_desktop.rules.genesis import FirstNode, FirstSupporter, GenesisSpec
from dbc_desktop.rules.profile import TREASURY

SEED = b"dbc-desktop local chain"
ISSUANCE = 3_900_000_000 * DBC
PRICE_MICRO_USD = 12_000
STANDARD_PRICE = (100, 28_229)
"""Points and micro-USD a day of the standard machine. Of the two that are known of the network's tests (chain-rules
11.3) the one that people would pay: a card costs about 0.15 to 0.30 USD an hour, with the other twenty times as much.
"""
GIFT = 1_000_000 * DBC
"""What the bank sends on request."""

COMMITTEE = tuple(f"committee {number}" for number in range(5))
SUPER_NODES = tuple(f"super node {number}" for number in range(34))
"""More than there are seats, also after the first quarter of a year."""
SUPPORTERS = tuple(f"supporter {number}" for number in range(34))
TECHNICAL = tuple(f"technical {number}" for number in range(5))
"""Who sits in the technical committee and decides on appeals."""
BANK, SUDO, RENTER = "bank", "sudo", "renter"

_FOR_FEES = 1_000 * DBC
_COMMITTEE_DBC = 200_000
_TECHNICAL_DBC = 10_000
_OPERATOR_DBC = 20_000_000
_RENTER_DBC = 100_000_000
_SUDO_DBC = 1_000_000
_TREASURY_DBC = 500_000_000


@dataclass(frozen=True, slots=True)
class ResidentMachine:
    """A machine of a resident operator, as it is."""

    gpu_type: str
    gpu_num: int
    gpu_mem: int
    cpu_type: str
    cpu_core_num: int
    cpu_rate: int
    mem_num: int
    sys_disk: int
    data_disk: int


@dataclass(frozen=True, slots=True)
class Operator:
    """A resident operator: where the machines stand, the net, and the machines."""

    name: str
    longitude: Coordinate
    latitude: Coordinate
    upload_net: int
    download_net: int
    telecom: str
    machines: tuple[ResidentMachine, ...]


_EPYC = ("AMD EPYC 7543", 32, 2_800)
_XEON = ("Intel Xeon Gold 6330", 28, 2_000)
_RYZEN = ("AMD Ryzen 9 5950X", 16, 3_400)
_THREADRIPPER = ("AMD Ryzen Threadripper PRO 5975WX", 32, 3_600)

OPERATORS = (
    Operator(
        "operator Singapore",
        Coordinate("East", 1_038_198),
        Coordinate("North", 13_521),
        1_000,
        1_000,
        "Singtel",
        (
            ResidentMachine("NVIDIA GeForce RTX 4090", 8, 24, *_EPYC, 512, 480, 7_680),
            ResidentMachine("NVIDIA GeForce RTX 4090", 4, 24, *_EPYC, 256, 480, 3_840),
        ),
    ),
    Operator(
        "operator Frankfurt",
        Coordinate("East", 86_821),
        Coordinate("North", 501_109),
        2_000,
        2_000,
        "Deutsche Telekom",
        (
            ResidentMachine("NVIDIA GeForce RTX 3090", 4, 24, *_RYZEN, 128, 480, 2_000),
            ResidentMachine("NVIDIA RTX A6000", 2, 48, *_THREADRIPPER, 256, 960, 3_840),
        ),
    ),
    Operator(
        "operator Seoul",
        Coordinate("East", 1_269_780),
        Coordinate("North", 375_665),
        1_000,
        1_000,
        "KT",
        (ResidentMachine("NVIDIA RTX A5000", 8, 24, *_XEON, 384, 480, 3_840),),
    ),
    Operator(
        "operator Dallas",
        Coordinate("West", 967_970),
        Coordinate("North", 327_767),
        500,
        500,
        "AT&T",
        (
            ResidentMachine("NVIDIA A100-SXM4-80GB", 4, 80, *_EPYC, 512, 960, 7_680),
            ResidentMachine("NVIDIA GeForce RTX 3080", 6, 10, *_RYZEN, 64, 240, 1_000),
        ),
    ),
)


class PlayKeys:
    """The play keys of one chain's residents, from its public seed."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self.pair = cache(self._pair)

    def _pair(self, name: str) -> KeyPair:
        return KeyPair.from_seed(blake2_256(b"resident\0" + self._seed + b"\0" + name.encode()))

    def account(self, name: str) -> bytes:
        """The public key of a resident."""
        return self.pair(name).public

    def box(self, name: str) -> BoxKey:
        """The key to which messages for a resident are sealed."""
        return BoxKey(blake2_256(b"box\0" + self._seed + b"\0" + name.encode()))

    def machine(self, operator: str, number: int) -> KeyPair:
        """The key of an operator's machine itself (chain-rules 4.1)."""
        return self.pair(f"{operator} machine {number}")

    def word(self, subject: str) -> str:
        """A word that only the residents' seed and the subject make."""
        return blake2_256(b"word\0" + self._seed + b"\0" + subject.encode()).hex()[:16]

    def machine_id(self, operator: str, number: int) -> MachineId:
        """The id of an operator's machine."""
        return MachineId(self.machine(operator, number).public.hex())


def first_nodes(keys: PlayKeys) -> tuple[FirstNode, ...]:
    """The resident super nodes: some stake more themselves, some live by their supporters; commissions of 3 to 10 %."""
    return tuple(
        FirstNode(keys.account(name), (6_000 + 37 * at % 29 * 150) * 1_000 * DBC, (3 + at % 8) * 10_000_000)
        for at, name in enumerate(SUPER_NODES)
    )


def first_supporters(keys: PlayKeys) -> tuple[FirstSupporter, ...]:
    """The resident supporters: each stands behind one or two super nodes, most behind the better known ones."""
    found = []
    for at, name in enumerate(SUPPORTERS):
        named = dict.fromkeys((at * 7 + step * 5) % (24 + 5 * step) for step in range(1 + at % 2))
        targets = tuple(keys.account(SUPER_NODES[number]) for number in named)
        found.append(FirstSupporter(keys.account(name), (4_000 + 53 * at % 41 * 250) * 1_000 * DBC, targets))
    return tuple(found)


@cache
def resident_names(seed: bytes) -> dict[bytes, str]:
    """All residents of the chains of a seed, by their public keys."""
    keys = PlayKeys(seed)
    names = (*COMMITTEE, *SUPER_NODES, *SUPPORTERS, *TECHNICAL, BANK, SUDO, RENTER)
    return {keys.account(name): name for name in (*names, *(operator.name for operator in OPERATORS))}


def launch_genesis(profile: str, seed: bytes, *, residents: bool = True, practice: bytes = b"") -> GenesisSpec:
    """The genesis of the embedded chain: 3.9 billion DBC, five committee members, the bank holds what is left.

    Machines are priced by `STANDARD_PRICE`, not by the profile's own.
    """
    keys = PlayKeys(seed)
    held = {SUDO: _SUDO_DBC} | dict.fromkeys(COMMITTEE, _COMMITTEE_DBC) | dict.fromkeys(TECHNICAL, _TECHNICAL_DBC)
    if residents:
        held |= {operator.name: _OPERATOR_DBC for operator in OPERATORS} | {RENTER: _RENTER_DBC}
    endowments = [(TREASURY, _TREASURY_DBC * DBC)]
    endowments += [(keys.account(name), whole * DBC) for name, whole in held.items()]
    nodes, supporters = first_nodes(keys), first_supporters(keys)
    endowments += [(node.who, node.own + _FOR_FEES) for node in nodes]
    endowments += [(supporter.who, supporter.stake + _FOR_FEES) for supporter in supporters]
    endowments.append((keys.account(BANK), ISSUANCE - sum(amount for _, amount in endowments)))
    members = tuple(keys.account(name) for name in COMMITTEE)
    return GenesisSpec(
        profile,
        keys.account(SUDO),
        tuple(endowments),
        members,
        PRICE_MICRO_USD,
        7_000,
        seed,
        STANDARD_PRICE,
        treasury_spends=True,
        super_nodes=nodes,
        supporters=supporters,
        technical=tuple(keys.account(name) for name in TECHNICAL),
        box_keys=tuple(keys.box(name).public for name in COMMITTEE),
        practice=practice,
    )


def pack_spec(spec: GenesisSpec) -> bytes:
    """The one form in which a genesis is kept and hashed; without what came later as it was before there was that."""
    held = asdict(spec)
    for name in ("standard_price", "treasury_spends", "super_nodes", "supporters", "technical", "box_keys", "practice"):
        if not held[name]:
            del held[name]
    return json.dumps(held, default=bytes.hex, sort_keys=True, separators=(",", ":")).encode()


def unpack_spec(data: bytes) -> GenesisSpec:
    """What `pack_spec` wrote.

    Raises:
        ValueError: It did not.
        KeyError: A field is missing.
    """
    held = json.loads(data)
    standard = held.get("standard_price")
    return GenesisSpec(
        profile=held["profile"],
        sudo=bytes.fromhex(held["sudo"]),
        endowments=tuple((bytes.fromhex(who), int(amount)) for who, amount in held["endowments"]),
        committee=tuple(bytes.fromhex(member) for member in held["committee"]),
        dbc_price_usd=int(held["dbc_price_usd"]),
        cny_per_usd_milli=int(held["cny_per_usd_milli"]),
        seed=bytes.fromhex(held["seed"]),
        standard_price=None if standard is None else (int(standard[0]), int(standard[1])),
        treasury_spends=bool(held.get("treasury_spends", False)),
        super_nodes=tuple(
            FirstNode(bytes.fromhex(who), int(own), int(cut)) for who, own, cut in held.get("super_nodes", ())
        ),
        supporters=tuple(
            FirstSupporter(bytes.fromhex(who), int(stake), tuple(map(bytes.fromhex, targets)))
            for who, stake, targets in held.get("supporters", ())
        ),
        technical=tuple(bytes.fromhex(member) for member in held.get("technical", ())),
        box_keys=tuple(bytes.fromhex(key) for key in held.get("box_keys", ())),
        practice=bytes.fromhex(held.get("practice", "")),
    )


def genesis_hash(spec: GenesisSpec, digest: bytes) -> bytes:
    """The hash of block 0: of the genesis as it is kept, and of the state it made."""
    return blake2_256(pack_spec(spec) + digest)


def customize_of(operator: Operator, server_room: bytes) -> CustomizeInfo:
    """What an operator says of a machine."""
    return CustomizeInfo(
        server_room=server_room,
        upload_net=operator.upload_net,
        download_net=operator.download_net,
        longitude=operator.longitude,
        latitude=operator.latitude,
        telecom_operators=(operator.telecom,),
    )


def hardware_of(machine: ResidentMachine, machine_id: MachineId) -> HardwareInfo:
    """What the committee finds when it looks at a resident's machine."""
    cores = cuda_cores(machine.gpu_type) or 0
    return HardwareInfo(
        machine_id=machine_id,
        gpu_type=machine.gpu_type,
        gpu_num=machine.gpu_num,
        cuda_core=cores,
        gpu_mem=machine.gpu_mem,
        calc_point=calc_point(machine.gpu_num, machine.mem_num, cores, machine.gpu_mem),
        sys_disk=machine.sys_disk,
        data_disk=machine.data_disk,
        cpu_type=machine.cpu_type,
        cpu_core_num=machine.cpu_core_num,
        cpu_rate=machine.cpu_rate,
        mem_num=machine.mem_num,
        rand_str="",
        is_support=True,
    )

from __future__ import annotations

from dataclasses import dataclass

from dbc_desktop.domain.account import AccountState, Address
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.gpu import GpuReading, RigSample
from dbc_desktop.domain.network import NetworkTotals
from dbc_desktop.domain.rental import RentOrder, RentStatus
from dbc_desktop.services.onboarding import StepId
from dbc_desktop.services.overview import home_facts, status_report
from tests.doubles.scripted_chain import ScriptedChain

ME = Address(b"\x01" * 32)
OTHER = Address(b"\x02" * 32)
GPU = GpuReading(
    "GPU-0", 0, "NVIDIA GeForce RTX 4090", 0.0, None, None, None, None, None, None, None, None, None, None, {}
)


@dataclass
class Moving(ScriptedChain):
    """A block comes while the first `moves` reports are read."""

    moves: int = 1

    def network(self) -> NetworkTotals:
        if self.moves:
            self.moves -= 1
            self.height += 1
            self.accounts[ME] = AccountState(ME, Balance(self.height), ZERO, 0)
        return super().network()


def test_a_report_is_of_one_block_even_when_blocks_come_while_it_is_read() -> None:
    chain = Moving(height=100, moves=2)
    report = status_report(chain, [ME])
    assert report.head.height == 102
    assert report.accounts[0].account.free == Balance(102)
    chain = Moving(height=100)
    facts = home_facts(chain, (), ME, None, logged_in=False)
    assert facts.account is not None
    assert (facts.head.height, facts.account.free) == (101, Balance(101))


def test_a_chain_that_never_rests_is_reported_all_the_same() -> None:
    assert status_report(Moving(height=100, moves=1_000), [ME]).head.height == 103


def test_a_controller_is_shown_its_stash() -> None:
    chain = ScriptedChain(controllers={ME: OTHER})
    (account,) = status_report(chain, [OTHER]).accounts
    assert account.account.address == OTHER
    assert account.overview.stash == ME


def test_only_orders_that_hold_gpus_are_reported() -> None:
    orders = [
        RentOrder(number, "ab" * 32, ME, 1, (0,), 1, 151, 301, status, Balance.of_dbc(1))  # type: ignore[arg-type]
        for number, status in enumerate(RentStatus)
    ]
    (account,) = status_report(ScriptedChain(orders=orders), [ME]).accounts
    assert [order.status for order in account.orders] == [RentStatus.WAITING_VERIFYING, RentStatus.RENTING]


def test_home_tells_the_rest_of_the_stake_from_the_gpus_of_this_computer() -> None:
    sample = RigSample("rig-01", "demo", 0.0, (GPU, GPU, GPU))
    facts = home_facts(ScriptedChain(), (), ME, sample, logged_in=False)
    fulfill = {step.id: step for step in facts.steps}[StepId.FULFILL]
    assert fulfill.facts["amount"] == Balance(2 * 71_428_571_428_571_416_666)
    assert facts.is_first_run

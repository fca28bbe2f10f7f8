# ruff: noqa: E501 - tables read better in one line
from __future__ import annotations

import contextlib

import pytest

from dbc_desktop.domain.account import Account, Address, KeyPlace
from dbc_desktop.domain.balance import ZERO, Balance
from dbc_desktop.domain.call import Call, Consequence, Draft, Preview, Severity, SigningContext, Trial
from dbc_desktop.domain.machine import Coordinate, CustomizeInfo
from dbc_desktop.domain.network import ClockMode, Identity
from dbc_desktop.screens.consequences import _SENTENCES, consequence_text
from dbc_desktop.screens.spending import Line, call_text, estimate_reason, spending_screen, spent

ALICE = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
BOB = bytes.fromhex("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48")
CLAIM = Call("OnlineProfile", "claim_rewards")
MACHINE = "8d2c" + "0" * 56 + "f07e"
ME = Account(Address(ALICE), "rig controller", KeyPlace.FILE)
INFO = CustomizeInfo(bytes(32), 1, 1, Coordinate("East", 1), Coordinate("North", 1), ("x",))


def dbc(text: str) -> Balance:
    return Balance.parse(text)


def screen_of(call: Call, *found: Consequence, error: tuple[str, str] | None = None, mode: ClockMode | None = None):
    draft = Draft(
        call, ALICE, SigningContext(bytes(32), 1, 1, 42, 1_396_842, bytes(32)), b"\x01\x02", dbc("0.000246"), 64
    )
    preview = Preview(call, draft.fee, dbc("928561.43"), ZERO, found, error)
    return spending_screen(draft, preview, (ME,), "launch-2021", mode)


def one(kind: str, amount: str = "", severity: Severity = Severity.INFO, **facts: object) -> Consequence:
    return Consequence(kind, severity, {**({"amount": dbc(amount)} if amount else {}), **facts})


def test_the_sheet_says_what_how_much_fee_and_after_this() -> None:
    screen = screen_of(
        Call("OnlineProfile", "controller_report_offline", (MACHINE,)),
        one("reward_of_era_lost", "268.40", Severity.LOSS),
        one("slash_on_return", "11428.57", Severity.LOSS),
        one("goes_offline", severity=Severity.WARN),
    )
    assert screen.title == "Report 8d2c…f07e offline"
    assert screen.call_text == "OnlineProfile.controller_report_offline(machine 8d2c…f07e)"
    assert (screen.signer_name, screen.fee) == ("rig controller", "0.000246 DBC")
    assert screen.signer_address == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    assert screen.nonce_text == "42 · 64 blocks (6 min 24 s)"
    assert screen.lines == (
        Line("loss", "today's reward of the machine is lost:", "268.40 DBC"),
        Line("loss", "coming back reserves a slash of", "11,428.57 DBC", "; it grows with the time offline"),
        Line("warn", "the machine leaves the market and earns nothing until it is back"),
        Line("idle", "free afterwards:", "928,561.43 DBC"),
    )
    assert screen.footnote == "Computed by the rules engine at block 1,396,842 under launch-2021."
    assert (screen.is_danger, screen.keep_text, screen.sign_text) == (True, "Keep as it is", "Report offline")
    assert screen.payload_hex == "0102"


def test_every_consequence_with_a_sum_is_counted_or_known_to_cost_nothing_now() -> None:
    """Where the person is asked again above a sum, a new kind of spending must not slip through."""
    nothing_now = {
        "stake_topped_up", "reward_minted", "rent_returned", "reward_of_era_lost", "slash_on_return", "report_at_risk",
        "member_at_risk", "stake_taken", "stake_released", "backing_ends", "node_stake_leaving", "slash_canceled",
        "paid_unconfirmed", "verdict_reversed", "report_taken_back", "order_taken",
    }  # fmt: skip
    facts = dict.fromkeys(("blocks", "eras", "percent", "number", "count", "members", "gpus", "points"), 1)
    with_sum = set()
    for kind, sentence in _SENTENCES.items():
        asked = _Asked(facts)
        with contextlib.suppress(KeyError, TypeError, AttributeError, ValueError):
            sentence(asked)
        if "amount" in asked.names:
            with_sum.add(kind)
    counted = {kind for kind in with_sum if spent(Preview(CLAIM, ZERO, ZERO, ZERO, (one(kind, "5"),))) == dbc("5")}
    assert with_sum - counted <= nothing_now
    assert {"transfer_out", "locked_as_backing", "deposit_reserved", "verify_fee"} <= counted


class _Asked(dict):  # type: ignore[type-arg]
    """Facts that remember which of them a sentence asked for."""

    def __init__(self, facts: dict[str, object]) -> None:
        super().__init__(facts | {"amount": dbc("5")})
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> object:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, otherwise: object = None) -> object:
        self.names.add(name)
        return super().get(name, otherwise)


def test_only_the_engines_own_chain_is_no_estimate() -> None:
    local = Identity("local", "Local chain", bytes(32), 411, 1, "launch-2021")
    node = Identity("substrate", "DBC mainnet", bytes(32), 400, 1, "mainnet-411")
    assert estimate_reason(None) == estimate_reason(local) == ""
    reason = estimate_reason(node)
    for trial, said in (
        (Trial.SERVED, "Once signed, the node tries it out first; one that fails there is not sent."),
        (Trial.DENIED, "The node does not let strangers try transactions out, so it is sent untried."),
        (Trial.LACKING, "The node cannot try transactions out, so it is sent untried."),
    ):
        assert estimate_reason(node, trial) == f"{reason} {said}"
    assert reason.startswith("Estimate: DBC mainnet runs runtime 400, ")
    assert "(mainnet-411)" in reason
    draft = Draft(CLAIM, ALICE, SigningContext(bytes(32), 1, 1, 42, 7, bytes(32)), b"", dbc("1"), 64)
    preview = Preview(CLAIM, draft.fee, dbc("1"), ZERO, ())
    assert spending_screen(draft, preview, (ME,), "mainnet-411", None, reason).estimate == reason


@pytest.mark.parametrize(
    ("call", "found", "title", "sign"),
    [
        (Call("Balances", "transfer_keep_alive", (BOB, 12_500_000_000_000_000)), (), "Send 12.50 DBC", "Send 12.50 DBC"),
        (Call("OnlineProfile", "bond_machine", (MACHINE, b"m", b"s")), (one("reserve_stake", "71428.57"),), "Bond machine 8d2c…f07e", "Bond 71,428.57 DBC"),
        (Call("OnlineProfile", "bond_machine", (MACHINE, b"m", b"s")), (), "Bond machine 8d2c…f07e", "Bond"),
        (Call("OnlineProfile", "fulfill_machine", (MACHINE,)), (one("reserve_stake", "500000"),), "Pay the rest of the stake of 8d2c…f07e", "Stake 500,000.00 DBC"),
        (Call("OnlineProfile", "fulfill_machine", (MACHINE,)), (), "Pay the rest of the stake of 8d2c…f07e", "Bring online"),
        (Call("OnlineProfile", "claim_rewards"), (one("reward_minted", "4787.94"),), "Claim rewards", "Claim 4,787.94 DBC"),
        (Call("OnlineProfile", "claim_rewards"), (), "Claim rewards", "Claim"),
        (Call("OnlineProfile", "set_controller", (BOB,)), (), "Name the controller", "Name controller"),
        (Call("OnlineProfile", "gen_server_room"), (), "Make a server room", "Make server room"),
        (Call("OnlineProfile", "add_machine_info", (MACHINE, INFO)), (), "Describe machine 8d2c…f07e", "Describe"),
        (Call("OnlineProfile", "controller_report_online", (MACHINE,)), (), "Report 8d2c…f07e online", "Report online"),
        (Call("RentMachine", "rent_machine", (MACHINE, 4, 14_400)), (one("rent_reserved", "2248.32"),), "Rent 4 GPUs of 8d2c…f07e for 24 h", "Rent for 2,248.32 DBC"),
        (Call("RentMachine", "rent_machine", (MACHINE, 1, 2 * 14_400)), (), "Rent 1 GPU of 8d2c…f07e for 2 days", "Rent"),
        (Call("RentMachine", "confirm_rent", (31,)), (one("rent_burned", "2000"), one("rent_paid", "248.32")), "Confirm order 31", "Confirm 2,248.32 DBC"),
        (Call("RentMachine", "confirm_rent", (31,)), (), "Confirm order 31", "Confirm"),
        (Call("RentMachine", "relet_machine", (31, 600)), (), "Extend order 31 by 1 h", "Extend by 1 h"),
        (Call("RentMachine", "bond_evm_address", (MACHINE, bytes(20))), (), "Name an EVM address for 8d2c…f07e", "Name address"),
        (Call("MachineCheck", "grab_order", (MACHINE,)), (), "Take the order to check 8d2c…f07e", "Take order"),
        (Call("OnlineProfile", "clear_specific_date", (MACHINE, 18_779)), (), "Set the hours of 8d2c…f07e", "Set hours"),
        (Call("TerminatingRental", "terminate_rent", (31,)), (), "End order 31 now", "End order"),
        (Call("GenericFunc", "destroy_free_dbc", (10**15,)), (), "Burn 1.00 DBC", "Burn 1.00 DBC"),
        (Call("Committee", "committee_set_box_pubkey", (bytes(32),)), (), "Committee.committee_set_box_pubkey", "Sign"),
    ],
)  # fmt: skip
def test_the_button_says_verb_and_amount(call: Call, found: tuple[Consequence, ...], title: str, sign: str) -> None:
    screen = screen_of(call, *found)
    assert (screen.title, screen.sign_text) == (title, sign)


def test_a_call_that_would_fail_says_why_and_shows_no_line_of_it() -> None:
    screen = screen_of(
        Call("RentMachine", "rent_machine", (MACHINE, 9, 300)),
        one("would_fail", severity=Severity.LOSS),
        error=("RentMachine", "GPUNotEnough"),
    )
    assert screen.problem is not None
    assert "Fewer GPUs" in screen.problem.body
    assert [line.text for line in screen.lines] == ["free afterwards:"]


def test_a_paused_clock_is_said() -> None:
    call = Call("OnlineProfile", "gen_server_room")
    assert "paused" in screen_of(call, mode=ClockMode.MANUAL).hint
    assert screen_of(call, mode=ClockMode.INTERVAL).hint == ""


def test_every_argument_is_shown_short() -> None:
    assert call_text(Call("Balances", "transfer_keep_alive", (BOB, 1))) == (
        "Balances.transfer_keep_alive(to 5FHneW…94ty, amount 0.000000000000001 DBC)"
    )
    assert call_text(Call("OnlineProfile", "add_machine_info", (MACHINE, INFO))) == (
        "OnlineProfile.add_machine_info(machine 8d2c…f07e, description)"
    )
    assert call_text(Call("RentMachine", "rent_machine", (MACHINE, 4, 14_400))) == (
        "RentMachine.rent_machine(machine 8d2c…f07e, GPUs 4, blocks 14,400)"
    )


def test_what_leaves_is_summed() -> None:
    call = Call("OnlineProfile", "bond_machine", (MACHINE, b"", b""))
    found = (one("reserve_stake", "71428.57"), one("fixed_fee", "10"), one("goes_online"))
    assert spent(Preview(call, ZERO, ZERO, ZERO, found)) == dbc("71438.57")


@pytest.mark.parametrize(
    ("consequence", "parts"),
    [
        (one("committee_window", blocks=21_600), ("three committee members check the machine", "within 36 h", "")),
        (one("committee_window"), ("three committee members check the machine", "", "")),
        (
            one("confirm_window", blocks=150),
            ("test and confirm within", "15 min", "; else the rent comes back by itself"),
        ),
        (one("slash_on_return", "5", blocks=28_800), ("reserved as a slash:", "5.00 DBC", "; it is taken after 2 d")),
        (one("lease_starts", blocks=14_400), ("the lease starts and lasts", "24 h", "")),
        (one("lease_extended", blocks=600), ("the lease ends later by", "1 h", "")),
        (one("rent_burned", "2"), ("burned for good:", "2.00 DBC", "")),
        (one("rent_returned"), ("rent that comes back:", "–", "")),
        (one("goes_online"), ("the machine goes online and earns from the next era on", "", "")),
        (one("controller_named"), ("the controller may act for the stash from now on", "", "")),
        (one("fixed_fee", "10"), ("fixed fee, not returned:", "10.00 DBC", "")),
        (one("stake_topped_up", "1"), ("added to the stake from income:", "1.00 DBC", "")),
        (one("rent_reserved", "1"), ("reserved as rent:", "1.00 DBC", "; it comes back if you let the order lapse")),
        (one("node_stake_locked", "3"), ("locked behind super nodes:", "3.00 DBC", "; it stays yours")),
        (
            one("node_stake_leaving", "3", blocks=201_600),
            ("on its way out, without reward:", "3.00 DBC", "; free after 14 d"),
        ),
        (one("node_slash_waits", blocks=600), ("the super node and its supporters lose stake after", "1 h", "")),
        (one("supports_nodes", blocks=600), ("counts from the next election on, in", "1 h", "")),
        (one("leaves_election", blocks=600), ("out of the next election, in", "1 h", "; the stake stays locked")),
        (one("something_new"), ("something new", "", "")),
    ],
)
def test_each_consequence_has_its_sentence(consequence: Consequence, parts: tuple[str, str, str]) -> None:
    assert consequence_text(consequence) == parts

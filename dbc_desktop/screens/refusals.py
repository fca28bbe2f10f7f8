"""A sentence for each refusal of the rules: the error names of the chain (chain-rules 4.6, 5.2, 6) in plain words."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.screens import dispute_refusals
from dbc_desktop.screens.texts import tr

Sentence = Callable[[], str]

_RENT: dict[str, Sentence] = {
    "OnlyHalfHourAllowed": lambda: tr(
        "The chain rents by half hours. Choose a duration that is a multiple of 30 minutes."
    ),
    "GPUNotEnough": lambda: tr(
        "Fewer GPUs of this machine are free than you asked for. Ask for fewer, or choose another machine."
    ),
    "MachineNotRentable": lambda: tr(
        "This machine cannot be rented now: it is offline or not verified. Choose another machine."
    ),
    "MachineNotFound": lambda: tr("The chain knows no machine with this id. Refresh the market."),
    "InsufficientValue": lambda: tr(
        "The account has less than the rent and the fixed fee. Add funds, or rent fewer GPUs or for less time."
    ),
    "ExpiredConfirm": lambda: tr(
        "The 15 minutes to confirm are over, so the order lapsed and the rent came back. Rent again."
    ),
    "NoOrderExist": lambda: tr("The chain knows no such order, or it has ended. Rent again."),
    "NotMachineRenter": lambda: tr("Another account made this order. Act as the account that rented."),
    "StatusNotAllowed": lambda: tr(
        "The machine changed its state meanwhile, so this cannot be done now. Refresh and look at the machine."
    ),
    "GetMachinePriceFailed": lambda: tr("The chain cannot compute the price of this machine now. Try again later."),
    "Overflow": lambda: tr("These numbers are too large for the chain. Use smaller ones."),
    "PayTxFeeFailed": lambda: tr("The account cannot pay the fixed fee of 10 DBC. Add funds."),
    "UnlockToPayFeeFailed": lambda: tr(
        "The reserved rent could not be paid. Try again, and let the order lapse if it fails again."
    ),
    "UndefinedRentPot": lambda: tr("This chain is not set up to take rent. Choose another chain."),
    "ReletTooShort": lambda: tr("Extend by at least 10 minutes."),
    "MachineNotRented": lambda: tr("Nobody rents this machine now, so there is nothing to change."),
    "MoreThanOneRenter": lambda: tr(
        "Several people rent this machine, so this cannot be done. Wait until one is left."
    ),
    "OutOfRentalSchedule": lambda: tr("The owner does not rent the machine out at these hours. Choose other hours."),
    "NotMachineOwner": lambda: tr("Only the owner of the machine may do this. Act as its stash or controller."),
}
_PROFILE: dict[str, Sentence] = {
    "BadSignature": lambda: tr(
        "The machine's own signature does not fit. Make the bond proof again with the key of this machine."
    ),
    "MachineIdExist": lambda: tr("This machine is bonded already. Bond a machine with another key."),
    "BalanceNotEnough": lambda: tr(
        "The stash has less than the stake that must be reserved. Send DBC to the stash first."
    ),
    "NotMachineController": lambda: tr("Only the controller of this machine may do this. Act as its controller."),
    "PayTxFeeFailed": lambda: tr("The account cannot pay the fixed fee of 10 DBC. Add funds."),
    "NoStashBond": lambda: tr(
        "This account controls no stash yet. Name a controller first: Machines does it in its first step."
    ),
    "NoStashAccount": lambda: tr("This account controls no stash. Act as the controller."),
    "AlreadyController": lambda: tr("This account controls a stash already. Choose another controller."),
    "BadMsgLen": lambda: tr("The bond proof has the wrong length. Make it again."),
    "NotAllowedChangeMachineInfo": lambda: tr(
        "The machine may not be described anew in its present state. Take it offline first."
    ),
    "MachineStashNotEqualControllerStash": lambda: tr(
        "The bond proof names another stash. Make it again for this account."
    ),
    "CalcStakeAmountFailed": lambda: tr(
        "The chain has no DBC price, so the stake cannot be computed. Try again later."
    ),
    "SigMachineIdNotEqualBondedMachineId": lambda: tr(
        "The bond proof was made for another machine. Make it again for this one."
    ),
    "TelecomIsNull": lambda: tr("Name at least one telecom operator of the line."),
    "MachineStatusNotAllowed": lambda: tr(
        "The machine is in another state than this step needs. Refresh and look at its life line."
    ),
    "ServerRoomNotFound": lambda: tr("The server room does not belong to this stash. Make a server room first."),
    "ClaimRewardFailed": lambda: tr("The chain knows no reward of this stash yet. Wait for the first payout."),
    "ClaimThenFulfillFailed": lambda: tr(
        "The claimed reward could not be added to the stake. Try again after the next block."
    ),
    "TimeNotAllowed": lambda: tr("This may not be done so soon. Wait, and try again later."),
    "GetReonlineStakeFailed": lambda: tr("The chain cannot compute what coming back costs. Try again later."),
    "ExtraPriceTooHigh": lambda: tr("This price is higher than the chain allows. Ask for less."),
    "InvalidRentReceiver": lambda: tr("Rent cannot be sent to this account. Name another one, or none."),
    "TooFastToReStake": lambda: tr("The stake can be set anew once a year only. Wait, and try again later."),
    "ReduceStakeFailed": lambda: tr("The stash has less at stake than would come back. Look at its slashes first."),
    "NotAuthorized": lambda: tr("Only an account that root listed may force machines out."),
    "InvalidScheduleArgs": lambda: tr(
        "These hours are not taken. Use at most ten ranges of whole hours that do not overlap, on a day near enough."
    ),
    "ExpiredSlash": lambda: tr("It is too late to appeal: the slash was taken."),
    "SlashIdNotExist": lambda: tr("There is no such slash, or it is over."),
}
_MEMBERS: dict[str, Sentence] = {
    "NotCommittee": lambda: tr("This account is not a member of the committee."),
    "NotInNormalList": lambda: tr("Only a member that takes orders may do this."),
    "NothingToClaim": lambda: tr("There is no reward to claim yet."),
    "PubkeyNotSet": lambda: tr("Set the box key of this member first."),
    "NotInChillList": lambda: tr("This member is not resting."),
    "JobNotDone": lambda: tr("This member still has an order. Finish it first."),
    "StatusNotFeat": lambda: tr("Only a member that is resting may leave. Rest first."),
}
_SYSTEM: dict[str, Sentence] = {
    "BadOrigin": lambda: tr("This account may not do that."),
    "Other": lambda: tr("The chain knows no such machine."),
    "CallFiltered": lambda: tr("This chain does not take that call."),
    "InvalidPrice": lambda: tr("This price is not taken. Use one above zero."),
    "AccountAlreadyExist": lambda: tr("This account is a member already."),
    "InvalidAccount": lambda: tr("The receiving account is not valid. Check the address."),
    "ConvertMachineIdToWalletFailed": lambda: tr("The address in the bond proof cannot be read. Make the proof again."),
    "StatusNotAllowed": lambda: tr("This cannot be done in the present state. Refresh and look again."),
}
_COMMITTEE: dict[str, Sentence] = {
    "NotInBookList": lambda: tr("This machine was not given to you to check."),
    "AlreadySubmitHash": lambda: tr("Your hash for this machine is on the chain already."),
    "NotSubmitHash": lambda: tr("You sent no hash for this machine in time, so the report is not taken."),
    "AlreadySubmitRaw": lambda: tr("Your report for this machine is on the chain already."),
    "InfoNotFeatHash": lambda: tr("The report does not fit the hash you sent. Send the same report again."),
    "DuplicateHash": lambda: tr("Another member sent the same hash. Use a random text of your own."),
    "NotAllHashSubmited": lambda: tr("Not all hashes are in yet. Wait for the reveal window."),
    "TimeNotAllow": lambda: tr("The window for this report is over."),
}
_STAKING: dict[str, Sentence] = {
    "AlreadyBonded": lambda: tr("This account staked for super nodes before. Add to that stake instead."),
    "NotStash": lambda: tr("This account has never staked for super nodes."),
    "NotController": lambda: tr("This account has never staked for super nodes. Stake first."),
    "NoMoreChunks": lambda: tr("Too many amounts are on their way out. Withdraw those whose time is over first."),
    "NoUnlockChunk": lambda: tr("Nothing is on its way out, so there is nothing to take back."),
    "CommissionTooLow": lambda: tr("The network asks for a higher commission. Raise it."),
    "EmptyTargets": lambda: tr("Name at least one."),
    "TooManyTargets": lambda: tr("An account may support 16 super nodes at most. Name fewer."),
    "BadTarget": lambda: tr("This super node takes no new supporters. Choose another one."),
    "InvalidEraToReward": lambda: tr(
        "There is nothing to pay for this staking era: it is not over, or more than 84 days ago."
    ),
    "AlreadyClaimed": lambda: tr("This staking era was paid already."),
    "NotSortedAndUnique": lambda: tr("Name each slash once, in order."),
    "InvalidSlashIndex": lambda: tr("There is no such slash, or it is over."),
}
_EQUIVOCATION: dict[str, Sentence] = {
    "InvalidEquivocationProof": lambda: tr("This does not prove two blocks of this super node for one slot."),
    "InvalidKeyOwnershipProof": lambda: tr("This account had no seat when that block was due, or it is too long ago."),
    "DuplicateOffenceReport": lambda: tr("This offence was reported already."),
}
_BALANCES: dict[str, Sentence] = {
    "InsufficientBalance": lambda: tr("The account has less than this amount and the fee. Send less."),
    "KeepAlive": lambda: tr("This would empty the account. Leave a little DBC in it."),
    "Expendability": lambda: tr("This would empty the account. Leave a little DBC in it."),
    "ExistentialDeposit": lambda: tr("The amount is too small to open the receiving account. Send more."),
    "BelowMinimum": lambda: tr("The amount is too small to open the receiving account. Send more."),
    "FundsUnavailable": lambda: tr("The account has less than this amount and the fee. Send less."),
    "NotExpendable": lambda: tr("This would empty the account. Leave a little DBC in it."),
}
_CHECK: dict[str, Sentence] = {
    "NotReported": lambda: tr("The machine has not reported its hardware yet. Sign the report first."),
    "ReportNotNeeded": lambda: tr("The chain waits for no report of this machine now."),
    "BadReport": lambda: tr("The hardware report cannot be read. Make it again."),
    "ReportOfAnother": lambda: tr("The report is of another machine or for another account. Make it again."),
    "ReportNotFresh": lambda: tr("The report is more than a day old, or from a later block. Make it again."),
    "BadReportSignature": lambda: tr("The report is not signed by the key of this machine. Make it again."),
    "ReportDiffers": lambda: tr(
        "What you declare differs from what the machine itself reports. Declare the hardware that is there."
    ),
    "NotCommittee": lambda: tr("Only a member of the committee that takes orders may grab one."),
    "NoOrderToGrab": lambda: tr("No order of this machine can be grabbed: there is none, or it is complete."),
    "AlreadyGrabbed": lambda: tr("You have grabbed this order already."),
}
_ELECTION: dict[str, Sentence] = {
    "AlreadyStands": lambda: tr("This account stands already, or has a seat."),
    "NotStanding": lambda: tr("This account does not stand for a seat."),
    "JobNotDone": lambda: tr("There is still an order to finish. Finish it first."),
}
_INTERRUPTIBLE: dict[str, Sentence] = {
    **{
        name: _PROFILE[name]
        for name in (
            "AlreadyController",
            "NoStashBond",
            "PayTxFeeFailed",
            "MachineIdExist",
            "SigMachineIdNotEqualBondedMachineId",
            "BadSignature",
            "BadMsgLen",
            "MachineStashNotEqualControllerStash",
            "BalanceNotEnough",
            "TelecomIsNull",
            "ServerRoomNotFound",
            "NotAllowedChangeMachineInfo",
            "NotMachineController",
            "ExtraPriceTooHigh",
            "InvalidRentReceiver",
        )
    },
    **{
        name: _RENT[name]
        for name in (
            "MachineNotRentable",
            "GetMachinePriceFailed",
            "GPUNotEnough",
            "Overflow",
            "InsufficientValue",
            "NoOrderExist",
            "StatusNotAllowed",
            "ReletTooShort",
        )
    },
    "OnlyAllowIntegerMultipleOfHour": _RENT["OnlyHalfHourAllowed"],
    "NotOrderRenter": _RENT["NotMachineRenter"],
    "ExpiredConfirm": lambda: tr("The 15 minutes to confirm are over. The order runs on and is charged when it ends."),
    "TimeNotAllow": lambda: tr("It is too early or too late for this. Look at the machine's dates."),
    "OfflineNotYetAllowed": lambda: tr("A machine stays online for a day at least. Take it offline later."),
    "ReportNotAllowCancel": lambda: tr("A member looks at this report already, so it cannot be taken back."),
    "ReportNotAllowBook": lambda: tr("No further member may take this report now."),
}
_PALLETS: dict[str, dict[str, Sentence]] = {
    "MaintainCommittee": dispute_refusals.REPORTS,
    "TechnicalCommittee": dispute_refusals.SEATS,
    "RentMachine": _RENT,
    "OnlineProfile": _PROFILE,
    "OnlineCommittee": _COMMITTEE | dispute_refusals.APPEALS,
    "Committee": _MEMBERS,
    "MachineCheck": _CHECK,
    "CommitteeElection": _ELECTION,
    "TerminatingRental": _INTERRUPTIBLE,
    "Balances": _BALANCES,
    "Staking": _STAKING,
    "Equivocation": _EQUIVOCATION,
    "Token": _BALANCES,
}
_ANYWHERE: dict[str, Sentence] = {
    "Unknown": lambda: tr("The chain gave no reason. Refresh and try again."),
    **_SYSTEM,
    "FreeBalanceNotEnough": lambda: tr("The account has less than this amount. Use a smaller one."),
    "BalanceNotEnough": lambda: tr("The account has less than must be reserved. Add funds."),
    "UnknownFixedTxFee": lambda: tr("The chain has no fixed fee set, so this call is not taken."),
    "TooManyCalls": lambda: tr("This batch holds too many calls. Send fewer at once."),
    "RequireSudo": lambda: tr("Only the chain's root account may do this."),
}


def is_known(pallet: str, name: str) -> bool:
    """Whether there is a sentence of its own for this refusal."""
    return name in _PALLETS.get(pallet, {}) or name in _ANYWHERE


def refusal_text(pallet: str, name: str) -> str:
    """What to do about the refusal `pallet.name`."""
    sentence = _PALLETS.get(pallet, {}).get(name) or _ANYWHERE.get(name)
    if sentence is None:
        return tr(
            "The chain refused it with {pallet}.{name}. Nothing was changed but the fee.", pallet=pallet, name=name
        )
    return sentence()

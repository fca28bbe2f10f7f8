"""A sentence for each refusal about reports, appeals and the technical committee (chain-rules 6.7, 7.2)."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.screens.texts import tr

Sentence = Callable[[], str]

APPEALS: dict[str, Sentence] = {
    "AlreadyApplied": lambda: tr("Somebody appealed already. Wait for the technical committee."),
    "NotSlashed": lambda: tr("This verdict costs the account nothing, so it has nothing to appeal against."),
    "NotPendingReviewSlash": lambda: tr("Nobody appealed against this, so there is nothing to grant."),
    "ExpiredApply": lambda: tr("It is too late: the slash was taken."),
}
REPORTS: dict[str, Sentence] = {
    **APPEALS,
    "NotCommittee": lambda: tr("Only a member that takes orders may judge reports."),
    "AlreadyBooked": lambda: tr("You judge this report already."),
    "OrderNotAllowBook": lambda: tr("This report takes no more members now. Choose another."),
    "NotProperCommittee": lambda: tr("You missed your hash on this report, so others judge it."),
    "PayTxFeeFailed": lambda: tr("The account cannot pay the fixed fee of 10 DBC. Add funds."),
    "OrderStatusNotFeat": lambda: tr("The report is at another step now. Refresh and look at its deadline."),
    "NotInBookedList": lambda: tr("You do not judge this report."),
    "NotOrderCommittee": lambda: tr("This member does not judge the report, or sent no hash in time."),
    "NotOrderReporter": lambda: tr("Another account made this report. Act as the one that reported."),
    "NotReporter": lambda: tr("Another account made this report. Act as the one that reported."),
    "OrderNotAllowCancel": lambda: tr("Members look at this report already, so it cannot be taken back."),
    "NotNeedEncryptedInfo": lambda: tr("This kind of report needs no sealed message."),
    "NotEqualReporterSubmit": lambda: tr(
        "This is not what the reporter committed to. Use exactly what was sent to you."
    ),
    "NotEqualCommitteeSubmit": lambda: tr("This does not fit the hash you sent. Send what you committed to."),
    "AlreadySubmitConfirmation": lambda: tr("Your word on this report is on the chain already."),
    "DuplicateHash": lambda: tr("Another member sent the same hash. Use a random text of your own."),
    "BalanceNotEnough": lambda: tr("The account has less than must be reserved. Add funds."),
    "StakeNotEnough": lambda: tr(
        "Too little of your reporter stake is free. Add to it, or wait until a report is over."
    ),
    "NotMachineRenter": lambda: tr("Only who rents the machine may report that it cannot be reached."),
    "TimeNotAllowed": lambda: tr("It is too late to appeal: the verdict was executed."),
    "SlashIdNotExist": lambda: tr("There is no such verdict."),
}
SEATS: dict[str, Sentence] = {
    "NotMember": lambda: tr("Only who sits in the technical committee may do this."),
    "DuplicateProposal": lambda: tr("The same motion waits for votes already. Vote on it."),
    "ProposalMissing": lambda: tr("There is no such motion, or it is over."),
    "WrongIndex": lambda: tr("This number belongs to another motion. Refresh and try again."),
    "DuplicateVote": lambda: tr("You voted so already."),
    "TooEarly": lambda: tr("The motion is not decided yet. Wait for more votes or for its end."),
    "WrongProposalLength": lambda: tr("The motion is longer than the bound that was given. Give a higher bound."),
}

"""What a machine's own key signs to be bonded (chain-rules 4.1)."""

from __future__ import annotations

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sr25519 import verify
from dbc_desktop.rules.work import refuse

_PALLET = "OnlineProfile"
_LENGTH = 112
_ID_LENGTH = 64


def bind_message(machine_id: str, stash_text: str) -> bytes:
    """112 ASCII bytes: the machine id and the SS58 text of the stash (48 letters, prefix 42)."""
    message = (machine_id + stash_text).encode("ascii")
    if len(machine_id) != _ID_LENGTH or len(message) != _LENGTH:
        raise ValueError("a bind message is 64 letters of machine id and 48 of address")
    return message


def check_bind_message(machine_id: str, stash: bytes, message: bytes, signature: bytes, pallet: str = _PALLET) -> None:
    """Whether the machine's key agreed to be bonded by `stash`; the address's checksum is not looked at (quirk Q15).

    Raises:
        ChainRejected: Of `pallet`, in this order `BadMsgLen`, `SigMachineIdNotEqualBondedMachineId`,
            `ConvertMachineIdToWalletFailed`, `MachineStashNotEqualControllerStash`, `BadSignature`.
    """
    if len(message) != _LENGTH:
        refuse(pallet, "BadMsgLen")
    if message[:_ID_LENGTH] != machine_id.encode():
        refuse(pallet, "SigMachineIdNotEqualBondedMachineId")
    try:
        address = ss58.from_base58(message[_ID_LENGTH:].decode("ascii"))
    except ValueError:
        address = b""
    if len(address) != 35 or address[0] > 63:
        refuse(pallet, "ConvertMachineIdToWalletFailed")
    if address[1:33] != stash:
        refuse(pallet, "MachineStashNotEqualControllerStash")
    if not is_machine_id(machine_id) or not verify(bytes.fromhex(machine_id), message, signature):
        refuse(pallet, "BadSignature")


def is_machine_id(text: str) -> bool:
    """Whether this is 64 lower-case hex letters: one key has one id."""
    return len(text) == _ID_LENGTH and all(letter in "0123456789abcdef" for letter in text)

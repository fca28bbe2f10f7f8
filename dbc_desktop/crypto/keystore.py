"""Keystores in the JSON of polkadot-js, version 3: what rests in a keyring or a file, and travels to other wallets."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path

from dbc_desktop.crypto import ss58
from dbc_desktop.crypto.sealed import seal, unseal
from dbc_desktop.crypto.sr25519 import KeyPair
from dbc_desktop.domain.errors import DataCorrupt, InvalidInput

_HEADER = bytes.fromhex("3053020101300506032b657004220420")
_DIVIDER = bytes.fromhex("a123032100")
_SECRET_END = len(_HEADER) + 64
_PUBLIC_START = _SECRET_END + len(_DIVIDER)
_CONTENT, _TYPE, _VERSION = ["pkcs8", "sr25519"], ["scrypt", "xsalsa20-poly1305"], "3"
_MAX_TEXT = 16_384
_MAX_NAME = 64
_SOURCE = Path("keystore.json")


def encrypt(pair: KeyPair, passphrase: str, name: str) -> str:
    """The pair as compact JSON, under 1,280 characters so that it fits one entry of each system's keyring.

    Raises:
        InvalidInput: `name` with `too_long`.
    """
    if len(name) > _MAX_NAME:
        raise InvalidInput("name", "too_long", limit=_MAX_NAME)
    plain = _HEADER + pair.ed25519_form() + _DIVIDER + pair.public
    document = {
        "encoded": base64.b64encode(seal(plain, passphrase)).decode(),
        "encoding": {"content": _CONTENT, "type": _TYPE, "version": _VERSION},
        "address": ss58.encode(pair.public),
        "meta": {"name": name},
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def decrypt(text: str, passphrase: str, source: Path = _SOURCE) -> KeyPair:
    """The pair of an untrusted keystore text; `source` names it in errors.

    Raises:
        WrongPassword: The passphrase does not open it.
        DataCorrupt: It is no keystore of version 3 with an sr25519 key, or does not fit itself.
    """
    document = _document(text, source)
    plain = unseal(_encoded(document, source), passphrase, source)
    if len(plain) != _PUBLIC_START + 32 or not plain.startswith(_HEADER):
        raise DataCorrupt(source, "not a pkcs8 key")
    if plain[_SECRET_END:_PUBLIC_START] != _DIVIDER:
        raise DataCorrupt(source, "not a pkcs8 key")
    try:
        pair = KeyPair.from_ed25519_form(plain[len(_HEADER) : _SECRET_END])
    except ValueError as error:
        raise DataCorrupt(source, "not a secret key") from error
    if pair.public != plain[_PUBLIC_START:]:
        raise DataCorrupt(source, "the keys do not belong together")
    if "address" in document and _claimed(document["address"], source) != pair.public:
        raise DataCorrupt(source, "the address is another's")
    return pair


def address_of(text: str, source: Path = _SOURCE) -> bytes:
    """The public key that a keystore claims to hold, readable without its passphrase.

    Raises:
        DataCorrupt: As `decrypt`.
    """
    return _claimed(_document(text, source).get("address"), source)


def name_of(text: str, source: Path = _SOURCE) -> str:
    """The name that a keystore suggests, cut to what a name may be; empty where it has none.

    Raises:
        DataCorrupt: As `decrypt`.
    """
    meta = _document(text, source).get("meta")
    name = meta.get("name") if isinstance(meta, dict) else None
    written = name if isinstance(name, str) else ""
    return " ".join("".join(letter for letter in written if letter.isprintable() or letter.isspace()).split())[
        :_MAX_NAME
    ]


def _document(text: str, source: Path) -> dict[str, object]:
    if len(text) > _MAX_TEXT:
        raise DataCorrupt(source, "too long")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataCorrupt(source, "not JSON") from error
    encoding = document.get("encoding") if isinstance(document, dict) else None
    if not isinstance(encoding, dict):
        raise DataCorrupt(source, "not a keystore")
    if (encoding.get("content"), encoding.get("type"), encoding.get("version")) != (_CONTENT, _TYPE, _VERSION):
        raise DataCorrupt(source, "another kind of keystore")
    return dict(document)


def _encoded(document: dict[str, object], source: Path) -> bytes:
    encoded = document.get("encoded")
    if not isinstance(encoded, str):
        raise DataCorrupt(source, "not a keystore")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataCorrupt(source, "not base64") from error


def _claimed(address: object, source: Path) -> bytes:
    """The key behind the address line; other wallets may have written it for another network."""
    if not isinstance(address, str):
        raise DataCorrupt(source, "no address")
    try:
        return ss58.decode(address)
    except InvalidInput as error:
        if error.reason != "other_network":
            raise DataCorrupt(source, "not an address") from error
        return ss58.decode(address, prefix=int(str(error.facts["prefix"])))

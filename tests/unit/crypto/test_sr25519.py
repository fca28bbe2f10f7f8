"""Keys and signatures against literals of other implementations."""

from __future__ import annotations

import pickle

import pytest

from dbc_desktop.crypto.hashing import blake2_128, blake2_256
from dbc_desktop.crypto.sr25519 import DEV_WORDS, KeyPair, verify
from dbc_desktop.domain.errors import InvalidInput

DEV_SEED = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e"
ALICE = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
BOB = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"


@pytest.mark.parametrize(
    ("phrase", "public"),
    [
        ("//Alice", ALICE),
        (f"{DEV_WORDS}//Alice", ALICE),
        (f"  {DEV_WORDS.upper()} //Alice", ALICE),
        ("//Bob", BOB),
        # subkey inspect of the development words, without and with paths (Substrate documentation).
        (DEV_WORDS, "46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a"),
        ("//Alice//stash", "be5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f"),
        (f"{DEV_WORDS}/foo", "40b9675df90efa6069ff623b0fdfcf706cd47ca7452a5056c7ad58194d23440a"),
        (f"{DEV_WORDS}//foo/bar", "3841947ffcde6f5fef26fb68b59bb8665637e30e32ec2051f99cf6b9c674fe09"),
        # A soft child in sp-core's own test, and in the output of subkey for `/Alice`.
        ("/Alice", "d6c71059dbbe9ad2b0ed3f289738b800836eb425544ce694825285b958ca755e"),
        # The secret seed that subkey shows for `//Alice` and `//Bob`.
        ("0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a", ALICE),
        ("398F0C28F98885E046333D4A41C19CEE4C37368A9832C6502F6CFD182E2AEF89", BOB),
        # The development words as a seed, with a path behind it (sp-core, DEV_PHRASE and its mini secret).
        (f"{DEV_SEED}//Alice", ALICE),
        (f"{DEV_SEED}/Alice", "d6c71059dbbe9ad2b0ed3f289738b800836eb425544ce694825285b958ca755e"),
    ],
)
def test_public_keys_are_those_of_other_wallets(phrase: str, public: str) -> None:
    assert KeyPair.from_phrase(phrase).public.hex() == public


@pytest.mark.parametrize(
    ("phrase", "secret"),
    [
        # The testing pairs of polkadot-js: the 64 bytes inside its keystores.
        (
            "//Alice",
            "98319d4ff8a9508c4bb0cf0b5a78d760a0b2082c02775e6e82370816fedfff48"
            "925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011",
        ),
        (
            "//Alice//stash",
            "e8da6c9d810e020f5e3c7f5af2dea314cbeaa0d72bc6421e92c0808a0c584a60"
            "46ab28e97c3ffc77fe12b5a4d37e8cd4afbfebbf2391ffc7cb07c0f38c023efd",
        ),
    ],
)
def test_the_form_in_keystores_is_that_of_polkadot_js(phrase: str, secret: str) -> None:
    assert KeyPair.from_phrase(phrase).ed25519_form().hex() == secret


def test_a_password_leads_to_another_key() -> None:
    assert KeyPair.from_phrase(f"{DEV_WORDS}//Alice///secret").public != bytes.fromhex(ALICE)
    assert KeyPair.from_phrase(f"{DEV_WORDS}///a/b").public != KeyPair.from_phrase(f"{DEV_WORDS}///a").public


def test_a_number_and_a_long_name_are_junctions_too() -> None:
    seen = {KeyPair.from_phrase(path).public for path in ("//0", "//1", "/1", f"//{'n' * 40}", f"//{'n' * 90}")}
    assert len(seen) == 5


def test_the_bind_vector_of_the_chain_verifies() -> None:
    """chain-rules 4.1: made by the chain's own tests for `//Bob` and the stash `//Ferdie`."""
    message = f"{BOB}5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL".encode()
    signature = bytes.fromhex(
        "b4084f70730b183127e9db78c6d8dcf79039f23466cd1ee8b536c40c3027a83d"
        "ab040be4ed2db57b67eaac406817a69ce72a13f8ac11ba460e15d318b1504481"
    )
    assert len(message) == 112
    assert verify(bytes.fromhex(BOB), message, signature)
    assert not verify(bytes.fromhex(BOB), message + b"x", signature)
    assert not verify(bytes.fromhex(ALICE), message, signature)


@pytest.mark.parametrize("phrase", ["//Alice", "//Alice/soft", "//Alice//hard/1/2"])
def test_what_is_signed_verifies(phrase: str) -> None:
    pair = KeyPair.from_phrase(phrase)
    signature = pair.sign(b"pay the rent")
    assert len(signature) == 64
    assert verify(pair.public, b"pay the rent", signature)
    assert not verify(pair.public, b"pay the rant", signature)


def test_malformed_signatures_are_not_valid() -> None:
    assert not verify(bytes.fromhex(ALICE), b"m", b"")
    assert not verify(bytes.fromhex(ALICE), b"m", bytes(64))
    assert not verify(b"", b"m", bytes(64))
    assert not verify(b"\xff" * 32, b"m", b"\xff" * 64)


def test_the_form_of_keystores_and_back() -> None:
    pair = KeyPair.from_phrase("//Alice//deep/soft")
    again = KeyPair.from_ed25519_form(pair.ed25519_form())
    assert again.public == pair.public
    assert verify(pair.public, b"m", again.sign(b"m"))


def test_a_secret_shows_itself_nowhere() -> None:
    pair = KeyPair.from_phrase("//Alice")
    assert repr(pair) == str(pair) == f"{pair}" == "***"
    with pytest.raises(TypeError):
        pickle.dumps(pair)


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("", "count"),
        ("one two", "count"),
        (f"{DEV_WORDS}//", "path"),
        (f"{DEV_WORDS}/", "path"),
        (f"{DEV_WORDS}//{'x' * 3000}", "path"),
        ("0xe5be9a5092b81bca64be81d212e7f2f9", "seed"),
        (f"{DEV_SEED}///password", "seed"),
        (f"{DEV_WORDS}//\ud800", "path"),
        (f"{DEV_WORDS}///\ud800", "path"),
        (DEV_WORDS.replace("drive", "drove"), "unknown_word"),
        (DEV_WORDS.replace("drive", "bottom"), "checksum"),
    ],
)
def test_a_bad_phrase_is_named(phrase: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        KeyPair.from_phrase(phrase)
    assert (caught.value.field, caught.value.reason) == ("words", reason)


@pytest.mark.parametrize("path", ["Alice", "//", "/a//", "///a", "//\ud800"])
def test_a_path_alone_is_checked_too(path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        KeyPair.from_phrase("//Alice").derive(path)
    assert caught.value.reason == "path"


def test_sizes_are_checked() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyPair.from_seed(b"short")
    with pytest.raises(ValueError, match="64 bytes"):
        KeyPair.from_ed25519_form(b"short")


def test_blake2_digests() -> None:
    assert blake2_256(b"").hex() == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
    assert blake2_128(b"").hex() == "cae66941d9efbd404e4d88758ea67670"

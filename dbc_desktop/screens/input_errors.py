"""A sentence for each way a field can be wrong: what to do, not only what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbc_desktop.domain.errors import InvalidInput
from dbc_desktop.screens import formats
from dbc_desktop.screens.texts import ntr, tr

Facts = Mapping[str, object]
Sentence = Callable[[Facts], str]

_AMOUNT: dict[str, Sentence] = {
    "empty": lambda f: tr("Type an amount, for example 1,204.5."),
    "not_a_number": lambda f: tr("This is not an amount. Use digits and one point, for example 1,204.5."),
    "too_many_decimals": lambda f: tr(
        "DBC has {decimals} decimals at most. Shorten the amount.", decimals=f["decimals"]
    ),
    "zero": lambda f: tr("Type an amount above zero."),
    "too_large": lambda f: tr("No account can hold that much. Type a smaller amount."),
}
_ADDRESS: dict[str, Sentence] = {
    "no_stash": lambda f: tr("This account has no machine on the network that is open. Type the stash's address."),
    "empty": lambda f: tr("Paste the address of the account."),
    "not_an_address": lambda f: tr("This is not an address. It has 47 or 48 letters and digits and starts with 5."),
    "other_network": lambda f: tr(
        "This address belongs to another network. Ask for the DBC form of it, which starts with 5."
    ),
    "checksum": lambda f: tr("A character of this address is wrong or missing. Copy it again."),
}
_WORDS: dict[str, Sentence] = {
    "empty": lambda f: tr("Type the words, with a blank between them."),
    "count": lambda f: tr("There must be 12, 15, 18, 21 or 24 words. Count them again."),
    "unknown_word": lambda f: tr(
        "Word {position} is not in the word list. Check its spelling.", position=f.get("position", "?")
    ),
    "checksum": lambda f: tr("The words do not belong together. Check their order and spelling."),
    "path": lambda f: tr("The part behind the words is not a derivation path. It looks like //stash/0."),
    "seed": lambda f: tr("A raw seed is 0x and 64 digits of 0-9 and a-f, with nothing but a //path behind it."),
    "other_account": lambda f: tr("These words lead to another account. Check them, and the path behind them."),
    "wrong_word": lambda f: tr("This is not the word with that number. Look at what you wrote down."),
}
_PASSPHRASE: dict[str, Sentence] = {
    "empty": lambda f: tr("Type a passphrase."),
    "too_short": lambda f: tr("Use at least 10 characters. A few unrelated words are easy to remember."),
    "too_long": lambda f: tr("This passphrase is too long. Use fewer than 1,000 characters."),
    "not_equal": lambda f: tr("The two passphrases differ. Type them again."),
    "same": lambda f: tr("This is the passphrase it has already. Choose another one."),
}
_EXPORT: dict[str, Sentence] = {
    "unknown_form": lambda f: tr(
        "A file that ends in {suffix} cannot be written. Use .csv or .json.", suffix=f.get("suffix", "?")
    ),
    "no_folder": lambda f: tr("There is no folder {folder}. Make it first.", folder=f.get("folder", "?")),
    "not_in_range": lambda f: tr("Give a number of hours above 0, at most {most}.", most=f.get("most", "?")),
}
_POWER_LIMIT: dict[str, Sentence] = {
    "not_a_number": lambda f: tr("Give whole watts, for example 280."),
    "unknown": lambda f: tr("This GPU does not tell what limits it allows."),
    "range": lambda f: tr(
        "This card allows {least} to {most} W.", least=f"{f.get('least', 0):,.0f}", most=f"{f.get('most', 0):,.0f}"
    ),
}
_DEMO_RIGS: dict[str, Sentence] = {
    "not_in_range": lambda f: tr("Ask for 1 to {most} rigs.", most=f["most"]),
}
_LISTEN: dict[str, Sentence] = {
    "demo_only_here": lambda f: tr("Rigs that are not real are served on 127.0.0.1 only."),
    "not_an_address": lambda f: tr("{text} is not where one can listen. Write it like 127.0.0.1:9400.", text=f["text"]),
    "needs_token_and_tls": lambda f: tr(
        "{text} can be reached by others. Give a token file, a certificate and its key, or listen on 127.0.0.1.",
        text=f["text"],
    ),
    "taken": lambda f: tr("{text} is in use or not yours to use. Choose another port.", text=f["text"]),
}
_TOKEN: dict[str, Sentence] = {
    "too_short": lambda f: tr("A token has at least {least} characters. Make a longer one.", least=f["least"]),
    "unreadable": lambda f: tr("{text} cannot be read as a token. It holds one line of plain letters.", text=f["text"]),
    "not_private": lambda f: tr("Others can read {text}. Take that right away: chmod 600.", text=f["text"]),
}
_CERTIFICATE: dict[str, Sentence] = {
    "unreadable": lambda f: tr("{text} is not a certificate with its key. Both are PEM files.", text=f["text"]),
}
_RIG_ADDRESS: dict[str, Sentence] = {
    "empty": lambda f: tr("Type the address of a rig, for example 10.0.0.7:9400."),
    "not_an_address": lambda f: tr("This is not the address of a rig. Write it like 10.0.0.7:9400."),
    "known": lambda f: tr("This rig is read already."),
    "has_password": lambda f: tr("An address must not hold a password. Use a token instead."),
    "token_needs_tls": lambda f: tr("A token would travel in the clear. Write the address with https://."),
}
_EVIDENCE: dict[str, Sentence] = {
    "nothing_kept": lambda f: tr("Nothing was kept of that time. Choose another one."),
    "too_long": lambda f: ntr(
        "One file holds {n} day at most. Choose a shorter time.",
        "One file holds {n} days at most. Choose a shorter time.",
        _number(f.get("days"), 32),
    ),
    "unreadable": lambda f: tr("There is no file {text}. Check its place.", text=f["text"]),
    "not_evidence": lambda f: tr("{text} is not a file of evidence, or it was damaged.", text=f["text"]),
    "newer": lambda f: tr("{text} was written by a newer DBC Desktop. Install that version.", text=f["text"]),
    "mixed": lambda f: tr(
        "{text} mixes demo readings with real ones, or passes one off as the other. Trust nothing in this file.",
        text=f["text"],
    ),
    "refuted": lambda f: tr("Something in this file is not so. Trust nothing in it."),
    "no_rental": lambda f: tr(
        "The chain that is open tells of no rental {number}. Check the number.", number=f.get("number", "?")
    ),
    "other_machine": lambda f: tr("Rental {number} is of another machine.", number=f.get("number", "?")),
    "not_certified": lambda f: tr(
        "The rig's key is not certified yet. Sign the text in quotes with the controller (Wallet page, "
        'Sign a message), then give its address with --controller and the signature with --signature: "{text}".',
        text=f["text"],
    ),
    "bad_signature": lambda f: tr(
        'This signature is not of that account over the text in quotes. Sign it again: "{text}".', text=f["text"]
    ),
}
_RIG_KEY: dict[str, Sentence] = {
    "open_to_others": lambda f: tr(
        "Others may read or change {text}. Make it private with chmod 600 first.", text=f["text"]
    ),
}
_WEBHOOK: dict[str, Sentence] = {
    "empty": lambda f: tr("Paste the address of the webhook."),
    "not_an_address": lambda f: tr("This is not the address of a webhook. It starts with https://."),
    "needs_https": lambda f: tr("Messages would travel in the clear. Use an address with https://."),
}
_DISCOVERY: dict[str, Sentence] = {
    "unreadable": lambda f: tr("There is no file {text}. Check its place.", text=f["text"]),
    "not_json": lambda f: tr("{text} is not JSON. Write the discovery file in its JSON form.", text=f["text"]),
    "not_discovery": lambda f: tr(
        "{text} is not a discovery file. It is a list of objects with targets and labels.", text=f["text"]
    ),
    "too_many": lambda f: tr("More than {most} rigs are too many for one file. Split it.", most=f["most"]),
}
_NAME: dict[str, Sentence] = {
    "empty": lambda f: tr("Give the account a name that you will recognise."),
    "too_long": lambda f: tr("Use a shorter name."),
    "taken": lambda f: tr("Another account has this name. Choose a different one."),
    "not_printable": lambda f: tr("A character of this name cannot be shown. Leave it out."),
}
_DURATION: dict[str, Sentence] = {
    "empty": lambda f: tr("Type how long, for example 24 h or 2 d."),
    "zero": lambda f: tr("Rent for at least half an hour."),
    "not_a_duration": lambda f: tr("This is not a duration. Type hours or days, for example 24 h or 2 d."),
    "not_half_hours": lambda f: tr("The chain rents by half hours. Choose a multiple of 30 minutes."),
    "too_long": lambda f: ntr("Rent for at most {n} day.", "Rent for at most {n} days.", _number(f.get("days"), 60)),
}
_QUERY: dict[str, Sentence] = {
    "missing_value": lambda f: tr("Say what “{key}” should be, for example gpu:4090.", key=f.get("key", "")),
    "not_a_number": lambda f: tr("“{key}” needs a number, for example gpus>=4.", key=f.get("key", "")),
    "not_yes_or_no": lambda f: tr("Write yes or no behind it, for example rented:no."),
    "too_long": lambda f: tr("This search is too long. Leave some words out."),
    "unknown_key": lambda f: tr(
        "“{word}” cannot be searched for. Known are: {known}.", word=f.get("word", ""), known=f.get("known", "")
    ),
}
_OPERATORS: dict[str, Sentence] = {
    "empty": lambda f: tr("Name the telecom operator of the line, for example China Telecom."),
    "too_long": lambda f: tr("Use a shorter name for the operator."),
}
_SPEED: dict[str, Sentence] = {
    "not_a_speed": lambda f: tr("Type the speed in Mbit/s as a whole number, for example 1000."),
}
_HOME: dict[str, Sentence] = {
    "no_chain": lambda f: tr(
        "There is no chain in {home} yet. Open the window once, or name another folder.", home=f.get("home", "")
    ),
    "no_accounts": lambda f: tr("There is no account in {home} yet, so nothing ends.", home=f.get("home", "")),
    "chain_exists": lambda f: tr(
        "There is a chain in {home} already. Name another folder for the new one.", home=f.get("home", "")
    ),
}
_BRANCH: dict[str, Sentence] = {
    "bad_name": lambda f: tr("Use letters, digits, blanks and - for a name, at most 40, and another word than main."),
    "exists": lambda f: tr("There is a branch of that name already. Choose another name."),
    "missing": lambda f: tr("There is no branch “{name}” here.", name=f.get("name", "")),
    "in_use": lambda f: tr("This branch is the one in use, or the first one. Change to another branch first."),
}
_SNAPSHOT: dict[str, Sentence] = {
    "missing": lambda f: tr("There is no snapshot “{name}” of this branch.", name=f.get("name", "")),
}
_HEIGHT: dict[str, Sentence] = {
    "empty": lambda f: tr("Type a block number."),
    "not_a_number": lambda f: tr("This is not a block number. Use digits only."),
    "too_large": lambda f: tr("Choose a block between 1 and {most}.", most=f"{_number(f.get('most'), 0):,}"),
}
_PAST: dict[str, Sentence] = {
    "too_long": lambda f: tr("This line is too long."),
    "unknown_key": lambda f: tr(
        "“{word}” is not a filter. Known are: {known}.", word=f.get("word", ""), known=f.get("known", "")
    ),
    "not_an_account": lambda f: tr("“{text}” is neither an address nor a machine.", text=f.get("text", "")),
    "not_a_block": lambda f: tr("“{text}” is not a block or a range like 100-2000.", text=f.get("text", "")),
}
_RESIDENTS: dict[str, Sentence] = {
    "out_of_range": lambda f: tr("There are not that many residents. Choose smaller numbers."),
}
_NODE_DAT: dict[str, Sentence] = {
    "not_node_dat": lambda f: tr("This is not the content of a node.dat file. Export it again from the machine."),
    "keys_differ": lambda f: tr("The two keys in this file do not belong together. Export it again from the machine."),
}
_KEYSTORE: dict[str, Sentence] = {
    "empty": lambda f: tr("Choose the file, or paste its content."),
    "other_kind": lambda f: tr("This file holds another kind of key. Export a single sr25519 account, version 3."),
    "damaged": lambda f: tr("This is not the keystore file of one account, or it is damaged. Export it again."),
}
_RENT_ID: dict[str, Sentence] = {
    "not_a_number": lambda f: tr("Type the number of the order, for example 7."),
    "over": lambda f: tr("This order is over. Rent again."),
}
_REWARD: dict[str, Sentence] = {
    "not_a_reward": lambda f: tr(
        "Name a reward as MACHINE:ERA, the machine by its 64 letters and digits, for example 3f9a…c41d:12."
    ),
    "not_paid": lambda f: tr(
        "The chain has paid nothing to this machine for era {era}. An era is paid in the first hour of the next one.",
        era=f.get("era", "?"),
    ),
    "too_old": lambda f: tr(
        "This reward was paid by an older version of this program, which did not write down what it was reckoned from. "
        "Newer rewards can be explained."
    ),
}
_EXPLANATION: dict[str, Sentence] = {
    "unreadable": lambda f: tr("{path} cannot be read. Check the name.", path=f.get("path", "")),
    "too_big": lambda f: tr("{path} is too big for an explanation.", path=f.get("path", "")),
    "not_an_explanation": lambda f: tr("This file does not hold an explained reward. Save it again."),
    "newer": lambda f: tr("A newer version of this program wrote this file. Use that version to check it."),
    "unknown_rules": lambda f: tr("The rules {rules} are not known here.", rules=f.get("rules", "")),
    "digest": lambda f: tr("The file was altered: its digest is not that of what it says."),
    "figures": lambda f: tr("The file was altered: the rules make another reward of its inputs."),
    "other_chain": lambda f: tr("The file is of another chain than the one in this data folder."),
    "other_reward": lambda f: tr("The file explains another reward than the one named."),
    "chain_differs": lambda f: tr("The chain says otherwise: the file was altered, or it is of another branch."),
}
_PLAN: dict[str, Sentence] = {
    "unreadable": lambda f: tr("{path} cannot be read. Check the name.", path=f.get("path", "")),
    "too_big": lambda f: tr("{path} is too big for a plan.", path=f.get("path", "")),
    "not_a_plan": lambda f: tr("This file is no plan: it is neither TOML nor a JSON object."),
    "unknown_key": lambda f: tr(
        "The plan says “{key}”, which is not known. Known are: {known}.", key=f.get("key", ""), known=f.get("known", "")
    ),
    "missing": lambda f: tr("The plan does not say “{key}”. Add it.", key=f.get("key", "")),
    "not_a_number": lambda f: tr("“{key}” of the plan must be a number.", key=f.get("key", "")),
    "not_whole": lambda f: tr("“{key}” of the plan must be a whole number.", key=f.get("key", "")),
    "unknown_gpu": lambda f: tr(
        "The GPU “{gpu}” is not known. Known are: {known}. Or give points_per_gpu.",
        gpu=f.get("gpu", ""),
        known=f.get("known", ""),
    ),
    "points_twice": lambda f: tr("The plan must say either “gpu” or “points_per_gpu”."),
    "address": lambda f: tr("“replaces” of the plan must be an address of a stash."),
    "no_price": lambda f: tr("The chain has no price for DBC yet. Give dbc_price_usd in the plan."),
}
_GENERAL: dict[str, Sentence] = {
    "out_of_range": lambda f: tr(
        "“{name}” must lie between {least} and {most}.",
        name=f.get("name", ""),
        least=_in_words(f, "least"),
        most=_in_words(f, "most"),
    ),
    "empty": lambda f: tr("This field is empty. Fill it in."),
    "zero": lambda f: tr("Type a number above zero."),
    "too_small": lambda f: tr("This number is too small."),
    "too_large": lambda f: tr("This number is too large."),
    "too_long": lambda f: tr("This is too long. Shorten it."),
    "too_short": lambda f: tr("This is too short."),
    "not_a_number": lambda f: tr("Type a number in digits."),
    "not_printable": lambda f: tr("Only plain letters, digits and signs may be signed here."),
}
_DISPUTES: dict[str, dict[str, Sentence]] = {
    "box_key": {
        "odd": lambda f: tr("The member's key for sealed messages is not valid, so nothing can be sealed to it.")
    },
    "reason": {
        "empty": lambda f: tr("Say in a few words why."),
        "too_long": lambda f: tr("Use at most {most} characters.", most=f.get("most", 500)),
    },
}
_FIELDS: dict[str, dict[str, Sentence]] = {
    **_DISPUTES,
    "amount": _AMOUNT,
    "address": _ADDRESS,
    "words": _WORDS,
    "passphrase": _PASSPHRASE,
    "repeat": _PASSPHRASE,
    "name": _NAME,
    "network_name": {
        "empty": lambda f: tr("Give it a name that you will recognise."),
        "too_long": lambda f: tr("Use a shorter name."),
        "taken": lambda f: tr("Another network has this name. Choose a different one."),
        "too_many": lambda f: tr("There are too many networks in the list. Remove one first."),
    },
    "network": {
        "unknown": lambda f: tr("This network is not in the list any more."),
        "in_use": lambda f: tr("This network is open. Open another one first."),
    },
    "endpoint": {
        "empty": lambda f: tr("Type the address of the node."),
        "not_an_address": lambda f: tr("Type an address that begins with https://, http://, wss:// or ws://."),
    },
    "client_node": {"not_an_address": lambda f: tr("Type an address that begins with https:// or http://.")},
    "rules": {"unknown": lambda f: tr("There are no rules of that name.")},
    "duration": _DURATION,
    "query": _QUERY,
    "operators": _OPERATORS,
    "hardware": {"unreadable": lambda f: tr("A name in the hardware of this computer cannot be signed.")},
    "home": _HOME,
    "branch": _BRANCH,
    "snapshot": _SNAPSHOT,
    "height": _HEIGHT,
    "residents": _RESIDENTS,
    "past": _PAST,
    "node_dat": _NODE_DAT,
    "keystore": _KEYSTORE,
    "rent_id": _RENT_ID,
    "reward": _REWARD,
    "explanation": _EXPLANATION,
    "plan": _PLAN,
    "upload_net": _SPEED,
    "download_net": _SPEED,
    "upload": _SPEED,
    "download": _SPEED,
    "listen": _LISTEN,
    "demo_rigs": _DEMO_RIGS,
    "power_limit": _POWER_LIMIT,
    "out": _EXPORT,
    "hours": _EXPORT,
    "token": _TOKEN,
    "certificate": _CERTIFICATE,
    "rig_address": _RIG_ADDRESS,
    "discovery": _DISCOVERY,
    "webhook": _WEBHOOK,
    "evidence": _EVIDENCE,
    "rig_passphrase": _PASSPHRASE | {"wrong": lambda f: tr("This passphrase does not open the rig's key.")},
    "rig_key": _RIG_KEY,
}


def _in_words(facts: Facts, bound: str) -> str:
    """A bound in the measure that people use for this field."""
    value, name = _number(facts.get(bound), 0), str(facts.get("name", ""))
    if name.endswith("_usd"):
        return formats.usd(value)
    return formats.fixed(value, 2, 2) if name.startswith("points") else formats.count(value)


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def is_known(field: str, reason: str) -> bool:
    """Whether there is a sentence of its own for this field and reason."""
    return reason in _FIELDS.get(field, {}) or reason in _GENERAL


def input_text(error: InvalidInput) -> str:
    """What to do about `error`, in one or two sentences."""
    sentence = _FIELDS.get(error.field, {}).get(error.reason) or _GENERAL.get(error.reason)
    if sentence is None:
        return tr("{field} does not look right ({reason}). Check it.", field=error.field, reason=error.reason)
    return sentence(error.facts)

"""Who somebody is stays sealed: a telephone number is locked away
on arrival, and only the process that sends texts can open it.

Four keys, a file each, so that a process is given only what it needs:

    seal.public    everybody      puts a number into its envelope
    seal.private   the workers    opens the envelope to send a text
    index.key      everybody      finds a person by number without keeping the number
    vault.key      everybody      encrypts what people said, and conversations in the making
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.public import PrivateKey, PublicKey, SealedBox
from phonenumbers import PhoneNumberType

from hotline.core.errors import Misconfigured, NotANumber

E164 = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
NONCE = 12
NO_TEXTS = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
}


@dataclass(frozen=True)
class Keys:
    """The folder of keys. Each is read when it is first needed, so a
    process that has no business with one need not have its file."""

    folder: Path

    @cached_property
    def seal(self) -> SealedBox[PublicKey]:
        return SealedBox(PublicKey(self._read("seal.public")))

    @cached_property
    def opener(self) -> SealedBox[PrivateKey]:
        return SealedBox(PrivateKey(self._read("seal.private")))

    @cached_property
    def index(self) -> Index:
        return Index(self._read("index.key"))

    @cached_property
    def vault(self) -> Vault:
        return Vault(self._read("vault.key"))

    def _read(self, name: str) -> bytes:
        try:
            return bytes.fromhex((self.folder / name).read_text("ascii"))
        except FileNotFoundError:
            raise Misconfigured(
                f"KEYS: there is no {name} in {self.folder}. `itikia keys` makes a set."
            ) from None
        except (ValueError, PermissionError) as error:
            raise Misconfigured(
                f"KEYS: {name} in {self.folder} cannot be read ({type(error).__name__})."
            ) from None

    def make(self) -> bool:
        """Make the keys where there are none, readable by this user
        alone. True if they were made, False if they were there."""
        private = PrivateKey.generate()
        made = {
            "seal.public": bytes(private.public_key),
            "seal.private": bytes(private),
            "index.key": secrets.token_bytes(32),
            "vault.key": secrets.token_bytes(32),
        }
        there = [name for name in made if (self.folder / name).exists()]
        if there:
            if missing := sorted(set(made) - set(there) - {"seal.private"}):
                raise Misconfigured(
                    f"KEYS: {self.folder} has some keys but not "
                    f"{', '.join(missing)}. Restore them from where you keep a copy."
                )
            return False
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, key in made.items():
            descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(key.hex())
        return True


class Index:
    """A blind index: a keyed hash, with a key for each purpose, finds what
    belongs to a number or a session without keeping either."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._keys: dict[str, bytes] = {}

    def of(self, purpose: str, text: str) -> str:
        """32 hexadecimal digits that stand for `text` when it
        is looked up for `purpose`, and for no other purpose."""
        key = self._keys.get(purpose)
        if key is None:
            key = self._keys[purpose] = hmac.digest(self._key, purpose.encode(), hashlib.sha256)
        return hmac.digest(key, text.encode(), hashlib.sha256)[:16].hex()


class Vault:
    """Authenticated encryption (AES-GCM) with the place as associated data:
    ciphertext that is copied to another row does not decrypt."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def encrypt(self, plain: str | bytes, place: str) -> bytes:
        nonce = os.urandom(NONCE)
        data = plain.encode() if isinstance(plain, str) else plain
        return nonce + self._cipher.encrypt(nonce, data, place.encode())

    def decrypt(self, locked: bytes, place: str) -> bytes:
        """What was locked for exactly this place. Raises `Tampered` for anything else."""
        try:
            return self._cipher.decrypt(locked[:NONCE], locked[NONCE:], place.encode())
        except (InvalidTag, ValueError):  # the second where even the nonce is cut off
            raise Tampered(f"what is kept in {place.partition(':')[0]} does not belong there") from None

    def read(self, locked: bytes, place: str) -> str:
        return self.decrypt(locked, place).decode()


class Tampered(Exception):
    """An encrypted text was changed, moved to another row, or locked with another key."""


def strict_number(text: str) -> str:
    """A number as a carrier must write it: E.164, nothing before or after. Raises `NotANumber`.

    A number that begins with a space is refused, not mended: it
    was sent with a bare `+`, so other fields may be broken too.
    """
    if not E164.fullmatch(text):
        raise NotANumber("not a number in international form")
    return _checked(text, None)


def typed_number(text: str, country: str) -> str:
    """A number as people write it (0711…, 254 711…, +254
    (0) 711…) in international form. Raises `NotANumber`.

    `country` is the two letters of the country they write in.
    """
    # The library takes letters for the digits they share a key with: OOO would be 666.
    if any(letter.isalpha() for letter in text):
        raise NotANumber("there are letters in it")
    # The library takes 000 for the international prefix in Kenya, never 00.
    return _checked(re.sub(r"^\s*00+", "+", text), country)


def takes_texts(number: str) -> bool:
    """Whether a number in international form may be a mobile
    telephone's; landlines, toll-free and paid numbers take no texts."""
    return phonenumbers.number_type(phonenumbers.parse(number)) not in NO_TEXTS


def _checked(text: str, country: str | None) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise NotANumber("not a telephone number") from None
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise NotANumber("no such telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def seal(keys: Keys, number: str) -> bytes:
    """The number in an envelope that only the holder of `seal.private` can open."""
    return bytes(keys.seal.encrypt(number.encode()))


def open_seal(keys: Keys, sealed: bytes) -> str:
    return bytes(keys.opener.decrypt(sealed)).decode()

"""Who somebody is stays sealed, on the way in, at rest, and in the hands of a thief."""

import logging
import random
import re
import sqlite3
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from cryptography.exceptions import InvalidTag
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from hotline.cases import citizen_phrases, liaison_phrases
from hotline.core.crypto import (
    Index,
    Keys,
    Tampered,
    Vault,
    open_seal,
    seal,
    strict_number,
    takes_texts,
    typed_number,
)
from hotline.core.database import Database
from hotline.core.errors import Misconfigured, NotANumber
from hotline.core.i18n import Phrase, say
from hotline.directory.categories import CATEGORIES
from hotline.directory.people import number_index
from hotline.operations.queue import Poster
from hotline.outbox import Posting
from hotline.settings import Settings
from tests.scenery.county import CITIZEN, KIPRUTO, NEIGHBOUR, WANJIKU
from tests.scenery.labels import FIRST, about, sw
from tests.scenery.reports import report, word_of
from tests.scenery.world import World

NUMBER = "+254711000123"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    made = Keys(tmp_path / "keys")
    made.make()
    return made


# A number has one form


def spellings(chance: random.Random) -> Iterator[str]:
    """The same number as people write it, without end."""
    while True:
        digits = list("711000123")
        for place in sorted(chance.sample(range(1, 9), chance.randrange(4)), reverse=True):
            digits.insert(place, chance.choice((" ", "-", ".", "  ", "\u00a0", "/ "[1], "\u2013")))
        start = chance.choice(
            ("0", "", "254", "+254", "00254", "000254", "+254 (0) ", "(0)", "+254-", "00 254 ", " 0", "＋254")
        )
        text = start + "".join(digits) + chance.choice(("", " ", "  ", "\n"))
        yield (
            text
            if chance.random() < 0.8
            else text.translate({ord(digit): ord("٠") + int(digit) for digit in "123456789"})
        )


def test_however_a_number_is_written_it_is_one_person(keys: Keys) -> None:
    written = spellings(random.Random(254))
    texts = [next(written) for _ in range(5000)]
    assert len(set(texts)) > 2500
    assert {number_index(keys, typed_number(text, "KE")) for text in texts} == {number_index(keys, NUMBER)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0711",
        "0711 OOO 123",
        "O711000123",
        "2.54711E+11",
        "0711000123/0722000101",
        "0711000123, 0722000101",
        "call me",
        "0711CALLME",
        "999",
        "+",
        "+0711000123",
        "0711000123 ext 5",
    ],
)
def test_what_is_no_number_is_not_made_one(text: str) -> None:
    with pytest.raises(NotANumber) as refusal:
        typed_number(text, "KE")
    assert not re.search(r"\d", str(refusal.value))


@pytest.mark.parametrize("number", ["+254711000123", "+254110000123", "+2348030000123", "+16502530000"])
def test_a_carrier_writes_numbers_in_international_form(number: str) -> None:
    assert strict_number(number) == number


@pytest.mark.parametrize(
    "text",
    [
        " 254711000123",
        " +254711000123",
        "+254711000123\n",
        "+254711000123 ",
        "+254711000123*",
        "+254711000123#",
        "00254711000123",
        "000254711000123",
        "0711000123",
        "254711000123",
        "+254 711 000 123",
        "+25471100012",
        "+2547110001234",
        "+254711",
        "+0254711000123",
        "+254711OOO123",
        "+٢٥٤٧١١٠٠٠١٢٣",
        "++254711000123",
        "anonymous",
        "+999711000123",
        "",
    ],
)
def test_a_number_that_a_carrier_must_not_write_so_is_refused_not_mended(text: str) -> None:
    with pytest.raises(NotANumber) as refusal:
        strict_number(text)
    assert not re.search(r"\d", str(refusal.value))


def test_landlines_and_paid_numbers_take_no_texts() -> None:
    numbers = ("+254711000123", "+254110000123", "+254202000123", "+254800221221")
    assert [takes_texts(number) for number in numbers] == [True, True, False, False]


# The index


def test_a_number_is_found_again_but_not_under_another_purpose_or_key() -> None:
    index, other = Index(b"k" * 32), Index(b"o" * 32)
    purposes = ("address", "session", "caller", "draft", "", "addres", "s")
    assert index.of("address", NUMBER) == Index(b"k" * 32).of("address", NUMBER)
    assert len({index.of(purpose, NUMBER) for purpose in purposes}) == len(purposes)
    assert index.of("ab", "c") != index.of("a", "bc")
    assert index.of("address", NUMBER) != other.of("address", NUMBER)
    assert re.fullmatch("[0-9a-f]{32}", index.of("address", NUMBER))


# The vault


def test_what_was_locked_opens_in_its_own_place_only() -> None:
    vault = Vault(b"k" * 32)
    locked = vault.encrypt("silaha sokoni", "cases.details:1")
    assert vault.read(locked, "cases.details:1") == "silaha sokoni"
    for elsewhere in ("cases.details:2", "messages.text:1", "cases.details:", "cases.details:1 ", ""):
        with pytest.raises(Tampered):
            vault.decrypt(locked, elsewhere)
    with pytest.raises(Tampered):
        Vault(b"o" * 32).decrypt(locked, "cases.details:1")


def test_one_bit_changed_anywhere_is_noticed() -> None:
    vault = Vault(b"k" * 32)
    locked = vault.encrypt("silaha", "here:1")
    for place in range(len(locked)):
        for bit in range(8):
            changed = bytearray(locked)
            changed[place] ^= 1 << bit
            with pytest.raises(Tampered):
                vault.decrypt(bytes(changed), "here:1")


def test_what_was_cut_short_is_noticed_and_the_refusal_says_which_column_only() -> None:
    vault = Vault(b"k" * 32)
    locked = vault.encrypt("silaha", "cases.details:4071")
    for length in range(len(locked)):
        with pytest.raises(Tampered, match=r"^what is kept in cases\.details does not belong there$"):
            vault.decrypt(locked[:length], "cases.details:4071")


def test_the_same_words_never_look_the_same() -> None:
    vault = Vault(b"k" * 32)
    assert len({vault.encrypt("ndiyo", "here:1") for _ in range(1000)}) == 1000


# The keys


def test_a_sealed_number_is_opened_by_the_workers(keys: Keys) -> None:
    sealed = seal(keys, NUMBER)
    assert open_seal(keys, sealed) == NUMBER
    assert NUMBER.encode() not in sealed
    assert seal(keys, NUMBER) != sealed, "two envelopes with one number in them are not alike"


def test_whoever_steals_the_public_doors_keys_opens_no_number(keys: Keys) -> None:
    sealed = seal(keys, NUMBER)
    (keys.folder / "seal.private").unlink()
    stolen = Keys(keys.folder)
    with pytest.raises(Misconfigured, match=r"seal\.private"):
        open_seal(stolen, sealed)
    for name in ("seal.public", "index.key", "vault.key"):
        key = bytes.fromhex((keys.folder / name).read_text())
        with pytest.raises(CryptoError):
            SealedBox(PrivateKey(key)).decrypt(sealed)
        with pytest.raises((Tampered, InvalidTag)):
            Vault(key).decrypt(sealed, "addresses.sealed:1")


def test_the_public_door_works_without_the_private_key(keys: Keys) -> None:
    (keys.folder / "seal.private").unlink()
    door = Keys(keys.folder)
    assert seal(door, NUMBER)
    assert number_index(door, NUMBER)
    assert door.vault.encrypt("moto", "here:1")
    assert not door.make(), "and it makes no new set in its stead"


def test_keys_are_for_this_user_alone_and_are_never_overwritten(keys: Keys) -> None:
    before = {file.name: file.read_bytes() for file in keys.folder.iterdir()}
    assert set(before) == {"seal.public", "seal.private", "index.key", "vault.key"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700
    assert not keys.make()
    assert {file.name: file.read_bytes() for file in keys.folder.iterdir()} == before


@pytest.mark.parametrize("lost", ["seal.public", "index.key", "vault.key"])
def test_a_lost_key_is_not_replaced_for_the_old_one_is_needed(keys: Keys, lost: str) -> None:
    (keys.folder / lost).unlink()
    with pytest.raises(Misconfigured, match=re.escape(lost)):
        Keys(keys.folder).make()
    assert not (keys.folder / lost).exists()


@pytest.mark.parametrize(
    ("name", "used"),
    [("seal.public", "seal"), ("seal.private", "opener"), ("index.key", "index"), ("vault.key", "vault")],
)
@pytest.mark.parametrize("spoilt", [None, "not hexadecimal"])
def test_a_key_that_is_missing_or_spoilt_is_named(
    keys: Keys, name: str, used: str, spoilt: str | None
) -> None:
    (keys.folder / name).unlink()
    if spoilt:
        (keys.folder / name).write_text(spoilt)
    with pytest.raises(Misconfigured, match=f"KEYS: .*{re.escape(name)}"):
        getattr(Keys(keys.folder), used)


# What a thief finds


class Queued(World):
    """A world whose tasks are put on the real queue, too."""

    def _post(self, postings: Sequence[Posting]) -> None:
        super()._post(postings)
        Poster(self.service.settings.redis_url)(postings)


SAID = ("vijana wenye silaha", "karibu na stendi", "bibi mmoja amejeruhiwa", "silaha", "jeruhiwa")
NUMBERS = tuple(number[start:] for number in (CITIZEN, NEIGHBOUR, KIPRUTO, WANJIKU) for start in (1, 4))


def unmistakable(phrase: Phrase) -> str:
    """The longest piece of a sentence in Kiswahili between its blanks."""
    return max(re.split(r"\{\w+\}", say(Phrase(phrase.english), "sw")), key=len).strip()


TEXTED = (
    unmistakable(citizen_phrases.received("", "", "")),
    unmistakable(liaison_phrases.please_take("", CATEGORIES["violence"].name, "", "", "")),
    unmistakable(citizen_phrases.did_help_come("")),
)


@pytest.fixture
def queue(redis_url: str) -> Iterator[redis.Redis]:
    """The queue, empty before and after."""
    with redis.Redis.from_url(redis_url) as emptied:
        emptied.flushall()
        yield emptied
        emptied.flushall()


def test_no_number_and_no_word_of_a_report_is_left_anywhere(
    settings: Settings, queue: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with closing(Database(settings.database_url)) as database:
        world = Queued(settings, database)
        with closing(world.conversations):
            a_days_work(world)
            half_a_report(world)
            everywhere = b"\n".join(
                (*at_rest(settings), *in_the_queue(queue, settings.redis_url), caplog.text.encode())
            )
            reference = world.cases()[0].reference
    assert b"Kaptembwo Police Station" in everywhere, "the database was searched"
    assert b"hotline.task" in everywhere, "the queue was searched, its packed jobs too"
    assert reference.encode() in everywhere
    found = [
        secret for secret in (*SAID, *NUMBERS, *TEXTED) if secret.casefold().encode() in everywhere.lower()
    ]
    assert found == []


def a_days_work(world: World) -> None:
    """One report denied and asked about again, with texts in both directions, and one that nobody answers."""
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    report(citizen)
    sergeant.text(f"1 {word_of(sergeant.inbox[0])}")
    world.pass_minutes(121)
    citizen.text("2")
    world.phone(NEIGHBOUR).text("bibi mmoja amejeruhiwa")
    report(world.phone(NEIGHBOUR), "theft")
    world.pass_minutes(600)
    assert citizen.inbox
    assert world.phone(WANJIKU).inbox


def half_a_report(world: World) -> None:
    """Somebody is cut off after saying what happened."""
    citizen = world.phone(CITIZEN)
    citizen.dial()
    citizen.choose(sw(FIRST["report"]))
    citizen.choose(about("violence", "sw"))
    citizen.press("kaptembwa")
    citizen.choose("Kaptembwo")
    citizen.press("bibi mmoja amejeruhiwa")
    citizen.hang_up()


def at_rest(settings: Settings) -> Iterator[bytes]:
    """The bytes of the database: of its file, or of every table as the server gives it out."""
    if settings.database_url.startswith("sqlite"):
        file = settings.database_url.removeprefix("sqlite:///")
        yield Path(file).read_bytes()
        with sqlite3.connect(file) as copy:
            yield "\n".join(copy.iterdump()).encode()
        return
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copied:
                yield b"".join(bytes(piece) for piece in copied)


def in_the_queue(queue: Any, url: str) -> Iterator[bytes]:
    """All that the queue knows, by key and by value, jobs unpacked; and all that it has written down."""
    for key in queue.scan_iter():
        yield key
        for value in values(queue, key):
            yield from (value, unpacked(value))
    for file in Path(url.removeprefix("unix://")).parent.rglob("*.aof"):
        yield file.read_bytes()


def values(queue: Any, key: bytes) -> list[bytes]:
    match queue.type(key):
        case b"hash":
            return [part for pair in queue.hgetall(key).items() for part in pair]
        case b"string":
            return [queue.get(key) or b""]
        case _:
            return [queue.dump(key) or b""]


def unpacked(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return b""

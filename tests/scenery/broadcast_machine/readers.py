"""Rules of readers: they text, end the news or all of it, sign up again, or tell the carrier to end it."""

from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from hotline.directory import people
from hotline.directory.people import TELEGRAM
from hotline.front_desk import texts
from hotline.news import subscribing
from hotline.operations import receipts
from tests.scenery.broadcast_machine.cast import CHATS, LONDON, PHONES
from tests.scenery.broadcast_machine.play import Play, which
from tests.scenery.county import KAPTEMBWO

phones = st.sampled_from(PHONES)
readers_words = st.sampled_from(("STOP", "STOP NEWS", "START", "1", "NEWS Kaptembwo", "NEWS London"))
fresh = count(1)


class Readers(Play):
    """What each has asked for, said yes to, and ended."""

    def text_of_reader(self, number: str, words: str) -> None:
        text = {"id": f"text-{next(fresh)}", "from": number, "to": "22384", "text": words}
        with self.world.service.transaction() as work:
            inbound = self.world.carrier.inbound_text(text | {"date": "2026-11-21 07:00:00"})
            texts.text_arrives(work, inbound)
        self.has_said(number, words)

    def has_said(self, number: str, words: str) -> None:
        if words.startswith("STOP"):
            self.ends_all(number)
            self.opted_out |= set() if words == "STOP NEWS" else {number}
        elif words == "START":
            self.opted_out.discard(number)
        elif words == "1":
            if self.asked[number]:
                self.opted_out.discard(number)
            self.wants[number], self.asked[number] = self.wants[number] | self.asked[number], frozenset()
        else:
            place = KAPTEMBWO.code if "Kaptembwo" in words else LONDON
            self.asked[number] |= {place} - self.wants[number]

    def ends_all(self, number: str) -> None:
        self.wants[number] = self.asked[number] = frozenset()

    @rule(number=phones, words=readers_words)
    def a_reader_texts(self, number: str, words: str) -> None:
        self.text_of_reader(number, words)

    @precondition(lambda self: self.sheets)
    @rule(number=phones, which=which)
    def a_reader_has_had_enough_of_one(self, number: str, which: int) -> None:
        self.text_of_reader(number, f"STOP {self.sheet(which).code}")

    @rule(number=phones)
    def a_reader_signs_up_again(self, number: str) -> None:
        self.text_of_reader(number, "NEWS Kaptembwo")
        self.text_of_reader(number, "1")

    @rule(number=phones)
    def a_reader_tells_the_carrier(self, number: str) -> None:
        told = self.world.carrier.opt_out({"phoneNumber": number, "senderId": "22384"})
        with self.world.service.transaction() as work:
            receipts.opt_out_arrives(work, told)
        self.opted_out.add(number)
        self.ends_all(number)

    @rule(number=st.sampled_from(CHATS))
    def a_reader_ends_it_in_the_chat(self, number: str) -> None:
        with self.world.service.transaction() as work:
            person = people.by_number(work.session, work.keys, number, TELEGRAM)
            address = person.at(TELEGRAM) if person else None
            assert address is not None
            subscribing.unsubscribe(work, address)
        self.ends_all(number)

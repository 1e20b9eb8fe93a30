"""Dialling in: what happens between the green key and the
last page, and all the ways in which a call can break.

| what happens                                          | the phone shows          | status of the end event |
| ----------------------------------------------------- | ------------------------ | ----------------------- |
| the hotline ends with END                             | its last page            | `Success`               |
| red key, phone off, a new dial, 30 s idle, 180 s over | nothing, or why          | `Incomplete`            |
| the hotline answers badly, late or not at all         | the network's own words  | `Failed`                |
| a code that is not ours, or the carrier is down       | the network's own words  | none: nobody was asked  |
"""

import time
from functools import partial

from simulator import gsm
from simulator.callbacks import HOP_LABEL, NETWORK_CODE, Answer, Callbacks, Fields
from simulator.exchange import Exchange
from simulator.phones import KEYPAD_LIMIT, Outcome, Phone, Refused, Session, Standing
from simulator.texts import wire_date

HOP_LABEL_LIMIT = 99
COST = "1.0"
TOO_SLOW = "You took too long to answer. The call has ended."
TOO_LONG = "The call has reached its time limit and has ended."


class Calls:
    """Every dial-in on this machine."""

    def __init__(self, exchange: Exchange, callbacks: Callbacks, service_code: str) -> None:
        self._exchange, self._callbacks, self.service_code = exchange, callbacks, service_code
        self._agenda, self._troubles, self._timings = callbacks.agenda, callbacks.troubles, callbacks.timings
        self.dialled = self.turns = 0

    def dial(self, phone: Phone, dialled: str = "") -> None:
        """Press the green key; an empty line dials the hotline.
        Returns when a page is there, or a problem. Raises Refused."""
        inputs = self._inputs(dialled.strip() or self.service_code)
        with self._exchange.changed:
            phone.must_be_on()
            self.cut(phone)
            session = phone.session = Session(phone.number, inputs or [])
            if inputs is None or self._troubles.carrier_down:
                session.fail("")
            self._exchange.note()
        if session.standing is Standing.WAITING:
            self.dialled += 1
            self._agenda.after(self._timings.session, partial(self._time_is_up, session))
            self._turn(session)

    def reply(self, phone: Phone, typed: str) -> None:
        """Send what was typed on a page that waits for it.
        Returns when the next page is there. Raises Refused."""
        if len(typed) > KEYPAD_LIMIT:
            raise Refused(f"A phone sends at most {KEYPAD_LIMIT} characters at a time.")
        with self._exchange.changed:
            phone.must_be_on()
            session = phone.session
            if session is None or session.standing is not Standing.OPEN:
                raise Refused("There is no open call to answer. Dial first.")
            session.inputs.append(typed)
            session.standing = Standing.WAITING
            self._exchange.note()
        self._turn(session)

    def hang_up(self, phone: Phone) -> None:
        """Press the red key: cut the call, or clear its last page away."""
        with self._exchange.changed:
            self.cut(phone)
            phone.session = None
            self._exchange.note()

    def cut(self, phone: Phone) -> None:
        """End the call of this phone, if it is in one, before the hotline did. The caller holds `changed`."""
        session = phone.session
        if session and session.standing is not Standing.ENDED:
            session.standing = Standing.ENDED
            self._tell_end(session, Outcome.INCOMPLETE)

    def forget(self) -> None:
        """Begin to count anew."""
        self.dialled = self.turns = 0

    def seconds_left(self, session: Session) -> tuple[float, float]:
        """How long the call may still last, and how long its page still waits for an answer."""
        now = time.monotonic()
        return max(0.0, session.began + self._timings.session - now), max(
            0.0, session.shown_at + self._timings.idle - now
        )

    def _inputs(self, dialled: str) -> list[str] | None:
        """No answers yet for our code; 2 and 1 for *384*4455*2*1#; None for a code that is not ours."""
        base = self.service_code.removesuffix("#")
        if dialled == self.service_code:
            return []
        if dialled.startswith(base + "*") and dialled.endswith("#"):
            return dialled[len(base) + 1 : -1].split("*")
        return None

    def _turn(self, session: Session) -> None:
        answer = self._callbacks.turn(
            self._turn_fields(session), session.labels[-1] if session.labels else ""
        )
        with self._exchange.changed:
            self.turns += 1
            if session.standing is Standing.WAITING:
                self._show(session, answer)
            self._exchange.note()

    def _show(self, session: Session, answer: Answer) -> None:
        session.last_response = answer.body
        session.hops += 1
        self._label(session, answer.label)
        if answer.failure:
            self._exchange.blame(session.number, f"{answer.failure}.")
            session.fail(answer.failure)
            self._tell_end(session, Outcome.FAILED)
            return
        self._measure(session, answer.page)
        session.show(gsm.shown(answer.page), Standing.OPEN if answer.goes_on else Standing.ENDED)
        if answer.goes_on:
            self._agenda.after(self._timings.idle, partial(self._idle, session, session.hops))
        else:
            self._tell_end(session, Outcome.SUCCESS)

    def _label(self, session: Session, label: str) -> None:
        if "|" in label or len(label) > HOP_LABEL_LIMIT:
            self._exchange.blame(session.number, f"{HOP_LABEL} takes {HOP_LABEL_LIMIT} characters and no |.")
        elif label:
            session.labels.append(label)

    def _measure(self, session: Session, page: str) -> None:
        letters, length = gsm.alphabet(page), gsm.length(page)
        if length > letters.page:
            self._exchange.blame(
                session.number,
                f"A page of {length} ({letters.name}) does not "
                f"fit the {letters.page} of a phone and was cut.",
            )

    def _idle(self, session: Session, hops: int) -> None:
        with self._exchange.changed:
            if session.standing is Standing.OPEN and session.hops == hops:
                self._give_up(session, TOO_SLOW)

    def _time_is_up(self, session: Session) -> None:
        with self._exchange.changed:
            if session.standing is not Standing.ENDED:
                self._give_up(session, TOO_LONG)

    def _give_up(self, session: Session, why: str) -> None:
        session.problem = True
        session.show(why, Standing.ENDED)
        self._tell_end(session, Outcome.INCOMPLETE)
        self._exchange.note()

    def _tell_end(self, session: Session, outcome: Outcome) -> None:
        self._callbacks.tell("/ended", self._end_fields(session, outcome))

    def _turn_fields(self, session: Session) -> Fields:
        return {
            "sessionId": session.id,
            "phoneNumber": session.number,
            "networkCode": NETWORK_CODE,
            "serviceCode": self.service_code,
            "text": session.transcript,
        }

    def _end_fields(self, session: Session, outcome: Outcome) -> Fields:
        return {
            "date": wire_date(),
            "sessionId": session.id,
            "serviceCode": self.service_code,
            "networkCode": NETWORK_CODE,
            "phoneNumber": session.number,
            "status": outcome.value,
            "cost": COST,
            "durationInMillis": str(round((time.monotonic() - session.began) * 1000)),
            "hopsCount": str(session.hops),
            "hopsMetadata": "|".join(session.labels),
            "input": session.transcript,
            "lastAppResponse": session.last_response,
            "errorMessage": session.error,
        }

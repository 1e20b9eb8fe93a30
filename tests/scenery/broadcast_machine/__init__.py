"""Whatever people, phones and processes do to broadcasts, in any order:
a state machine for Hypothesis, and the bugs that it must find.

What is right is said here once more, from what people did and were told, and not by asking the hotline's own
rules. Read it in this order, each file on those before it:

    cast            who there is: liaisons and what all know of them, readers and what each wants to hear
    sheet           the model: what people did with one broadcast, who may have it, whether enough said yes
    stage           the world it is played in, its carrier and its workers, which are followed by others
    play            what a run knows, and how anything is asked of the hotline
    drafting        rules: somebody writes, changes, puts it to others again
    approval        rules: somebody says yes, objects, pauses, stops, takes back
    readers         rules: a reader texts, ends it, tells the carrier
    sending         the carrier has a text: is it right, and what happens meanwhile; rules: receipts
    journeys        rules: one goes its way from the first word to the first text, one sets another right
    time_and_death  rules: time goes by, workers work and die, the queue brings all of it twice or not at all
    invariants      at every step nothing is wrong; at the end the ledger says what happened
    machine         all of them together, and how it is played
    planted_bugs    bugs, what the machine says of each, and a way to it
"""

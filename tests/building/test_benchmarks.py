"""The benchmarks measure what they say they measure."""

import asyncio
from collections.abc import Sequence

import pytest

from benchmarks import bench
from benchmarks.bench import text_to_liaison
from benchmarks.figures import Visits, all_right
from benchmarks.processes import EXAMPLE, free_port
from benchmarks.ussd_load import Callers, Step, Target
from benchmarks.wire import Text

CITIZEN, LIAISON, OTHER = "+254700000104", "+254722000101", "+254722000102"
OWN = "Stolen 104x"


def liaisons_text_among(came: Sequence[tuple[str, str]]) -> Text:
    """What counts as the text to the liaison where these came, each a number and words, one after another."""

    async def wait() -> Text:
        texts: asyncio.Queue[Text] = asyncio.Queue()
        for at, (number, words) in enumerate(came):
            texts.put_nowait(Text(f"ATXid_{at}", number, words, float(at)))
        return await text_to_liaison(texts, CITIZEN, OWN)

    return asyncio.run(wait())


@pytest.mark.parametrize(
    ("came", "at"),
    [
        ([(CITIZEN, "We have your report"), (LIAISON, f"Please take this: {OWN}")], 1),
        ([(LIAISON, f"Please take this: {OWN}"), (CITIZEN, "We have your report")], 0),
        (
            [
                (OTHER, "One more has called about it"),
                (CITIZEN, "We have your report"),
                (LIAISON, f"Please take this: {OWN}"),
            ],
            2,
        ),
        (
            [
                (OTHER, "Please take this: Stolen 103x"),
                (LIAISON, f"Please take this: {OWN}"),
                (CITIZEN, "We have your report"),
            ],
            1,
        ),
        (
            [
                ("+254700000103", "We have your report"),
                (CITIZEN, f"You said: {OWN}"),
                (LIAISON, f"Please take this: {OWN}"),
            ],
            2,
        ),
        (
            [
                (LIAISON, f"Please take this: {OWN}"),
                (OTHER, f"Please take this: {OWN}"),
                (CITIZEN, "We have your report"),
            ],
            0,
        ),
    ],
    ids=[
        "theirs comes last",
        "theirs comes first",
        "of another event",
        "of the report before",
        "the citizen has it too",
        "two are asked",
    ],
)
def test_only_a_text_with_the_reports_own_words_is_the_one_to_its_liaison(
    came: Sequence[tuple[str, str]], at: int
) -> None:
    assert liaisons_text_among(came).at == at


def test_a_report_begins_no_other_reports_words() -> None:
    words = [bench.DETAILS.typed.format(n=number) for number in range(200)]
    assert not [(one, other) for one in words for other in words if one != other and one in other]


def test_a_visit_with_no_finished_hop_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    nobody = Target(free_port(), "/ussd", {})
    load = Callers(2).visit(nobody, (Step("", holds="Welcome"),), seconds=0.1, warm_up=0.0)
    visits = Visits("the door", nobody, (), [load])
    assert not all_right([visits])
    assert "without one finished hop" in capsys.readouterr().out
    assert not load.latencies


def test_a_visit_in_which_hops_were_finished_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async def told() -> tuple[asyncio.Server, int]:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0)
        return server, server.sockets[0].getsockname()[1]

    async def visited() -> bool:
        server, port = await told()
        load = await asyncio.to_thread(
            Callers(2).visit, Target(port, "/ussd", {}), (Step("", holds="Welcome"),), 0.2, 0.0
        )
        server.close()
        return all_right([Visits("the door", Target(port, "/ussd", {}), (), [load])])

    assert asyncio.run(visited())
    assert not capsys.readouterr().out


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A door that always says welcome."""
    page = b"CON Welcome"
    while request := await reader.readuntil(b"\r\n\r\n"):
        length = next(
            int(line.partition(b":")[2])
            for line in request.splitlines()
            if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        await writer.drain()


def test_the_roster_that_a_hotline_is_furnished_with_is_there() -> None:
    assert {path.name for path in EXAMPLE.iterdir()} >= {"bodies.csv", "liaisons.csv"}

"""What is asked, offered and said in a chat, found where
the product keeps it, so that no test knows it by heart.

What stands in capitals is in English, as `asha` reads it; what ends in `_SW` is the same in Kiswahili.
"""

from bot import keyboards, profile
from bot.cards import photos_and_voice
from hotline.broadcasts import menus as broadcast_menus
from hotline.broadcasts import templates
from hotline.cases import citizen_menus, citizen_phrases, liaison_menus, liaison_phrases
from hotline.cases.citizen_menus import Caller, InChat
from hotline.cases.liaison_menus import REASONS, Assignments
from hotline.conversation import choose_area
from hotline.core import codec
from hotline.core.i18n import own_name, say
from hotline.directory.categories import CATEGORIES
from hotline.front_desk import menu
from hotline.front_desk import phrases as desk_phrases
from hotline.news import menus as news_menus
from tests.scenery.county import AREAS, KAPTEMBWO
from tests.scenery.said import ANY, asked, en, labels, last_words, sw

# The menu

CHAT = InChat("Telegram", "*384*4455#", warned=False, cases=("1",))
CALLER = Caller("en", assignments=Assignments(on_duty=True, cases=()), asked="1", chat=CHAT)
"""One to whom everything is offered that anybody can be offered in a chat."""

FIRST_MENU = asked(menu.welcome(CALLER, AREAS, ("sw", "en"), "999"))
FIRST = labels(FIRST_MENU)
MENU, MENU_SW = en(FIRST_MENU.text), sw(FIRST_MENU.text)
WHICH_LANGUAGE = en(menu.choose_language("language", ("sw", "en"), "999").text)
CHOOSE_LANGUAGE = en(menu.choose_language("language", ("sw", "en")).text)
ENGLISH, KISWAHILI = own_name("en"), own_name("sw")

IN_DANGER, REPORT, MY_CASE, DID_HELP_COME = (en(FIRST[key]) for key in ("danger", "report", "case", "answer"))
NO_MORE_MESSAGES, DELETE_MY_DATA, GIVEN_TO_ME = (en(FIRST[key]) for key in ("stop", "forget", "desk"))
REPORT_SW, NO_MORE_MESSAGES_SW, DELETE_MY_DATA_SW = (sw(FIRST[key]) for key in ("report", "stop", "forget"))

WHO_READS = menu.who_reads(CHAT)
TELEGRAM_CAN_SEE, TELEGRAM_CAN_SEE_SW = en(WHO_READS.text), sw(WHO_READS.text)
GO_ON_HERE, GO_ON_HERE_SW = en(labels(WHO_READS)["here"]), sw(labels(WHO_READS)["here"])
"""Below the warning of who can read it."""

# The ways on and back

BACK, TO_THE_MENU, MORE, PREVIOUS = (
    en(words) for words in (keyboards.BACK, keyboards.HOME, keyboards.MORE, keyboards.FEWER)
)
MY_LOCATION, SHARE_LOCATION, SHARE_NUMBER = (
    en(words) for words in (keyboards.MY_LOCATION, keyboards.SHARE_LOCATION, keyboards.SHARE_NUMBER)
)
PRESS_A_BUTTON = en(keyboards.NOT_UNDERSTOOD)
EARLIER_QUESTION = en(desk_phrases.earlier_question())

# A report

_REPORTS = labels(asked(citizen_menus.report(CALLER, AREAS)))
THEFT, CONDUCT, VIOLENCE_AT_HOME, SOMETHING_ELSE = (
    en(_REPORTS[code]) for code in ("theft", "conduct", "gender", "other")
)
IN_DANGER_SW = sw(CATEGORIES["danger"].name)
ABOUT_WHAT, ABOUT_WHAT_SW = (
    say(asked(citizen_menus.report(CALLER, AREAS)).text, each) for each in ("en", "sw")
)

_WHERE = asked(choose_area.choose_area(AREAS))
WHERE, WHERE_SW = en(_WHERE.text), sw(_WHERE.text)
_HOME = asked(choose_area.choose_area(AREAS, KAPTEMBWO.code))
IN_YOUR_AREA, ANOTHER_PLACE = en(_HOME.text), en(labels(_HOME)["other"])
"""Asked of one who may be where they were before, or where a link says."""
_FOUND = asked(choose_area.choose_area(AREAS), "kaptembwa")
WHICH_ONE, WHICH_ONE_SW, NONE_OF_THESE = en(_FOUND.text), sw(_FOUND.text), en(labels(_FOUND)["none"])
NOT_SURE = en(labels(asked(choose_area.choose_area(AREAS), "KE032"))["here"])
NO_PLACE_NEAR_THERE = en(asked(choose_area.choose_area(AREAS), choose_area.spot(6.52, 3.38)).text)


def where_in(code: str) -> str:
    return en(asked(choose_area.choose_area(AREAS), code).text)


def is_it(latitude: float, longitude: float) -> str:
    """Asked of one who has shared where they are."""
    return en(asked(choose_area.choose_area(AREAS), choose_area.spot(latitude, longitude)).text)


def unknown_place(typed: str) -> str:
    return en(asked(choose_area.choose_area(AREAS), typed).text)


_TOLD = asked(citizen_menus.report(CALLER, AREAS), "theft", KAPTEMBWO.code)
WHAT_HAPPENED, WHAT_HAPPENED_SW = en(_TOLD.text), sw(_TOLD.text)
CONTACT = citizen_menus.may_we_text(CALLER)
MAY_WE_WRITE, MAY_WE_WRITE_SW = en(CONTACT.text), sw(CONTACT.text)
YES, DO_NOT_WRITE = en(labels(CONTACT)["text"]), en(labels(CONTACT)["none"])
REMEMBERS = citizen_menus.may_we_remember(AREAS, KAPTEMBWO)
REMEMBER, REMEMBER_SW, DO_NOT_REMEMBER = en(REMEMBERS.text), sw(REMEMBERS.text), en(labels(REMEMBERS)["no"])
_STATIONS = codec.encode([("station", "Kaptembwo Police Station")])
_STATION = asked(citizen_menus.whom_is_it_about(KAPTEMBWO), _STATIONS)
_OFFICER = asked(citizen_menus.whom_is_it_about(KAPTEMBWO), codec.encode([]))
WHICH_STATION, WHICH_OFFICER, NOT_KNOWN = en(_STATION.text), en(_OFFICER.text), en(citizen_menus.NOT_KNOWN)
A_WOMAN, RATHER_A_WOMAN, NO_MATTER = (
    en(citizen_menus.a_woman().text),
    *map(en, labels(citizen_menus.a_woman()).values()),
)

WORDS_KEPT = en(desk_phrases.words_kept())
NOT_ASKED_WHERE = en(desk_phrases.not_asked_where())
SHARE_WHERE_YOU_ARE = en(desk_phrases.share_your_location())
CHANGES_ARE_NOT_SEEN = en(desk_phrases.changes_are_not_seen())
ONLY_PHOTOS_AND_VOICE, ONLY_PHOTOS_AND_VOICE_SW = (
    say(desk_phrases.only_photos_and_voice(), each) for each in ("en", "sw")
)
BEGIN_A_REPORT_FIRST = en(citizen_phrases.evidence_of_nothing())


def promised(number: str = ANY, by: str = ANY, contact: str = "text", language: str = "en") -> str:
    """The last words of a report."""
    return say(citizen_phrases.promised(number, by, "999", contact), language)


def sent_so_far(number: int) -> str:
    """Photos and voice notes that are kept for a report."""
    return en(citizen_phrases.evidence_taken(number))


def added_to(number: str = ANY) -> str:
    return en(citizen_phrases.added(number, "999"))


# One's own case

_MY_CASE = asked(citizen_menus.my_case("999", ("1",)))
WHICH_CASE, ANOTHER_CASE = en(_MY_CASE.text), en(labels(_MY_CASE)["other"])
WHICH_NUMBER = en(asked(citizen_menus.my_case("999")).text)
_UNKNOWN = ("1", codec.encode(citizen_phrases.Standing("unknown")))
NO_SUCH_NUMBER = en(asked(citizen_menus.my_case("999"), *_UNKNOWN).text)
CANNOT_FIND_IT = last_words(citizen_menus.my_case("999"), *_UNKNOWN * citizen_menus.TRIES)
_VERDICT = asked(
    citizen_menus.my_case("999"), "1", codec.encode(citizen_phrases.Standing("done", open_to_verdict=True))
)
NOT_YET_KNOWN = en(labels(_VERDICT)["later"])
COME_BACK = last_words(
    citizen_menus.my_case("999"),
    "1",
    codec.encode(citizen_phrases.Standing("done", open_to_verdict=True)),
    "later",
)
HELPED, NOT_HELPED, STILL_IN_DANGER = (en(words) for _verdict, words in citizen_menus.VERDICTS)
A_SLIP = en(dict(keyboards.A_SLIP)["not_helped"])


def how_it_stands(state: citizen_phrases.Stands, by: str = "") -> str:
    """How a case stands."""
    return en(citizen_phrases.how_it_stands(citizen_phrases.Standing(state, by)))


def standing_and_question(state: citizen_phrases.Stands) -> str:
    """The same to one who is asked whether help came."""
    case = citizen_phrases.Standing(state, open_to_verdict=True)
    return en(asked(citizen_menus.my_case("999"), "1", codec.encode(case)).text)


def thanks(verdict: citizen_phrases.VerdictWord, by: str = ANY) -> str:
    return en(citizen_phrases.thanks_for_verdict(verdict, by, "999"))


def did_help_come(number: str = ANY) -> str:
    return en(citizen_phrases.did_help_come(number))


def somebody_has_it(number: str = ANY) -> str:
    return en(citizen_phrases.somebody_has_it(number))


# To be forgotten, and no more messages

_FORGET = asked(menu.forget_me())
SURE_TO_DELETE, YES_DELETE, DO_NOT_DELETE = (
    en(_FORGET.text),
    en(labels(_FORGET)["yes"]),
    en(labels(_FORGET)["no"]),
)
NOTHING_DELETED = last_words(menu.forget_me(), "no")
FORGOTTEN = en(desk_phrases.forgotten("999"))
STOPPED, STOPPED_SW, RESUMED = (
    en(desk_phrases.texts_stopped()),
    sw(desk_phrases.texts_stopped()),
    en(desk_phrases.texts_resumed()),
)

# A liaison

I_HAVE_IT, ON_THE_WAY, THERE, DONE, NOT_MINE, CANNOT, ASIDE, STILL_ON_IT, SAFE, HELP = (
    en(words)
    for _step, words in (
        liaison_menus.I_HAVE_IT, liaison_menus.ON_THE_WAY,
        liaison_menus.THERE, liaison_menus.DONE, liaison_menus.NOT_MINE,
        liaison_menus.CANNOT, liaison_menus.ASIDE,
        liaison_menus.STILL_ON_IT, liaison_menus.SAFE, liaison_menus.HELP,
    )
)  # fmt: skip
I_HAVE_IT_SW, DONE_SW, THERE_SW, HELP_SW, CANNOT_SW = (
    sw(words)
    for _step, words in (
        liaison_menus.I_HAVE_IT,
        liaison_menus.DONE,
        liaison_menus.THERE,
        liaison_menus.HELP,
        liaison_menus.CANNOT,
    )
)
NO_VEHICLE, TOO_FAR, BUSY, NOT_SAFE = (en(words) for _reason, words in REASONS)
ON_DUTY, OFF_DUTY = en(liaison_phrases.on_duty()), en(liaison_phrases.off_duty())
ON_DUTY_SW, OFF_DUTY_SW = sw(liaison_phrases.on_duty()), sw(liaison_phrases.off_duty())
_AT_DESK = asked(liaison_menus.at_desk(Assignments(on_duty=True, cases=())))
AT_DESK, AT_DESK_SW = en(_AT_DESK.text), sw(_AT_DESK.text)
GO_OFF_DUTY, GO_OFF_DUTY_SW = en(labels(_AT_DESK)["off"]), sw(labels(_AT_DESK)["off"])
WHOEVER_KEEPS_THE_LIST, WHOEVER_KEEPS_THE_LIST_SW = (
    say(liaison_phrases.ask_whoever_keeps_the_list(), each) for each in ("en", "sw")
)
NOT_YOUR_OWN, NOT_LISTED = en(liaison_phrases.not_your_own()), en(liaison_phrases.not_listed())


def photos_button(number: int, language: str = "sw") -> str:
    """The button that shows what a citizen sent."""
    return say(photos_and_voice(number), language)


# News, and messages to the public

_NEWS = asked(news_menus.at_news(AREAS, None, chat=True), codec.encode(news_menus.Theirs()))
AT_NEWS, CHECKED_NEWS, GET_NEWS = en(_NEWS.text), en(labels(_NEWS)["read"]), en(labels(_NEWS)["get"])
YES_TO_NEWS = en(
    labels(
        asked(
            news_menus.at_news(AREAS, None, chat=True),
            codec.encode(news_menus.Theirs()),
            "get",
            KAPTEMBWO.code,
        )
    )["yes"]
)
_BOARD = asked(
    broadcast_menus.at_committee(AREAS, ("sw", "en"), "999"),
    '{"exercise": false, "broadcasts": [], "rumours": 0}',
)
AT_BOARD, WRITE_A_MESSAGE = en(_BOARD.text), en(labels(_BOARD)["write"])
ALL_CALM = en(templates.TEMPLATES["calm"].name)
COMMAND, COMMAND_SW = (
    {command: say(words, each) for command, words in profile.COMMANDS.items()} for each in ("en", "sw")
)

"""What is known to go wrong with Africa's Talking, and where
each of it is seen to: a test by its name, or a place in the code.

The traps are numbered as in the fact sheet on USSD and SMS from which this door was built.

1. anything before CON or END, an error page or a redirect
    test_a_first_page_is_plain_text_and_nothing_stands_before_it
    test_whoever_dials_gets_a_page_whatever_the_carrier_sends
    test_nobody_is_sent_elsewhere
2. 200 for whoever has no secret
    test_whoever_does_not_know_the_secret_learns_nothing
3. the query mixed into the form, fields named twice
    test_what_stands_in_the_address_is_no_part_of_the_form
    test_whoever_dials_gets_a_page_whatever_the_carrier_sends
4. a bare plus in a body is a space
    test_a_bare_plus_is_no_number_but_the_caller_is_answered
5. an empty text is no sign of a new call
    test_one_may_dial_deep
    test_an_empty_reply_shows_the_same_screen
6. splitting at * loses free words
    test_a_star_in_somebodys_words_stays_theirs
    test_even_words_that_look_like_keys_stay_words
7. replaying the path runs side effects again
    test_every_turn_that_comes_twice_gets_the_same_screen_and_one_case
8. back stays in the text for ever
    test_back_home_and_more_work_everywhere
9. the same choice twice is no duplicate
    test_the_same_choice_twice_is_two_answers
10. two copies of a turn at once
    test_the_last_turn_twice_at_once_is_one_case
11. one phone, two calls
    test_the_line_need_not_have_been_closed_before_one_dials_again
12. slow work inside a turn, posting before the commit
    hotline/outbox.py
    hotline/context.py
13. the menu must answer without Redis
    test_a_whole_report_goes_without_redis
    test_redis_may_go_and_come_back_in_the_middle_of_a_call
14. sessions kept too short or too long
    test_a_draft_is_not_kept_longer_than_a_quarter_of_an_hour
15. the end is not told, told twice, or told before the last turn
    test_the_end_of_the_line_may_be_told_before_the_last_turn
    test_one_in_danger_who_is_cut_off_is_a_case_once
    test_a_last_turn_that_comes_after_the_line_was_cut_finds_the_case_that_was_saved
16. costs in many forms
    test_the_end_of_a_call_is_taken_as_it_comes
17. the word None as a value
    test_none_is_no_name_for_a_text
    test_a_text_without_a_name_of_its_own_is_refused
18. 201 that is a refusal
    test_a_sender_that_is_not_ours_holds_texts_back_though_it_looks_accepted
19. recipients in another order, and fewer
    test_our_number_is_found_among_others_by_its_digits
20. enqueue=False does nothing, a key leaks to the next call
    test_the_request_is_the_one_in_the_reference
21. callback= swallows errors, initialize() at import
    test_a_carrier_that_is_away_is_no_exception
    hotline/carriers/africastalking
22. any username but sandbox is live
    test_only_the_name_sandbox_goes_to_the_sandbox
23. no bulk address in the sandbox
    does not apply: we use the one that both have
24. a text without an answer is in doubt, not failed
    test_a_text_that_may_have_left_is_never_sent_again_by_itself
25. a receipt before our own commit
    test_a_receipt_may_come_before_we_know_what_it_is_for
26. closed lists of networks, states and reasons
    test_a_word_that_nobody_knows_yet_is_kept_and_changes_nothing
    test_it_does_not_matter_by_which_network_somebody_calls
27. words spelt in several ways
    test_the_reason_of_a_failure_is_kept_as_it_is_spelt
    test_who_has_opted_out_is_not_written_to_again
28. an opt-out mutes a liaison
    test_a_liaison_whose_text_failed_is_passed_over_at_once
    test_a_liaison_who_wants_no_texts_is_passed_over_at_once
29. a name as sender cannot be answered
    test_a_sender_who_is_no_phone_is_not_answered
    hotline/settings.py
30. curly quotes double the price
    test_a_curly_quote_doubles_the_price
    test_a_language_says_everything
    test_curly_quotes_and_dashes_do_not_halve_a_page
31. septets and units, not letters
    test_an_extension_letter_counts_twice
    test_an_emoji_is_two_units
    test_every_page_fits_the_phone_and_nothing_is_dropped
32. a header that the carrier shows on its dashboard
    does not apply: we send none, as test_a_first_page_is_plain_text_and_nothing_stands_before_it sees
33. oddities of voice
    does not apply: nobody is called by voice
34. airtime in JSON
    does not apply: no airtime is given
35. the service code may lack our channel
    test_it_does_not_matter_by_which_network_somebody_calls: it is not looked at
36. texts to a short code, from a name
    test_a_sender_who_is_no_phone_is_not_answered
    test_no_text_is_turned_away_for_its_date
37. secrets in logs; two at once
    test_two_secrets_are_good_while_the_one_is_replaced_by_the_other
    test_a_secret_behind_a_question_mark_does_not_count
38. the sandbox proves only the wire
    simulator/troubles.py
39. indented lines are sent and paid
    test_a_short_menu_is_one_page_without_ways
40. what is not escaped in XML
    does not apply: we send no XML
41. half a minute of silence cuts a slow reader off
    test_every_screen_of_every_path_fits
    test_one_who_was_cut_off_goes_on_where_they_were
42. the network cannot be told from the number
    test_it_does_not_matter_by_which_network_somebody_calls
"""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TRAP = re.compile(r"^(\d+)\. .+\n((?:    .+\n)+)", re.MULTILINE)
SEEN_TO = {int(number): places for number, places in TRAP.findall(__doc__)}


def existing_tests() -> set[str]:
    written = (path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in written for name in re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)}


def test_every_trap_is_seen_to() -> None:
    assert sorted(SEEN_TO) == list(range(1, 43))
    assert all(
        re.search(r"\btest_\w+|\w+/\w+\.py|does not apply: \w+", seen_to) for seen_to in SEEN_TO.values()
    )


def test_every_test_and_place_that_the_table_names_is_there() -> None:
    named = {name for seen_to in SEEN_TO.values() for name in re.findall(r"\btest_\w+", seen_to)}
    assert named - existing_tests() == set()
    places = {place for seen_to in SEEN_TO.values() for place in re.findall(r"[\w/]+\.py", seen_to)}
    assert {place for place in places if not (ROOT / place).is_file()} == set()

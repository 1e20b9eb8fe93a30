"""What the operator may decide, and the sentence they read when it cannot be so."""

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path

import pytest

from hotline.core.crypto import Keys
from hotline.core.errors import Misconfigured
from hotline.settings import SIMULATOR, TELEGRAM, Settings, from_environment

SECRET, OTHER_SECRET = "a-secret-of-24-letters-x", "another_secret_of_24_let"


def refusal(environ: Mapping[str, str]) -> str:
    with pytest.raises(Misconfigured) as refused:
        from_environment(environ)
    return str(refused.value)


def test_without_a_word_from_anybody_it_is_a_rehearsal_in_kenya() -> None:
    settings = from_environment({})
    assert settings.country.code == "KE"
    assert settings.is_simulated
    assert settings.carrier_base_url == SIMULATOR
    assert settings.var == Path.cwd() / "var"
    assert settings.database_url == f"sqlite:///{settings.var}/itikia.db"
    assert settings.redis_url == f"unix://{settings.var}/redis/redis.sock"
    assert settings.keys.folder == settings.var / "keys"
    assert (settings.port, settings.bind) == (8000, "127.0.0.1")
    assert settings.minutes(15) == timedelta(minutes=15)
    assert settings.readiness == time(18)
    assert (settings.default_body, settings.heartbeat_url, settings.metrics_token) == ("", "", "")


def test_a_setting_that_is_empty_is_as_good_as_none() -> None:
    names = ("VAR", "KEYS", "DATABASE_URL", "REDIS_URL", "COUNTRY", "CARRIER",
             "CARRIER_USERNAME", "CARRIER_API_KEY", "SENDER", "PORT",
             "TELEGRAM_TOKEN", "TELEGRAM_BASE_URL",
             "DEFAULT_BODY", "READINESS", "HEARTBEAT_URL", "METRICS_TOKEN",
             "CARRIER_BASE_URL", "SERVICE_CODE", "PUBLIC_URL",
             "CALLBACK_SECRETS", "BIND", "MINUTE")  # fmt: skip
    assert from_environment(dict.fromkeys(names, "")) == from_environment({})


def test_with_a_key_the_carrier_is_real_and_at_its_own_address() -> None:
    settings = from_environment({"CARRIER_API_KEY": "k"})
    assert not settings.is_simulated
    assert settings.carrier_base_url == ""
    assert (
        from_environment({"CARRIER_API_KEY": "k", "CARRIER_BASE_URL": "http://proxy"}).carrier_base_url
        == "http://proxy"
    )


def test_telegram_is_played_too_until_there_is_a_token_or_a_carrier() -> None:
    assert from_environment({}).telegram_is_simulated
    assert not from_environment({"TELEGRAM_TOKEN": "1:a"}).telegram_is_simulated
    assert not from_environment({"CARRIER_API_KEY": "k"}).telegram_is_simulated
    assert from_environment({"TELEGRAM_TOKEN": "1:a"}).telegram_base_url == TELEGRAM


@pytest.mark.parametrize("token", ["no token", "123", ":abc", "1:a b", "1:ä"])
def test_a_token_that_is_none_is_refused_and_not_repeated(token: str) -> None:
    told = refusal({"TELEGRAM_TOKEN": token})
    assert told.startswith("TELEGRAM_TOKEN")
    assert token not in told


def test_what_telegram_shows_at_the_door_changes_with_the_token(tmp_path: Path) -> None:
    Keys(tmp_path / "keys").make()
    first, second = (
        from_environment({"VAR": str(tmp_path), "TELEGRAM_TOKEN": token}).telegram_secret
        for token in ("1:a", "1:b")
    )
    assert first != second
    assert "1:a" not in first


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_postgresql_is_reached_by_the_driver_that_is_installed(url: str) -> None:
    assert from_environment({"DATABASE_URL": url}).database_url == "postgresql+psycopg://h/d"


def test_everything_lies_under_one_folder_unless_told() -> None:
    settings = from_environment({"VAR": "/srv/a b", "KEYS": "/etc/itikia"})
    assert settings.database_url == "sqlite:////srv/a b/itikia.db"
    assert settings.redis_url == "unix:///srv/a%20b/redis/redis.sock"
    assert settings.keys.folder == Path("/etc/itikia")


def test_a_minute_may_be_short_to_rehearse() -> None:
    assert from_environment({"MINUTE": "2"}).minutes(15) == timedelta(seconds=30)


def test_those_who_have_the_night_may_be_asked_at_another_hour_or_never() -> None:
    assert from_environment({"READINESS": "19:30"}).readiness == time(19, 30)
    assert [from_environment({"READINESS": word}).readiness for word in ("off", "OFF")] == [None, None]


def test_what_nobody_else_answers_may_go_to_a_body_by_name() -> None:
    assert from_environment({"DEFAULT_BODY": "situation-room"}).default_body == "situation-room"


@pytest.mark.parametrize("url", ["https://watch.example/ping/1", "http://10.0.0.7:9000/ping"])
def test_somebody_outside_may_watch_over_us(url: str) -> None:
    assert from_environment({"HEARTBEAT_URL": url}).heartbeat_url == url


def test_there_may_be_a_second_secret_while_one_is_replaced() -> None:
    assert from_environment({"CALLBACK_SECRETS": f" {SECRET} , {OTHER_SECRET},"}).callback_secrets == (
        SECRET,
        OTHER_SECRET,
    )
    assert from_environment({"CALLBACK_SECRETS": " , "}).callback_secrets == ()


def test_an_address_is_kept_without_its_last_slash() -> None:
    assert (
        from_environment({"PUBLIC_URL": "https://hotline.example/"}).public_url == "https://hotline.example"
    )


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("COUNTRY", "XX", "known are KE, NG"),
        ("COUNTRY", "ke", "known are KE, NG"),
        ("PORT", "http", "whole number from 1 to"),
        ("PORT", "-1", "whole number from 1 to"),
        ("PORT", "0", "whole number from 1 to"),
        ("MINUTE", "0", "whole number from 1 to"),
        ("MINUTE", "1.5", "whole number from 1 to"),
        ("READINESS", "25:00", "a time of day such as 18:00, or off"),
        ("READINESS", "never", "a time of day such as 18:00, or off"),
        ("HEARTBEAT_URL", "watch.example/ping", "begins with https://"),
        ("BULK_BATCH", "500", "whole number from 1 to 200"),
        ("TEXT_PRICE", "0.80", "the currency and the price of one part"),
        ("EXERCISE", "maybe", "write yes or no"),
        ("CALLBACK_SECRETS", "short", "at least 16 letters"),
        ("CALLBACK_SECRETS", "a secret with spaces in it", "and nothing else"),
        ("CALLBACK_SECRETS", "a/secret/with/slashes", "and nothing else"),
        ("CALLBACK_SECRETS", f"{SECRET},{OTHER_SECRET},a-third-secret-there", "one secret, or two"),
    ],
)
def test_what_cannot_be_is_told_with_the_name_of_the_setting(name: str, value: str, part: str) -> None:
    said = refusal({name: value})
    assert said.startswith(name)
    assert part in said
    assert said.endswith(".")


@pytest.mark.parametrize("secrets", ["short-one", f"{SECRET}/", f"{SECRET},{OTHER_SECRET},{SECRET}"])
def test_a_refused_secret_is_not_shown(secrets: str) -> None:
    assert secrets.partition(",")[0] not in refusal({"CALLBACK_SECRETS": secrets})


def test_no_secret_is_shown_with_the_settings() -> None:
    secret = dict.fromkeys(("CARRIER_API_KEY", "METRICS_TOKEN"), "not-to-be-seen")
    shown = repr(
        from_environment({**secret, "CALLBACK_SECRETS": SECRET, "TELEGRAM_TOKEN": "1:not-to-be-seen"})
    )
    assert "not-to-be-seen" not in shown
    assert SECRET not in shown


def test_every_setting_says_what_it_is() -> None:
    source = Path(from_environment.__code__.co_filename).read_text()
    told = source.partition("class Settings")[2].partition("def from_environment")[0]
    assert all(f'"""{name.upper()}:' in told for name in Settings.__dataclass_fields__)

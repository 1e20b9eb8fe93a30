"""How the hotline's bot presents itself on Telegram: name, descriptions
and commands, for everybody or for one chat, per language.

| text              | at most | method                |
| ----------------- | ------- | --------------------- |
| name              |      64 | setMyName             |
| description       |     512 | setMyDescription      |
| short description |     120 | setMyShortDescription |

A language is two letters, or none for whoever has no text in their own.
"""

import json
import re
from functools import partial
from typing import Any

from simulator.asked import Asked, Method, bad

COMMANDS_LIMIT, NAME_LIMIT, DESCRIPTION_LIMIT = 100, 32, 256
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
SCOPES = {
    **dict.fromkeys(
        ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"), ("type",)
    ),
    **dict.fromkeys(("chat", "chat_administrators"), ("type", "chat_id")),
    "chat_member": ("type", "chat_id", "user_id"),
}
EVERYBODY = json.dumps({"type": "default"})
PRIVATE = json.dumps({"type": "all_private_chats"})
LANGUAGE = re.compile(r"([a-z]{2})?")
COMMAND = re.compile(r"[a-z0-9_]+")

Commands = list[dict[str, str]]


class Profile:
    """Commands per scope and language, and three texts per language."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._commands: dict[tuple[str, str], Commands] = {}
        self._texts: dict[str, dict[str, str]] = {kind: {} for kind in TEXT_LIMITS}

    @property
    def name(self) -> str:
        return self._texts["name"].get("", self._name)

    @property
    def methods(self) -> dict[str, Method]:
        texts = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}
        return {
            **{f"setMy{name}": partial(self._set_text, kind) for name, kind in texts.items()},
            **{f"getMy{name}": partial(self._text, kind) for name, kind in texts.items()},
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda asked: self._commands.get(where(asked), []),
            "deleteMyCommands": self._delete_commands,
        }

    def commands_for(self, user: int, language: str) -> Commands:
        """What one person sees in the menu: their own, those of private
        chats, or everybody's; in their language if there are any."""
        for scope in (scope_of({"type": "chat", "chat_id": user}), PRIVATE, EVERYBODY):
            for code in (language[:2], ""):
                if found := self._commands.get((scope, code)):
                    return found
        return []

    def view(self) -> dict[str, Any]:
        commands = [
            {"scope": json.loads(scope), "language_code": code, "commands": c}
            for (scope, code), c in self._commands.items()
        ]
        return {"commands": commands, **{f"{kind}s": texts for kind, texts in self._texts.items()}}

    def _set_text(self, kind: str, asked: Asked) -> bool:
        text, code = asked.text(kind).strip(), language(asked)
        if len(text) > TEXT_LIMITS[kind]:
            raise bad(f"{kind.replace('_', ' ')} is too long")
        self._texts[kind][code] = text
        if not text:
            del self._texts[kind][code]
        return True

    def _text(self, kind: str, asked: Asked) -> dict[str, str]:
        texts = self._texts[kind]
        return {kind: texts.get(language(asked), texts.get("", self.name if kind == "name" else ""))}

    def _set_commands(self, asked: Asked) -> bool:
        place = where(asked)
        commands = [command(given) for given in asked.thing("commands", list) or []]
        if len(commands) > COMMANDS_LIMIT:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        self._commands[place] = commands
        return True if commands else self._delete_commands(asked)

    def _delete_commands(self, asked: Asked) -> bool:
        self._commands.pop(where(asked), None)
        return True


def where(asked: Asked) -> tuple[str, str]:
    return scope_of(asked.thing("scope", dict) or {"type": "default"}), language(asked)


def scope_of(scope: dict[str, Any]) -> str:
    """Raises Declined."""
    if (kind := scope.get("type")) not in SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    if missing := [name for name in SCOPES[kind] if name not in scope]:
        raise bad(f"can't parse BotCommandScope: can't find field \"{missing[0]}\"")
    return json.dumps({name: scope[name] if name == "type" else int(scope[name]) for name in SCOPES[kind]})


def language(asked: Asked) -> str:
    """Raises Declined."""
    if not LANGUAGE.fullmatch(code := asked.text("language_code")):
        raise bad("invalid language code specified")
    return code


def command(given: Any) -> dict[str, str]:
    """Raises Declined."""
    if not isinstance(given, dict):
        raise bad("can't parse BotCommand: expected an Object")
    name, words = (
        str(given.get("command", "")).strip().removeprefix("/"),
        str(given.get("description", "")).strip(),
    )
    if not name or not words:
        raise bad(f"command{'' if not name else ' description'} must be non-empty")
    if len(name) > NAME_LIMIT:
        raise bad(f"command length must not exceed {NAME_LIMIT}")
    if len(words) > DESCRIPTION_LIMIT:
        raise bad(f"command description length must not exceed {DESCRIPTION_LIMIT}")
    if not COMMAND.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    return {"command": name, "description": words}

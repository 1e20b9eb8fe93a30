"""The company's kit for Node, as it comes from the shop, told
only where to go: a second client that we did not write."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.client import Phone
from simulator.server import Simulator
from tests.scenery.waiting import PATIENCE

KIT = "africastalking@0.8.3"
SCRIPT = """
const [address, key, sender] = process.argv.slice(1);
require("africastalking/lib/common").SMS_URL = address + "/version1/messaging";
const { SMS } = require("africastalking")({ username: "itikia", apiKey: key });
SMS.send({ to: ["+254711000111"], message: "Habari – kutoka Node", from: sender, enqueue: true })
  .then((answer) => console.log(JSON.stringify({ answer })))
  .catch(({ response }) => console.log(JSON.stringify({ status: response.status, words: response.data })));
"""


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the kit in it, or a reason to do without."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("There is no Node on this machine.")
    folder = tmp_path_factory.mktemp("npm")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", KIT]
    try:
        done = subprocess.run(install, cwd=folder, capture_output=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not bring {KIT} in time.")
    if done.returncode:
        pytest.skip(f"npm cannot install {KIT} here.")
    return folder


def run(shop: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        ["node", "-e", SCRIPT, *arguments], cwd=shop, capture_output=True, timeout=PATIENCE, check=True
    )
    return dict(json.loads(done.stdout))


def test_the_node_kit_sends(shop: Path, simulator: Simulator, citizen: Phone) -> None:
    data = run(shop, simulator.url, "simulated", "22384")["answer"]["SMSMessageData"]
    assert data["Message"] == "Sent to 1/1 Total Cost: USD 0.0079 Message parts: 1"
    assert (data["Recipients"][0]["statusCode"], data["Recipients"][0]["status"]) == (102, "Success")
    assert citizen.wait_for_text().body == "Habari – kutoka Node"


def test_the_node_kit_is_refused_like_anybody(shop: Path, simulator: Simulator) -> None:
    assert run(shop, simulator.url, "wrong", "22384") == {
        "status": 401,
        "words": "The supplied authentication is invalid",
    }
    assert run(shop, simulator.url, "simulated", "SOMEBODY")["answer"] == {
        "SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}
    }

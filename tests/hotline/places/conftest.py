"""What the tests of places are handed."""

import pytest

from hotline.places.areas import GAZETTEER, Areas
from hotline.places.loading import read


@pytest.fixture(scope="module")
def kenya() -> Areas:
    return Areas(read(GAZETTEER / "kenya.csv"))

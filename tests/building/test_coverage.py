"""What is told of coverage."""

from tests.building.coverage import ranges, told


def test_the_whole_is_told_and_the_files_that_are_below() -> None:
    files = {"good.py": (99, []), "half.py": (50, [2, 3, 7])}
    measured = {
        "summary": {"covered_lines": 7, "missing_lines": 3, "percent_covered": 70.0},
        "files": {
            name: {"summary": {"percent_covered": share}, "missing_lines": lines}
            for name, (share, lines) in files.items()
        },
    }
    assert list(told(measured)) == [
        "Coverage: 70.0 % of 10 lines, in 2 files.",
        "Below 90 %, and the lines that no test reaches:",
        "   50.0 %  half.py: 2-3, 7",
    ]


def test_lines_are_told_in_ranges_and_not_too_many() -> None:
    assert ranges([]) == []
    assert ranges([1, 2, 3, 7, 9, 10]) == ["1-3", "7", "9-10"]
    assert ranges(range(1, 100, 2))[-2:] == ["23", "…"]

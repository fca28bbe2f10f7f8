from __future__ import annotations

from dbc_desktop.cli.layout import pairs, table, width_of


def test_chinese_characters_take_two_cells() -> None:
    assert width_of("Free") == 4
    assert width_of("可用") == 4


def test_values_stand_below_each_other() -> None:
    assert pairs([("Free", "1"), ("可用余额", "2")]) == ["  Free      1", "  可用余额  2"]


def test_columns_are_two_cells_apart_and_nothing_trails() -> None:
    assert table([("#", "GPU", "x"), ("10", "显卡", "")]) == ["#   GPU   x", "10  显卡"]

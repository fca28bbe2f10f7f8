"""Calculation points of a machine (chain-rules 4.4), in whole-number arithmetic."""

from __future__ import annotations

from math import isqrt

_SCALE = 10**12


def calc_point(gpu_num: int, mem_gb: int, cuda_cores: int, vram_gb: int, region_permille: int = 1_000) -> int:
    """Points times 100, rounded to the nearest, as the committee hands them in.

    Args:
        gpu_num: Cards in the machine.
        mem_gb: Memory of the whole machine.
        cuda_cores: Cores of one card.
        vram_gb: Memory of one card.
        region_permille: Coefficient of the region in thousandths.
    """
    roots = isqrt(cuda_cores * vram_gb * _SCALE * _SCALE // 10)
    points = (25 * gpu_num * _SCALE) + mem_gb * _SCALE * 2 // 7 + roots * gpu_num
    scaled = points * region_permille * 100 // 1_000
    return (scaled + _SCALE // 2) // _SCALE

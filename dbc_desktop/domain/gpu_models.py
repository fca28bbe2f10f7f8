"""CUDA cores of GPU models that people rent out, by NVIDIA's data sheets; calc points need them (chain-rules 4.4)."""

from __future__ import annotations

CUDA_CORES: dict[str, int] = {
    "RTX 2060": 1_920,
    "RTX 2060 SUPER": 2_176,
    "RTX 2070": 2_304,
    "RTX 2070 SUPER": 2_560,
    "RTX 2080": 2_944,
    "RTX 2080 SUPER": 3_072,
    "RTX 2080 Ti": 4_352,
    "RTX 3060": 3_584,
    "RTX 3060 Ti": 4_864,
    "RTX 3070": 5_888,
    "RTX 3070 Ti": 6_144,
    "RTX 3080": 8_704,
    "RTX 3080 Ti": 10_240,
    "RTX 3090": 10_496,
    "RTX 3090 Ti": 10_752,
    "RTX 4060": 3_072,
    "RTX 4060 Ti": 4_352,
    "RTX 4070": 5_888,
    "RTX 4070 SUPER": 7_168,
    "RTX 4070 Ti": 7_680,
    "RTX 4070 Ti SUPER": 8_448,
    "RTX 4080": 9_728,
    "RTX 4080 SUPER": 10_240,
    "RTX 4090": 16_384,
    "RTX 4090 D": 14_592,
    "RTX 5070": 6_144,
    "RTX 5070 Ti": 8_960,
    "RTX 5080": 10_752,
    "RTX 5090": 21_760,
    "RTX A4000": 6_144,
    "RTX A5000": 8_192,
    "RTX A6000": 10_752,
    "RTX 6000 Ada Generation": 18_176,
    "Tesla T4": 2_560,
    "Tesla V100": 5_120,
    "A10": 9_216,
    "A40": 10_752,
    "A100": 6_912,
    "L4": 7_424,
    "L40": 18_176,
    "L40S": 18_176,
    "H100 PCIe": 14_592,
    "H100": 16_896,
    "H200": 16_896,
}


def cuda_cores(gpu_name: str) -> int | None:
    """CUDA cores of one card with the name its driver gives, e.g. `NVIDIA GeForce RTX 4090`; None where unknown.

    Board variants of one chip (`A100-SXM4-80GB`, `Tesla T4`) count as their model; laptop cards differ and are unknown.
    """
    name = gpu_name.removeprefix("NVIDIA ").removeprefix("GeForce ")
    if "Laptop" in name or "Max-Q" in name:
        return None
    if name in CUDA_CORES:
        return CUDA_CORES[name]
    if name.startswith(("H100 PCIe", "H100 NVL")):
        return CUDA_CORES["H100 PCIe"] if "PCIe" in name else None
    model = name.split("-")[0].split(" ")[0]
    if model in ("A100", "H100", "H200", "A10", "A40", "L4", "L40", "L40S") and not name.startswith("A100X"):
        return CUDA_CORES[model]
    return CUDA_CORES["Tesla V100"] if name.startswith(("Tesla V100", "V100")) else None

"""Under which names and in which units exporters tell the readings of GPUs.

One table serves both directions: what this program's own exporter writes and what it reads from others. The names
that begin with `DCGM_` are those of NVIDIA's dcgm-exporter, so that dashboards made for it work here; those that begin
with `nvidia_smi_` are of nvidia_gpu_exporter, which are only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MEBIBYTE = 2**20
NANOSECONDS = 10**9


class Part(StrEnum):
    """Where a reading stands: in `GpuReading` itself, its `board` or its `health`."""

    READING = "reading"
    BOARD = "board"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class GpuMetric:
    """One reading under the name of an exporter.

    Attributes:
        field: The attribute of `part` that it is.
        scale: Exported value of one unit of the reading, e.g. 1/MEBIBYTE where bytes are told in MiB.
        most: The highest reading that can be true; above it the exporter's value stands for "not known".
        is_whole: The reading is a whole number.
        is_counter: It only grows.
        text: What it is, for the exposition's HELP line.
    """

    name: str
    part: Part
    field: str
    text: str
    scale: float = 1.0
    most: float = 1e9
    is_whole: bool = True
    is_counter: bool = False


def _dcgm(name: str, part: Part, field: str, text: str, **more: float | bool) -> GpuMetric:
    return GpuMetric(f"DCGM_FI_DEV_{name}", part, field, text, **more)  # type: ignore[arg-type]


_READING, _BOARD, _HEALTH = Part.READING, Part.BOARD, Part.HEALTH
_MIB = {"scale": 1 / MEBIBYTE, "most": 2**50}
_WATTS = {"most": 1e5, "is_whole": False}

DCGM: tuple[GpuMetric, ...] = (
    _dcgm("GPU_UTIL", _READING, "gpu_percent", "GPU utilization (in %).", most=100),
    _dcgm("MEM_COPY_UTIL", _READING, "memory_percent", "Memory utilization (in %).", most=100),
    _dcgm("ENC_UTIL", _READING, "encoder_percent", "Encoder utilization (in %).", most=100),
    _dcgm("DEC_UTIL", _READING, "decoder_percent", "Decoder utilization (in %).", most=100),
    _dcgm("FB_USED", _READING, "memory_used", "Memory used (in MiB).", **_MIB),
    _dcgm("FB_TOTAL", _READING, "memory_total", "Memory of the GPU (in MiB).", **_MIB),
    _dcgm("FB_RESERVED", _HEALTH, "memory_reserved", "Memory kept by the driver (in MiB).", **_MIB),
    _dcgm("BAR1_USED", _HEALTH, "bar1_used", "Mapped memory used (in MiB).", **_MIB),
    _dcgm("BAR1_TOTAL", _BOARD, "bar1_total", "Memory that can be mapped (in MiB).", **_MIB),
    _dcgm("GPU_TEMP", _READING, "temperature", "GPU temperature (in C).", most=200),
    _dcgm("MEMORY_TEMP", _READING, "memory_temperature", "Memory temperature (in C).", most=200),
    _dcgm("SLOWDOWN_TEMP", _READING, "temperature_limit", "Temperature at which it slows down (in C).", most=200),
    _dcgm("SHUTDOWN_TEMP", _BOARD, "shutdown_temperature", "Temperature at which it shuts down (in C).", most=200),
    _dcgm("GPU_TEMP_LIMIT", _HEALTH, "margin", "Degrees until it slows down (in C).", most=200),
    _dcgm("POWER_USAGE_INSTANT", _HEALTH, "power_instant", "Power draw at this instant (in W).", **_WATTS),
    GpuMetric(
        "dbc_desktop_gpu_memory_power_watts",
        _HEALTH,
        "memory_power",
        "Power draw of the memory (in W).",
        most=1e5,
        is_whole=False,
    ),
    GpuMetric("dbc_desktop_gpu_jpeg_percent", _HEALTH, "jpeg_percent", "JPEG engine utilization (in %).", most=100),
    GpuMetric(
        "dbc_desktop_gpu_optical_flow_percent",
        _HEALTH,
        "optical_flow_percent",
        "Optical flow engine utilization (in %).",
        most=100,
    ),
    _dcgm("POWER_USAGE", _READING, "power_watts", "Power draw (in W).", **_WATTS),
    _dcgm("ENFORCED_POWER_LIMIT", _READING, "power_limit_watts", "Power limit in force (in W).", **_WATTS),
    _dcgm("POWER_MGMT_LIMIT", _HEALTH, "power_set", "Power limit that was set (in W).", **_WATTS),
    _dcgm("POWER_MGMT_LIMIT_DEF", _BOARD, "power_default", "The maker's power limit (in W).", **_WATTS),
    _dcgm("POWER_MGMT_LIMIT_MIN", _BOARD, "power_least", "Lowest power limit (in W).", **_WATTS),
    _dcgm("POWER_MGMT_LIMIT_MAX", _BOARD, "power_most", "Highest power limit (in W).", **_WATTS),
    _dcgm(
        "TOTAL_ENERGY_CONSUMPTION",
        _READING,
        "energy_joules",
        "Energy used since the driver was loaded (in mJ).",
        scale=1_000,
        most=1e15,
        is_whole=False,
        is_counter=True,
    ),
    _dcgm("FAN_SPEED", _READING, "fan_percent", "Fan speed (in %).", most=200),
    _dcgm("SM_CLOCK", _READING, "graphics_mhz", "SM clock frequency (in MHz).", most=1e5),
    _dcgm("MEM_CLOCK", _READING, "memory_mhz", "Memory clock frequency (in MHz).", most=1e5),
    _dcgm("VIDEO_CLOCK", _READING, "video_mhz", "Video clock frequency (in MHz).", most=1e5),
    _dcgm("MAX_SM_CLOCK", _BOARD, "graphics_top_mhz", "Highest SM clock (in MHz).", most=1e5),
    _dcgm("MAX_MEM_CLOCK", _BOARD, "memory_top_mhz", "Highest memory clock (in MHz).", most=1e5),
    _dcgm("MAX_VIDEO_CLOCK", _BOARD, "video_top_mhz", "Highest video clock (in MHz).", most=1e5),
    _dcgm("PSTATE", _READING, "performance_state", "Performance state, 0 is the fastest.", most=15),
    _dcgm("PCIE_LINK_GEN", _READING, "pcie_generation", "PCIe generation now.", most=20),
    _dcgm("PCIE_LINK_WIDTH", _READING, "pcie_lanes", "PCIe lanes now.", most=64),
    _dcgm("PCIE_REPLAY_COUNTER", _HEALTH, "pcie_replays", "Total number of PCIe retries.", most=1e12, is_counter=True),
    _dcgm(
        "ECC_DBE_VOL_TOTAL",
        _READING,
        "ecc_errors",
        "Uncorrected memory errors since the driver was loaded.",
        most=1e12,
        is_counter=True,
    ),
    _dcgm(
        "ECC_SBE_VOL_TOTAL",
        _HEALTH,
        "ecc_corrected",
        "Corrected memory errors since the driver was loaded.",
        most=1e12,
        is_counter=True,
    ),
    _dcgm(
        "ECC_DBE_AGG_TOTAL",
        _HEALTH,
        "ecc_lifetime",
        "Uncorrected memory errors ever.",
        most=1e12,
        is_counter=True,
    ),
)
"""Readings that stand for themselves; what needs more than one value is put together in `series.py`."""

PCIE_TOP = ("DCGM_FI_DEV_PCIE_MAX_LINK_GEN", "DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH")
ROWS = (
    "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS",
    "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS",
    "DCGM_FI_DEV_ROW_REMAP_PENDING",
    "DCGM_FI_DEV_ROW_REMAP_FAILURE",
)
HELD_BACK = (
    ("by_power", "DCGM_FI_DEV_POWER_VIOLATION"),
    ("by_heat", "DCGM_FI_DEV_THERMAL_VIOLATION"),
    ("by_sync", "DCGM_FI_DEV_SYNC_BOOST_VIOLATION"),
    ("by_board", "DCGM_FI_DEV_BOARD_LIMIT_VIOLATION"),
    ("by_reliability", "DCGM_FI_DEV_RELIABILITY_VIOLATION"),
)
"""The fields of `HeldBack` as DCGM names them, in nanoseconds since the driver was loaded."""
HELD_BACK_FIELDS = {name: field for field, name in HELD_BACK}
FREE_MEMORY = "DCGM_FI_DEV_FB_FREE"
SLOWED_BITS = "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS"
SLOWED_BITS_NAMES = (SLOWED_BITS, "DCGM_FI_DEV_CLOCKS_EVENT_REASONS")
"""The second is what DCGM 4 calls it."""
XID = "DCGM_FI_DEV_XID_ERRORS"

SLOWED = (
    (0x001, "idle"),
    (0x002, "settings"),
    (0x004, "power_limit"),
    (0x020, "heat"),
    (0x040, "heat"),
    (0x080, "power_brake"),
    (0x008, "hardware"),
    (0x010, "sync"),
    (0x100, "display"),
)
"""NVML's bits of what holds clocks back (DCGM tells the same), the cause before its effect, and the words of
`GpuReading.slowed_by`."""


def slowed_bits(words: tuple[str, ...]) -> int:
    """NVML's bits for these words; where two bits share a word the lower one."""
    bits = 0
    for word in words:
        bits |= next((bit for bit, known in SLOWED if known == word), 0)
    return bits


def slowed_words(bits: int) -> tuple[str, ...]:
    """The words for these bits, each once."""
    return tuple(dict.fromkeys(word for bit, word in SLOWED if bits & bit))


_RATIO = {"scale": 0.01, "most": 200.0}
_HERTZ = {"scale": 1e6, "most": 1e5}


def _smi(name: str, part: Part, field: str, **more: float | bool) -> GpuMetric:
    return GpuMetric(f"nvidia_smi_{name}", part, field, "", **more)  # type: ignore[arg-type]


NVIDIA_SMI: tuple[GpuMetric, ...] = (
    _smi("utilization_gpu_ratio", _READING, "gpu_percent", **_RATIO),
    _smi("utilization_memory_ratio", _READING, "memory_percent", **_RATIO),
    _smi("utilization_encoder_ratio", _READING, "encoder_percent", **_RATIO),
    _smi("utilization_decoder_ratio", _READING, "decoder_percent", **_RATIO),
    _smi("memory_used_bytes", _READING, "memory_used", most=2**50),
    _smi("memory_total_bytes", _READING, "memory_total", most=2**50),
    _smi("memory_reserved_bytes", _HEALTH, "memory_reserved", most=2**50),
    _smi("temperature_gpu", _READING, "temperature", most=200),
    _smi("temperature_memory", _READING, "memory_temperature", most=200),
    _smi("power_draw_watts", _READING, "power_watts", **_WATTS),
    _smi("enforced_power_limit_watts", _READING, "power_limit_watts", **_WATTS),
    _smi("power_limit_watts", _HEALTH, "power_set", **_WATTS),
    _smi("power_default_limit_watts", _BOARD, "power_default", **_WATTS),
    _smi("power_min_limit_watts", _BOARD, "power_least", **_WATTS),
    _smi("power_max_limit_watts", _BOARD, "power_most", **_WATTS),
    _smi("fan_speed_ratio", _READING, "fan_percent", **_RATIO),
    _smi("clocks_current_graphics_clock_hz", _READING, "graphics_mhz", **_HERTZ),
    _smi("clocks_current_memory_clock_hz", _READING, "memory_mhz", **_HERTZ),
    _smi("clocks_current_video_clock_hz", _READING, "video_mhz", **_HERTZ),
    _smi("clocks_max_graphics_clock_hz", _BOARD, "graphics_top_mhz", **_HERTZ),
    _smi("clocks_max_memory_clock_hz", _BOARD, "memory_top_mhz", **_HERTZ),
    _smi("pstate", _READING, "performance_state", most=15),
    _smi("pcie_link_gen_current", _READING, "pcie_generation", most=20),
    _smi("pcie_link_width_current", _READING, "pcie_lanes", most=64),
    _smi("ecc_errors_uncorrected_volatile_total", _READING, "ecc_errors", most=1e12),
    _smi("ecc_errors_corrected_volatile_total", _HEALTH, "ecc_corrected", most=1e12),
    _smi("ecc_errors_uncorrected_aggregate_total", _HEALTH, "ecc_lifetime", most=1e12),
)
SMI_PCIE_TOP = ("nvidia_smi_pcie_link_gen_max", "nvidia_smi_pcie_link_width_max")
SMI_INFO, SMI_INDEX = "nvidia_smi_gpu_info", "nvidia_smi_index"

OWN_PREFIX = "dbc_desktop_"
GPU_LOST = "dbc_desktop_gpu_lost"
RIG_TROUBLE = "dbc_desktop_rig_trouble"
RIG_INFO = "dbc_desktop_rig_info"
SAMPLE_TIME = "dbc_desktop_sample_timestamp_seconds"
HOST_PREFIX = "dbc_desktop_host_"

BY_NAME: dict[str, GpuMetric] = {metric.name: metric for metric in (*DCGM, *NVIDIA_SMI)}

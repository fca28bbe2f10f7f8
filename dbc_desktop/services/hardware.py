"""What this computer is, in the words that a committee would use for it (chain-rules 4.3, 4.4)."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from dbc_desktop.domain.gpu import RigSample
from dbc_desktop.domain.gpu_models import cuda_cores
from dbc_desktop.domain.machine import HardwareInfo, MachineId
from dbc_desktop.rules.calc_point import calc_point

GIGABYTE = 10**9
GIBIBYTE = 2**30
DATA_FOLDER = Path("/data")
MAX_PROC_BYTES = 1_000_000
_CPU_MODEL = re.compile(r"^model name\s*:\s*(.{1,120}?)\s*$", re.MULTILINE)
_CPU_MHZ = re.compile(r"^cpu MHz\s*:\s*(\d{1,6})", re.MULTILINE)
_MEMORY = re.compile(r"^MemTotal:\s*(\d{1,15}) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Host:
    """What the operating system says; memory and disks in GB, `cpu_rate` in MHz; 0 and empty where it does not say."""

    cpu_type: str
    cpu_core_num: int
    cpu_rate: int
    mem_num: int
    sys_disk: int
    data_disk: int


def this_computer(sample: RigSample | None, machine_id: MachineId) -> HardwareInfo:
    """The hardware of this computer with the GPUs of `sample`; `rand_str` is empty, each committee member has its own.

    A machine on DBC has GPUs of one model; where `sample` holds several, the most frequent one is counted. A model
    without an entry in `domain/gpu_models.py` has 0 CUDA cores here, so its calc points are too low, never too high.
    """
    return hardware_of(read_host(), sample, machine_id)


def hardware_of(host: Host, sample: RigSample | None, machine_id: MachineId) -> HardwareInfo:
    """`host` and the GPUs of `sample` as the chain wants them."""
    gpus = () if sample is None else sample.gpus
    names = [gpu.name for gpu in gpus]
    model = max(sorted(set(names)), key=names.count, default="")
    same = [gpu for gpu in gpus if gpu.name == model]
    memory = max((gpu.memory_total or 0 for gpu in same), default=0)
    gpu_mem = (memory + GIBIBYTE // 2) // GIBIBYTE
    cores = cuda_cores(model) or 0
    return HardwareInfo(
        machine_id=machine_id,
        gpu_type=model,
        gpu_num=len(same),
        cuda_core=cores,
        gpu_mem=gpu_mem,
        calc_point=calc_point(len(same), host.mem_num, cores, gpu_mem),
        sys_disk=host.sys_disk,
        data_disk=host.data_disk,
        cpu_type=host.cpu_type,
        cpu_core_num=host.cpu_core_num,
        cpu_rate=host.cpu_rate,
        mem_num=host.mem_num,
        rand_str="",
        is_support=True,
    )


def read_host() -> Host:
    """What the operating system says about this computer."""
    cpu = _read(Path("/proc/cpuinfo"))
    model = _CPU_MODEL.search(cpu)
    return Host(
        cpu_type=model[1] if model else _printable(platform.processor() or platform.machine()),
        cpu_core_num=os.cpu_count() or 0,
        cpu_rate=_cpu_mhz(cpu),
        mem_num=(_memory_bytes() + GIBIBYTE // 2) // GIBIBYTE,
        sys_disk=_disk_gb(Path(Path.home().anchor or "/")),
        data_disk=_disk_gb(DATA_FOLDER) if DATA_FOLDER.is_mount() else 0,
    )


def _cpu_mhz(cpuinfo: str) -> int:
    top = _read(Path("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")).strip()
    if top.isascii() and top.isdigit():
        return int(top[:12]) // 1000
    return max((int(mhz) for mhz in _CPU_MHZ.findall(cpuinfo)), default=0)


def _memory_bytes() -> int:
    found = _MEMORY.search(_read(Path("/proc/meminfo")))
    if found:
        return int(found[1]) * 1024
    return _memory_without_proc()


if sys.platform == "win32":

    def _memory_without_proc() -> int:
        import ctypes

        kilobytes = ctypes.c_ulonglong(0)
        known = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 if known else 0

else:

    def _memory_without_proc() -> int:
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (ValueError, OSError):
            return 0


def _disk_gb(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).total // GIGABYTE
    except OSError:
        return 0


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_PROC_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:120]

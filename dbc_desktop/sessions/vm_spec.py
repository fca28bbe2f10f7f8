"""What to ask a node for: the one-click defaults (compute-node-api 7.1)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"(\d{1,6})(?:\.\d*)?\s*[gG]?")
_IMAGE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}\.qcow2")
_FALLBACK_IMAGE = "ubuntu.qcow2"
_RESERVED_GB = 32
_MOST_DISK_GB = 100


@dataclass(frozen=True, slots=True)
class VmSpec:
    """The virtual machine to create; memory and disk in GB."""

    image: str
    cpu_cores: int
    mem_gb: int
    disk_gb: int
    gpu_count: int

    def fields(self) -> dict[str, object]:
        """The create fields of compute-node-api 2.5, with fresh random ports in the customary ranges."""
        return {
            "image_name": self.image,
            "operation_system": "linux",
            "bios_mode": "legacy",
            "gpu_count": str(self.gpu_count),
            "cpu_cores": str(self.cpu_cores),
            "mem_size": str(self.mem_gb),
            "disk_size": str(self.disk_gb),
            "ssh_port": str(5600 + secrets.randbelow(300)),
            "vnc_port": str(5900 + secrets.randbelow(100)),
            "desc": "DBC Desktop",
        }


def spec_for(info: Mapping[str, object], gpu_count: int) -> VmSpec:
    """A machine with all GPUs of the order and their share of what the node has free.

    Args:
        info: The node's answer to `/mining_nodes`, untrusted; what it does not say is asked for small.
        gpu_count: GPUs of the rent order.
    """
    total_gpus = _number(_part(info, "gpu").get("gpu_count"))
    share = (min(gpu_count, total_gpus), total_gpus) if total_gpus else (1, 1)
    cores = _number(_part(info, "cpu").get("cores")) or 1
    free = _number(_part(info, "mem").get("free")) or 1
    free = free - _RESERVED_GB if free > 2 * _RESERVED_GB else free // 2
    disks = info.get("disk_data")
    disk_free = _number(_mapping(disks[0]).get("free")) if isinstance(disks, list) and disks else 0
    return VmSpec(
        image=_image(info.get("images")),
        cpu_cores=max(1, cores * share[0] // share[1]),
        mem_gb=max(1, free * share[0] // share[1]),
        disk_gb=max(1, min(_MOST_DISK_GB, disk_free * share[0] // share[1] or _MOST_DISK_GB)),
        gpu_count=gpu_count,
    )


def _image(images: object) -> str:
    names = []
    for image in images[:100] if isinstance(images, list) else ():
        name = _mapping(image).get("image_name") or _mapping(image).get("image_name:")
        if isinstance(name, str) and _IMAGE.fullmatch(name):
            names.append(name)
    ubuntu = [name for name in names if "ubuntu" in name.lower()]
    return (ubuntu or names or [_FALLBACK_IMAGE])[0]


def _part(info: Mapping[str, object], name: str) -> Mapping[str, object]:
    return _mapping(info.get(name))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    found = _NUMBER.fullmatch(str(value)[:20].strip())
    return int(found[1]) if found else 0

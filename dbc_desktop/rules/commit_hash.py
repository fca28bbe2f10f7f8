"""What a committee member commits to before anyone shows what was found (chain-rules 6.3)."""

from __future__ import annotations

from dbc_desktop.crypto.hashing import blake2_128
from dbc_desktop.domain.machine import HardwareInfo


def hardware_hash(info: HardwareInfo) -> bytes:
    """The 16-byte digest of all fields, one behind the other, `rand_str` and the vote last."""
    fields = (
        info.machine_id,
        info.gpu_type,
        info.gpu_num,
        info.cuda_core,
        info.gpu_mem,
        info.calc_point,
        info.sys_disk,
        info.data_disk,
        info.cpu_type,
        info.cpu_core_num,
        info.cpu_rate,
        info.mem_num,
        info.rand_str,
        int(info.is_support),
    )
    return blake2_128("".join(str(field) for field in fields).encode())

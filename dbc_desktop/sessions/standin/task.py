"""One virtual machine of the stand-in: what was asked for, and what is told about it (compute-node-api 2.5)."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field

from dbc_desktop.domain.rental import RentOrder
from dbc_desktop.sessions.standin.envelope import Refusal, invalid, remote

IMAGE = "ubuntu-standin.qcow2"
USER = "dbc"
_PASSWORD_LETTERS = string.ascii_letters + string.digits
_TASK_ID = re.compile(r"[0-9A-Za-z]{20,22}")
_MAX_DESC = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """What a machine is made of: cores, memory and disk in GB, and the GPUs of the order."""

    cpu_cores: int
    mem_gb: int
    disk_gb: int
    gpu_count: int
    ssh_port: int
    vnc_port: int


@dataclass(slots=True)
class Task:
    """A machine and its state; the password is in no repr."""

    task_id: str
    machine_id: str
    rent_id: int
    wallet: str
    shape: Shape
    desc: str
    create_time: str
    status: str = "creating"
    password: str = field(
        default_factory=lambda: "".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(16)), repr=False
    )
    log: list[str] = field(default_factory=list)

    def row(self) -> dict[str, object]:
        """The entry in a list."""
        return {"task_id": self.task_id, "create_time": self.create_time, "desc": self.desc, "status": self.status}

    def detail(self) -> dict[str, object]:
        """Everything its renter may know, the login included once there is one."""
        there = self.status == "running"
        return {
            **self.row(),
            "os": "linux",
            "ssh_ip": "127.0.0.1",
            "ssh_port": str(self.shape.ssh_port),
            "user_name": USER if there else "N/A",
            "login_password": self.password if there else "N/A",
            "cpu_cores": self.shape.cpu_cores,
            "gpu_count": self.shape.gpu_count,
            "mem_size": f"{self.shape.mem_gb}G",
            "disk_system": f"{self.shape.disk_gb}G",
            "vnc_port": str(self.shape.vnc_port),
            "vnc_password": "N/A",
            "rent_order": str(self.rent_id),
            "simulated": True,
            "error": self.log[-1] if self.status.endswith("error") and self.log else "",
        }


def task_id_of(additional: Mapping[str, object]) -> str:
    """The task id that the renter chose, or a new one.

    Raises:
        Refusal: It is not 20 to 22 letters and digits.
    """
    asked = additional.get("task_id", "")
    if asked == "":
        return secrets.token_hex(11)
    if not isinstance(asked, str) or not _TASK_ID.fullmatch(asked):
        raise invalid("task_id must be 20 to 22 letters and digits")
    return asked


def desc_of(additional: Mapping[str, object]) -> str:
    """The renter's own note, without what breaks an answer."""
    desc = additional.get("desc", "")
    if not isinstance(desc, str):
        raise invalid("desc must be a string")
    return "".join(letter for letter in desc[:_MAX_DESC] if letter.isprintable() and letter not in '"\\')


def shape_of(additional: Mapping[str, object], order: RentOrder) -> Shape:
    """What was asked for, checked against the order.

    Raises:
        Refusal: A field is missing, malformed, or asks for more than was rented.
    """
    image = additional.get("image_name")
    if not isinstance(image, str) or not image.endswith(".qcow2"):
        raise invalid("'image_name' is invalid")
    if image != IMAGE:
        raise remote("'image_name' is not exist")
    system = additional.get("operation_system", "linux")
    if not isinstance(system, str) or not ("linux" in system or "ubuntu" in system):
        raise remote("'operation_system' is not supported here")
    shape = Shape(
        cpu_cores=_number(additional, "cpu_cores", 1, 1024),
        mem_gb=_number(additional, "mem_size", 1, 16_384),
        disk_gb=_number(additional, "disk_size", 1, 1_000_000),
        gpu_count=_number(additional, "gpu_count", 0, 1024),
        ssh_port=_number(additional, "ssh_port", 1024, 65_535),
        vnc_port=_number(additional, "vnc_port", 5900, 65_535),
    )
    if shape.gpu_count > order.gpu_num:
        raise remote("gpu_count exceeds number of leases")
    return shape


def _number(additional: Mapping[str, object], name: str, least: int, most: int) -> int:
    text = additional.get(name)
    problem: Refusal = invalid(f"'{name}' is invalid")
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise problem
    if not least <= int(text) <= most:
        raise problem
    return int(text)

from __future__ import annotations

from dbc_desktop.sessions.vm_spec import VmSpec, spec_for

NODE = {
    "cpu": {"cores": "64"},
    "gpu": {"gpu_count": "8", "gpu_used": "0"},
    "mem": {"size": "512G", "free": "480G"},
    "disk_data": [{"path": "/data", "size": "4000G", "free": "1600G"}],
    "images": [{"image_name": "win10.qcow2"}, {"image_name": "ubuntu-2004.qcow2"}],
}


def test_an_order_of_a_part_asks_for_its_share() -> None:
    assert spec_for(NODE, 2) == VmSpec("ubuntu-2004.qcow2", cpu_cores=16, mem_gb=112, disk_gb=100, gpu_count=2)


def test_an_order_of_all_asks_for_all_but_the_reserve() -> None:
    assert spec_for(NODE, 8) == VmSpec("ubuntu-2004.qcow2", cpu_cores=64, mem_gb=448, disk_gb=100, gpu_count=8)


def test_a_small_disk_is_shared_too() -> None:
    assert spec_for({**NODE, "disk_data": [{"free": "40G"}]}, 4).disk_gb == 20


def test_what_a_node_does_not_say_is_asked_for_small() -> None:
    assert spec_for({}, 1) == VmSpec("ubuntu.qcow2", cpu_cores=1, mem_gb=1, disk_gb=100, gpu_count=1)


def test_hostile_words_become_no_part_of_a_request() -> None:
    spec = spec_for(
        {
            "cpu": {"cores": "9" * 400},
            "mem": {"free": True},
            "gpu": [1],
            "disk_data": "x",
            "images": [{"image_name": "../../etc/passwd"}, {"image_name": "-rf.qcow2"}, 4, {"image_name": "a b.qcow2"}],
        },
        1,
    )
    assert spec == VmSpec("ubuntu.qcow2", cpu_cores=1, mem_gb=1, disk_gb=100, gpu_count=1)


def test_both_spellings_of_an_image_are_read() -> None:
    assert spec_for({"images": [{"image_name:": "ubuntu-2204.qcow2"}]}, 1).image == "ubuntu-2204.qcow2"


def test_numbers_travel_as_strings_and_ports_in_the_customary_ranges() -> None:
    fields = VmSpec("ubuntu.qcow2", 4, 8, 100, 2).fields()
    assert fields["cpu_cores"] == "4"
    assert fields["mem_size"] == "8"
    assert fields["disk_size"] == "100"
    assert fields["gpu_count"] == "2"
    assert 5600 <= int(str(fields["ssh_port"])) <= 5899
    assert 5900 <= int(str(fields["vnc_port"])) <= 5999

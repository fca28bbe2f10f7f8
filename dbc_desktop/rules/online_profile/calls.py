"""The calls of OnlineProfile."""

from __future__ import annotations

from collections.abc import Callable

from dbc_desktop.rules.online_profile import (
    bonding,
    claim,
    leaving,
    offline,
    online,
    reported,
    review,
    schedule,
    upkeep,
)

CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("OnlineProfile", call.__name__): call
    for call in (
        bonding.set_controller,
        bonding.bond_machine,
        bonding.gen_server_room,
        bonding.add_machine_info,
        online.fulfill_machine,
        claim.claim_rewards,
        offline.controller_report_offline,
        offline.controller_report_online,
        upkeep.stash_reset_controller,
        upkeep.offline_machine_change_hardware_info,
        leaving.machine_exit,
        leaving.force_machine_exit,
        upkeep.restake_online_machine,
        upkeep.update_machine_info,
        upkeep.set_machine_extra_price,
        upkeep.set_rent_receiver,
        schedule.set_machine_rental_mode,
        schedule.set_weekly_schedule,
        schedule.set_specific_date_schedule,
        schedule.clear_specific_date,
        review.apply_slash_review,
        reported.exec_slash,
    )
}

ROOT_CALLS: dict[tuple[str, str], Callable[..., None]] = {
    ("OnlineProfile", call.__name__): call for call in (leaving.update_authorized_force_exit_accounts,)
}

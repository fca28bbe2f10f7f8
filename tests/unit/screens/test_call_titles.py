"""Every call of the catalogue can be put on the spending sheet, whatever its arguments are."""

from __future__ import annotations

import pytest

from dbc_desktop.domain.call import Call
from dbc_desktop.rules.catalogue import SPECS
from dbc_desktop.screens.spending import call_text, title_of
from tests.unit.chain.test_scale import CALLS


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.pallet}.{spec.name}")
def test_each_call_has_a_title_and_a_text(spec) -> None:
    call = Call(spec.pallet, spec.name, CALLS[spec.pallet, spec.name])
    assert title_of(call)
    assert call_text(call).startswith(f"{spec.pallet}.{spec.name}(")

"""Measures the budgets of the design (section 9), each beside its floor in the same run.

Each `bench_*.py` offers `measure() -> list[Row]`. Prints a line for each row, writes the list to the file given
(`build/bench.json`), and exits 1 where a budget is not met.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def measured(names: list[str]) -> list[dict[str, Any]]:
    """The rows of every bench, or of those whose file name holds one of `names`."""
    rows: list[dict[str, Any]] = []
    for path in sorted(HERE.glob("bench_*.py")):
        if names and not any(name in path.stem for name in names):
            continue
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        for row in module.measure():
            rows.append(row)
            print(line_of(row), flush=True)
    return rows


def line_of(row: dict[str, Any]) -> str:
    """One row as a line for the eye."""
    verdict = "ok  " if row["ok"] else "MISS"
    floor = f"  floor {row['floor']:.4g}" if row["floor"] is not None else ""
    return f"{verdict} {row['name']}: {row['value']:.4g} {row['unit']} (limit {row['limit']:.4g}){floor}  {row['note']}"


def main(arguments: list[str]) -> int:
    """Run them; 0 where every budget is met."""
    out = Path(arguments[0]) if arguments else Path("build/bench.json")
    rows = measured(arguments[1:])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    missed = [row["name"] for row in rows if not row["ok"]]
    print(f"{len(rows) - len(missed)} of {len(rows)} budgets met; written to {out}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

#!/usr/bin/python3
# tests/bench/line-cap.py - nine sites over a line of 50, 20, 10 and 5 Mbit/s, and one that is halved, as a markdown table.
#   sudo /usr/bin/python3 tests/bench/line-cap.py [--seconds 60]     (root: it looks at loopback; ninja first)
import argparse
import contextlib
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("DIEMCAU_BIN", os.path.join(TOP, "build/mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(TOP, "build/tests/load/diemcau-load"))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
import line_cap  # noqa: E402
import wire  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--mbps", type=int, action="append")
    options = parser.parse_args()
    if wire.lacks_root():
        sys.exit(wire.lacks_root())
    outcomes = []
    with contextlib.redirect_stdout(sys.stderr):
        for mbps in options.mbps or (50, 20, 10, 5):
            outcomes.append(line_cap.run(mbps, options.seconds))
        if not options.mbps:
            outcomes.append(line_cap.run(20, 60, halve_at=10, halve_for=20))
    print(line_cap.HEADER)
    print("\n".join(outcome.row() for outcome in outcomes))
    return 1 if any(list(outcome.faults()) for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# tests/bench/network_matrix.py - the network matrix against the release build, as a markdown table.
import argparse
import contextlib
import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("DIEMCAU_BIN", os.path.join(TOP, "build/mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(TOP, "build/tests/load/diemcau-load"))
os.environ.setdefault("DIEMCAU_IMPAIR", os.path.join(TOP, "build/tests/lib/diemcau-impair"))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
import network  # noqa: E402


CLEAN_FPS_MIN = 0.93  # of the canvas: below, a run tells of the machine, not of its lines
TRIES = 3


def run(group, seconds):
    """One run on a machine that kept up with it: the clean sites had their frames. Returns: Results, figures, tries."""
    for attempt in range(1, TRIES + 1):
        with contextlib.redirect_stdout(sys.stderr):
            results, figures = network.run(group, seconds)
        if min(s["fps"] for s in network.clean_sites(figures)) >= CLEAN_FPS_MIN * network.MODEST["fps"]:
            break
    return results, figures, attempt


def spread(cells, size):
    """Groups of @size in which easy and hard lines are mixed, so that all runs cost about the same."""
    groups = -(-len(cells) // size)
    ordered = sorted(cells, key=lambda cell: (network.LINKS.index(cell[2]), cell))
    return [ordered[i::groups] for i in range(groups)]


def chromium(cell, seconds):
    """The same cell with Chromium behind the line, both ways, by its own getStats: a row of the table below."""
    loss, rtt, link = cell
    _, down = network.line(cell, seconds)
    command = ["node", os.path.join(TOP, "tests/e2e/impaired_chromium.mjs"), "--up", down, "--down", down, "--seconds", str(seconds)]
    f = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + 240).stdout)
    tiers = [s["height"] for s in f["perSecond"]]
    changes = [str(h) + "p" for i, h in enumerate(tiers) if i == 0 or h != tiers[i - 1]]
    return (f"| {loss} % | {rtt} | {link} | {f['joins']} | {f['fps']:.1f} | {f['freezes']} | {f['frozenPercent']:.1f} | "
            f"{f['concealedPercent']:.2f} | {f['audioBufferMs']:.0f} | {f['videoKbps']:.0f} | {' > '.join(changes[-4:])} | "
            f"{f['sentKbps']:.0f}, {f['sentFps']:.1f} fps, {f['sentHeight']}p |")


CHROMIUM_HEADER = ("| loss | RTT ms | link, both ways | connections | fps | freezes (Chromium's count) | frozen % | sound concealed % | sound buffer ms "
                   "| video kbit/s | tiers | its camera |\n" + "|---" * 12 + "|")


def main():
    parser = argparse.ArgumentParser(description="loss x RTT x link: what a site behind it sees and hears")
    parser.add_argument("--subset", action="store_true", help="the cells that CI runs")
    parser.add_argument("--cell", action="append", help="only this one, e.g. 5,100,1M (repeatable)")
    parser.add_argument("--seconds", type=int, default=60, help="window of each run (60)")
    parser.add_argument("--at-once", type=int, default=network.AT_ONCE, choices=range(1, network.AT_ONCE_MAX + 1),
                        help=f"cells on one bridge ({network.AT_ONCE})")
    parser.add_argument("--chromium", action="store_true", help="also the CI cells with Chromium, one after the other")
    options = parser.parse_args()
    cells = network.SUBSET if options.subset else network.CELLS
    if options.cell:
        words = [cell.split(",") for cell in options.cell]
        cells = [(int(loss), int(rtt), link) for loss, rtt, link in words]
    results, notes = [], []
    groups = spread(cells, options.at_once)
    for number, group in enumerate(groups):
        print(f"run {number + 1} of {len(groups)}: {group}", file=sys.stderr)
        found, figures, tries = run(group, options.seconds)
        results += found
        clean = network.clean_sites(figures)
        notes.append(f"run {number + 1}: clean sites {min(s['fps'] for s in clean):.1f} fps or more, "
                     f"{sum(s['freezes'] for s in clean)} freezes, {sum(s['heard']['gaps'] for s in clean)} gaps in the sound; "
                     f"bridge {figures['server_cpu_percent']:.0f} %, load tool {figures['load_cpu_percent']:.0f} % of a core"
                     + (f"; try {tries}" if tries > 1 else ""))
    results.sort(key=lambda result: network.CELLS.index(result.cell))
    print(network.HEADER)
    for result in results:
        print(result.row())
    passed = sum(not result.faults for result in results)
    late = sum(not result.faults and result.is_late_at_p95() for result in results)
    print(f"\n{passed} of {len(results)} cells within the limits; windows of {options.seconds} s. "
          f"Of these {late} would be late for the pictures' 95th percentile.")
    print("\n".join(notes))
    if options.chromium:
        print("\n" + CHROMIUM_HEADER)
        for cell in options.cell and cells or network.SUBSET:
            print(chromium(cell, options.seconds), flush=True)
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())

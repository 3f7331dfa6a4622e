#!/usr/bin/python3
# tests/bench/estimator_vs_chromium.py - our sender and Chromium's on the same link schedule (RFC 8867 5.1), as a markdown table.
#   /usr/bin/python3 tests/bench/estimator_vs_chromium.py [--reference-kbps 1000]     (ninja first; 4 minutes)
#
# Ours: the bridge towards one site of diemcau-load. Chromium's: its camera towards the bridge,
# asked for 720p in the spotlight, its rate uncapped in the page. Both through the same link model:
# 50 ms each way, 300 ms drop-tail in the direction of the media. Capacity, delivery and queue
# are those of the bottleneck, as the relay counts them.
import argparse
import contextlib
import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("DIEMCAU_BIN", os.path.join(TOP, "build/mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(TOP, "build/tests/load/diemcau-load"))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
from bridge import Bridge  # noqa: E402

STEPS = [(0, 1.0), (40, 2.5), (60, 0.6), (80, 1.0)]  # second, times the reference
SECONDS = 100
SITES = 4


def schedule(reference_kbps):
    parts = [f"delay=50,queue=300,rate={STEPS[0][1] * reference_kbps:g}"]
    return ";".join(parts + [f"{at}s:rate={factor * reference_kbps:g}" for at, factor in STEPS[1:]])


def ours(line):
    with Bridge(sites=SITES) as bridge, contextlib.redirect_stdout(sys.stderr):
        figures = bridge.load("--relay-up", "site-1:delay=50", "--relay-down", f"site-1:{line}", sites=SITES, seconds=SECONDS)
    return next(s for s in figures["sites"] if s["site"] == "site-1")["line"]["down"]


def chromiums(line):
    command = ["node", os.path.join(TOP, "tests/e2e/impaired_chromium.mjs"), "--up", line, "--down", "delay=50", "--seconds", str(SECONDS),
               "--uplink-max-kbps", "6000", "--max-kbps", "6000", "--spotlight", "--noisy"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=SECONDS + 240, check=True)
    figures = json.loads(result.stdout)
    print(json.dumps(figures), file=sys.stderr)
    return figures["relay"]["up"]


def part(link, begin, end):
    """Utilisation and the mean of each second's longest queue, of [begin, end)."""
    seconds = link["seconds"][begin:end]
    capacity = sum(s[0] for s in seconds)
    return (100 * sum(s[1] for s in seconds) / capacity if capacity else 0), sum(s[2] for s in seconds) / max(1, len(seconds))


def table(reference_kbps, links):
    print(f"| | {' | '.join(links)} |\n|---{'|---' * len(links)}|")
    ends = [at for at, _ in STEPS[1:]] + [SECONDS]
    for (begin, factor), end in zip(STEPS, ends):
        cells = ("%.0f %%, %.0f ms" % part(link, begin, end) for link in links.values())
        print(f"| {begin}-{end} s, {factor * reference_kbps / 1000:g} Mbit/s: used, longest queue of a second | {' | '.join(cells)} |")
    print("| the whole: used | " + " | ".join(f"{100 * link['utilisation']:.1f} %" for link in links.values()) + " |")
    for name in ("p50", "p95", "max"):
        print(f"| queueing delay {name}, ms | " + " | ".join(f"{link['queueMs'][name]:.0f}" for link in links.values()) + " |")
    print("| dropped at the tail | " + " | ".join(f"{link['droppedAtTail']} of {link['offered']}" for link in links.values()) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reference-kbps", type=int, default=1000)
    parser.add_argument("--only", choices=["ours", "chromium"])
    options = parser.parse_args()
    line = schedule(options.reference_kbps)
    print(line, file=sys.stderr)
    links = {}
    if options.only != "chromium":
        links["our sender"] = ours(line)
    if options.only != "ours":
        links["Chromium's sender"] = chromiums(line)
    table(options.reference_kbps, links)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# tests/bench/figures_truth.py - the technicians' figures beside what relay and load tool count themselves.
#
# Usage: figures_truth.py [--build DIR] [--seconds N] [--loss PERCENT] [--delay MS]. One site of three has a line with
# loss and delay. Prints what the bridge says, what was counted, and how far apart they are; ends with 1 if it is more
# than LIMITS allow. Means something on an idle machine alone.
import argparse
import os
import re
import statistics
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--build", default="build")
parser.add_argument("--seconds", type=int, default=60)
parser.add_argument("--loss", type=float, default=5)
parser.add_argument("--delay", type=float, default=40)
options = parser.parse_args()
build = os.path.abspath(options.build)
os.environ.setdefault("DIEMCAU_BIN", os.path.join(build, "mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(build, "tests/load/diemcau-load"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../integration"))
from bridge import MODEST, Bridge  # noqa: E402
from test_api import Events  # noqa: E402

SITE = "site-1"
RELATIVE, LATENCY_MS = 0.02, 20


def totals(bridge, key):
    text = bridge.request("GET", "/metrics", key=key)[1].decode()
    found = re.findall(rf'^diemcau_site_(\w+)_total\{{room="tiep-dan",site="{SITE}"\}} (\S+)$', text, re.M)
    return {name: float(value) for name, value in found}


def mean(rows, name):
    return statistics.fmean(row[name] for row in rows if row[name] is not None)


def watch(bridge, key, seconds):
    """What the site's counters rose by; its figures, once a second; those of all sites."""
    events = Events(bridge, key)
    events.next("figures")
    before, rows, ups = totals(bridge, key), [], []
    for _ in range(seconds):
        sites = events.next("figures")["sites"]
        rows.append(next(s for s in sites if s["id"] == SITE)["figures"])
        ups += [s["figures"] for s in sites]
    after = totals(bridge, key)
    events.close()
    return {name: after[name] - before[name] for name in before}, rows, ups


with Bridge(sites=3, video=MODEST) as bridge:
    key = bridge.key("", "technician")
    line = f"{SITE}:loss={options.loss:g},delay={options.delay:g}"
    load = bridge.start_load("--relay", line, "--decode", SITE, sites=3, seconds=options.seconds)
    load.wait_for_window()
    counted, rows, ups = watch(bridge, key, options.seconds - 3)
    told = load.result(options.seconds * 2 + 60)

site = next(s for s in told["sites"] if s["site"] == SITE)
up, down = site["line"]["up"], site["line"]["down"]
seconds = len(rows)
wire = {way: mean(rows, way + "_kbps") - 28 * 8 / 1000 * counted[way + "_packets"] / seconds for way in ("up", "down")}
table = [
    ("up, kbit/s of payload", wire["up"], up["deliveredKbps"], RELATIVE),
    ("down, kbit/s of payload", wire["down"], down["deliveredKbps"] * down["offered"] / (down["offered"] - down["lost"]), RELATIVE),
    ("up, loss", counted["up_lost_packets"] / (counted["up_lost_packets"] + counted["up_media_packets"]), up["lost"] / up["offered"], RELATIVE),
    ("down, loss", counted["down_lost_packets"] / counted["down_media_packets"], down["lost"] / down["offered"], RELATIVE),
    ("round trip, ms", mean(rows, "down_rtt_ms"), 2 * options.delay, RELATIVE),
    ("picture, ms", mean(ups, "up_delay_ms") + mean(rows, "down_delay_ms"), site["video_latency_ms"]["p50"], LATENCY_MS),
]
wrong = False
for name, bridge_says, was_counted, limit in table:
    if was_counted == 0:
        print(f"{name:26} {bridge_says:10.4g}  the load tool counted none")
        wrong = True
        continue
    apart = abs(bridge_says - was_counted)
    is_far = apart > limit if limit >= 1 else apart > limit * was_counted
    wrong = wrong or is_far
    print(f"{name:26} {bridge_says:10.4g} {was_counted:10.4g} {apart / was_counted:8.2%}  {'FAR' if is_far else 'ok'}")
sys.exit(wrong)

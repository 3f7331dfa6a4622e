#!/usr/bin/python3
# tests/bench/figures_truth.py - the technicians' figures beside what relay and load tool count themselves.
#
# Usage: figures_truth.py [--build DIR] [--seconds N] [--loss PERCENT] [--delay MS]. One site of three has a line of its
# own, in two windows: with delay alone (bitrate, round trip, the picture's delay), and with loss besides. A window begins
# and ends with a second of the bridge's own, so both sides count the same packets; the loss begins after it and ends
# before it, so no report is too old. Prints what the bridge says, what was counted, and how far apart they are; ends
# with 1 if it is more than LIMITS allow. Means something on an idle machine alone.
import argparse
import datetime
import os
import re
import signal
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

SITE, SITES = "site-1", 3
MEDIA = ("96", "111")  # the load tool's payload types of picture and sound; 97 is what is sent again
IP_UDP_BYTES = 28
RELATIVE, LATENCY_MS = 0.02, 20
QUIET_S = 5            # without loss, at both ends of its window


def totals(bridge, key):
    text = bridge.request("GET", "/metrics", key=key)[1].decode()
    found = re.findall(rf'^diemcau_site_(\w+)_total\{{room="tiep-dan",site="{SITE}"\}} (\S+)$', text, re.M)
    return {name: float(value) for name, value in found}


def mean(rows, name):
    return statistics.fmean(row[name] for row in rows if row[name] is not None)


class Window:
    """What the bridge told of @seconds of its own, and what the load tool counted in the same."""

    def __init__(self, bridge, key, seconds, faults):
        # Like browsers: without NACK for sound, and with reports of what they decode.
        load = bridge.start_load("--relay", f"{SITE}:{faults}", "--decode", SITE, "--by-signal", "--no-sound-nack", "--reports",
                                 sites=SITES, seconds=seconds)
        load.wait_for("ready", 300)
        events = Events(bridge, key)
        times = [events.next("figures")["at"]]
        load.process.send_signal(signal.SIGUSR1)
        before = totals(bridge, key)
        self.rows, self.others = [], []
        for _ in range(seconds):
            told = events.next("figures")
            times.append(told["at"])
            for site in told["sites"]:
                (self.rows if site["id"] == SITE else self.others).append(site["figures"])
        load.process.send_signal(signal.SIGUSR1)
        after = totals(bridge, key)
        events.close()
        load.wait_for("measured", 30)
        load.process.terminate()
        self.told = load.result(60)
        self.counted = {name: after[name] - before[name] for name in before}
        begin, end = (datetime.datetime.fromisoformat(times[i]) for i in (0, -1))
        assert round((end - begin).total_seconds()) == seconds, "the bridge left a second out: the machine is not idle"
        self.site = next(s for s in self.told["sites"] if s["site"] == SITE)
        self.line = self.site["line"]

    def wire_kbps(self, way, counts):
        line = self.line[way]
        return (line[counts + "Bytes"] + IP_UDP_BYTES * line[counts]) * 8 / 1000 / self.told["window_s"]

    def media_loss(self, way):
        offered, lost = (sum(self.line[way]["rtp"][kind][i] for kind in MEDIA) for i in (0, 1))
        return lost / offered


with Bridge(sites=SITES, video=MODEST) as bridge:
    key = bridge.key("", "technician")
    clean = Window(bridge, key, options.seconds, f"delay={options.delay:g}")
    lossy = Window(bridge, key, options.seconds,
                   f"delay={options.delay:g};{QUIET_S}s:loss={options.loss:g};{options.seconds - QUIET_S}s:loss=0")

up_lost, down_lost = lossy.counted["up_lost_packets"], lossy.counted["down_lost_packets"]
table = [
    ("up, kbit/s on the wire", mean(clean.rows, "up_kbps"), clean.wire_kbps("up", "delivered"), None),
    ("down, kbit/s on the wire", mean(clean.rows, "down_kbps"), clean.wire_kbps("down", "offered"), None),
    ("the same with loss, up", mean(lossy.rows, "up_kbps"), lossy.wire_kbps("up", "delivered"), None),
    ("the same with loss, down", mean(lossy.rows, "down_kbps"), lossy.wire_kbps("down", "offered"), None),
    ("up, loss", up_lost / (up_lost + lossy.counted["up_media_packets"]), lossy.media_loss("up"), None),
    ("down, loss", down_lost / lossy.counted["down_media_packets"], lossy.media_loss("down"), None),
    ("round trip, ms", mean(clean.rows, "down_rtt_ms"), clean.line["up"]["heldMs"] + clean.line["down"]["heldMs"], None),
    # Of the sites without a line of their own, as the load tool measures it.
    ("picture, ms", mean(clean.others, "up_delay_ms") + mean(clean.rows, "down_delay_ms"),
     clean.site["video_latency_ms"]["p50"], LATENCY_MS),
]
wrong = False
for name, bridge_says, was_counted, limit in table:
    apart = abs(bridge_says - was_counted)
    is_far = was_counted == 0 or apart > (limit if limit is not None else RELATIVE * was_counted)
    wrong = wrong or is_far
    share = f"{apart / was_counted:8.2%}" if was_counted != 0 else "     (none was counted)"
    print(f"{name:26} {bridge_says:10.4g} {was_counted:10.4g} {share}  {'FAR' if is_far else 'ok'}")
sys.exit(wrong)

#!/usr/bin/python3
# tests/bench/reception_figures.py - from an order of the chair to its effect at the sites; see reception-figures.sh.
import argparse
import json
import math
import os
import random
import signal
import subprocess
import sys
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(BENCH))
os.environ.setdefault("DIEMCAU_BIN", os.path.join(TOP, "build/mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(TOP, "build/tests/load/diemcau-load"))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
from bridge import MODEST, Bridge  # noqa: E402

ROOM = "/v1/rooms/tiep-dan"
SITES = 9
FOREVER_S = 3600
PAUSE_S = (1.0, 1.4)   # out of step with ticks and keyframes
LIMITS_MS = {"layout": 200, "admit": 1000, "mute": 60, "kiosk": 3000}


def now_us():
    return time.monotonic_ns() // 1000  # the load tool's clock


def pause(shortest_s=PAUSE_S[0]):
    time.sleep(shortest_s + random.uniform(0, PAUSE_S[1] - PAUSE_S[0]))


class Run:
    """A bridge, its simulated sites, and the orders given to them."""

    def __init__(self, arguments, **config):
        self.bridge = Bridge(sites=SITES, **{"video": MODEST, **config})  # two cores carry bridge, tool and browser
        self.arguments = arguments

    def __enter__(self):
        self.bridge.__enter__()
        return self

    def __exit__(self, *why):
        self.bridge.__exit__(*why)

    def join(self, sites=None):
        extra = []
        if sites is not None:
            keys = os.path.join(self.bridge.dir, "some-keys.json")
            with open(keys, "w") as f:
                json.dump([entry for entry in self.bridge.keys if entry["site"] in sites], f)
            extra = ["--keys", keys]
        self.load = self.bridge.start_load("--changes", *extra, *self.arguments, sites=len(sites or range(SITES)), seconds=FOREVER_S)
        self.load.wait_for_window()

    def order(self, method, path, body, site="hub"):
        """Returns when it was sent."""
        sent_us = now_us()
        status, value, _ = self.bridge.request(method, ROOM + path, body, self.bridge.key(site))
        assert status == 200, (method, path, body, value)
        return sent_us

    def changes(self):
        """Of each decoded site, when what it sees or hears changed. Ends the run."""
        time.sleep(2)
        self.load.process.send_signal(signal.SIGINT)
        return {site["site"]: site["changes"] for site in self.load.result(60)["sites"] if "changes" in site}


def after_ms(changes, kind, sent_us, within_s=3):
    """From the order to the first change of this kind; None: it never came."""
    for change in changes:
        if change["kind"] == kind and sent_us <= change["from_us"] <= sent_us + within_s * 1e6:
            return (change["from_us"] - sent_us) / 1000
    return None


def measure_layout(count):
    with Run(["--watch", "site-1"]) as run:
        run.join()
        orders = []
        for i in range(count):
            layouts = [{"layout": "spotlight", "main": f"site-{i % (SITES - 1) + 1}"}, {"layout": "grid"}, {"layout": "pair"}, {"layout": "grid"}]
            orders.append(run.order("PUT", "/layout", layouts[i % len(layouts)]))
            pause()
        seen = run.changes()["site-1"]
    return [after_ms(seen, "layout", sent_us) for sent_us in orders]


def measure_admit(count):
    who = ["site-1", "site-2", "site-3"]
    decode = [argument for site in who[1:] for argument in ("--decode", site)]
    with Run(["--watch", who[0], *decode], admission={"mode": "lobby", "beforeSession": "waiting"}, recording={"enabled": False}) as run:
        run.join()
        orders = []
        while len(orders) < count:
            run.order("PUT", "/session", {"open": True})
            for site in who[:count - len(orders)]:
                pause()
                orders.append((site, run.order("POST", "/admit", {"site": site})))
            pause()
            run.order("PUT", "/session", {"open": False})
            pause(1.5)
        seen = run.changes()
    return [after_ms(seen[site], "picture", sent_us) for site, sent_us in orders]


# Everybody listens, and one is heard: its sound is all that is in the mix. Pictures are small, or the
# tool's decoding would be what is measured.
def measure_mute(count):
    with Run(["--decode-all"], video={"width": 640, "height": 360, "fps": 30, "bitrateKbps": 800}) as run:
        run.join()
        run.order("POST", "/mute", {"except": None})
        run.order("PATCH", "/sites/hub", {"muted": True})
        orders = []
        for _ in range(count):
            run.order("PATCH", "/sites/site-1", {"muted": False}, "site-1")
            pause()
            orders.append(run.order("PATCH", "/sites/site-1", {"muted": True}))
            pause(0.6)
        heard = run.changes()
    del heard["site-1"]
    times = [[after_ms(changes, "silence", sent_us, 1) for changes in heard.values()] for sent_us in orders]
    return [None if None in of_all else max(of_all) for of_all in times]


def measure_kiosk(count):
    kiosk = "site-1"
    with Run([]) as run:
        run.join(["hub", *(f"site-{i}" for i in range(2, SITES))])
        done = subprocess.run(["node", os.path.join(BENCH, "kiosk-start.mjs"), run.bridge.url, run.bridge.key(kiosk), str(count)],
                              stdout=subprocess.PIPE, check=True, timeout=60 + 30 * count)
        run.changes()
    return json.loads(done.stdout)


NAMES = {
    "layout": "layout ordered, first changed frame at a site",
    "admit": "admitted, first composed picture at the site",
    "mute": "muted, digital silence in all other mixes",
    "kiosk": "kiosk's page begins to load, room's picture painted",
}


def percentile(values, p):
    return sorted(values)[math.ceil(len(values) * p / 100) - 1]  # the nearest rank


def row(figure, times):
    seen = [value for value in times if value is not None]
    if not seen:
        return f"| {NAMES[figure]} | 0 of {len(times)} | | | | {LIMITS_MS[figure]} |", False
    is_good = len(seen) == len(times) and percentile(seen, 95) <= LIMITS_MS[figure]
    return (f"| {NAMES[figure]} | {len(seen)} of {len(times)} | {percentile(seen, 50):.0f} | {percentile(seen, 95):.0f} | "
            f"{max(seen):.0f} | {LIMITS_MS[figure]} |"), is_good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--only", default=",".join(NAMES))
    options = parser.parse_args()
    rows, is_good = [], True
    for figure in options.only.split(","):
        times = globals()["measure_" + figure](options.count)
        print(figure, [None if value is None else round(value) for value in times], file=sys.stderr)
        text, is_within = row(figure, times)
        rows.append(text)
        is_good = is_good and is_within
    print("\n| | seen | p50 ms | p95 ms | max ms | limit ms |\n" + "|---" * 6 + "|")
    print("\n".join(rows))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

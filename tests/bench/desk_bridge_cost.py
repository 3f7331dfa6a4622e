#!/usr/bin/python3
# tests/bench/desk_bridge_cost.py - what the technicians' desk costs the bridge, nine sites in the room.
#   /usr/bin/python3 tests/bench/desk_bridge_cost.py [PAIRS] [SECONDS]
#
# In one run of one bridge a technician comes and goes: with one, the room's figures go out each second and /metrics is read
# every 5 s. What the desk does without anybody at it (figures, history, verdicts, alarms) is part of the control thread,
# whose whole time is printed: the desk costs less than that. Processor times, not wall time.
import statistics
import sys
import threading
import urllib.request

from record_cost import TICKS, cpu_seconds, frame_rate  # the path to the integration tests is set there
from bridge import MODEST, Bridge
import time

METRICS_EVERY_S = 5


def control_seconds(pid):
    with open(f"/proc/{pid}/task/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Technician:
    """At the desk: the room's events and /metrics, until it leaves."""

    def __init__(self, bridge):
        self.bridge, self.key, self.is_over, self.seconds_told = bridge, bridge.key("", "technician"), False, 0
        self.threads = [threading.Thread(target=self.follow, daemon=True), threading.Thread(target=self.scrape, daemon=True)]
        for thread in self.threads:
            thread.start()

    def get(self, path):
        return urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{self.bridge.http_port}{path}", headers={"Authorization": f"Bearer {self.key}"}), timeout=10)

    def follow(self):
        with self.get("/v1/rooms/tiep-dan/events") as events:
            for line in events:
                self.seconds_told += line.startswith(b"event: figures")
                if self.is_over:
                    return

    def scrape(self):
        while not self.is_over:
            self.get("/metrics").read()
            time.sleep(METRICS_EVERY_S)

    def leave(self):
        self.is_over = True
        for thread in self.threads:
            thread.join(15)


def measure(bridge, seconds):
    """Per cent of a core: the whole bridge, and its control thread."""
    pid = bridge.process.pid
    whole, control, began = cpu_seconds(pid), control_seconds(pid), time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    return 100 * (cpu_seconds(pid) - whole) / took, 100 * (control_seconds(pid) - control) / took


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    added, controls, idle_controls, wholes = [], [], [], []
    with Bridge(sites=9, video=MODEST) as bridge:
        load = bridge.start_load("--uplink-size", "tile", seconds=pairs * (2 * seconds + 10), sites=9)
        load.wait_for_window()
        for _ in range(pairs):
            rates = {frame_rate(bridge)}
            plain, idle_control = measure(bridge, seconds)
            technician = Technician(bridge)
            time.sleep(1)
            busy, control = measure(bridge, seconds)
            technician.leave()
            rates.add(frame_rate(bridge))
            if len(rates) > 1 or technician.seconds_told < seconds - 2:
                print(f"left out: the machine was too busy (frame rates {sorted(rates)}, {technician.seconds_told} seconds told)", flush=True)
                continue
            added.append(busy - plain), controls.append(control), idle_controls.append(idle_control), wholes.append(plain)
            print(f"without {plain:.1f} % (control {idle_control:.1f} %), with {busy:.1f} % (control {control:.1f} %)", flush=True)
        load.process.kill()
    if not added:
        sys.exit("no pair was undisturbed: run it on a quiet machine")
    print(f"nine sites: the bridge takes {statistics.median(wholes):.1f} % of a core; its whole control thread {statistics.median(idle_controls):.1f} %, "
          f"{statistics.median(controls):.1f} % with a technician, who adds {statistics.median(added):.1f} % to the bridge: median of {len(added)} pairs of {seconds} s")


if __name__ == "__main__":
    main()

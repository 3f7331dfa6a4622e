#!/usr/bin/python3
# tests/bench/record_cost.py - what recording adds to the CPU of bridge and recorder together, nine sites in the room.
#   /usr/bin/python3 tests/bench/record_cost.py [PAIRS] [SECONDS]
#
# In one run of one bridge, sessions are opened and closed in turn, so that what else the machine does falls on both
# sides alike; process times, not wall time.
import os
import statistics
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("DIEMCAU_BIN", os.path.join(TOP, "build/mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(TOP, "build/tests/load/diemcau-load"))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
from bridge import Bridge  # noqa: E402
from recorded_bridge import put_session, recorder_of, wait_for  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def percent_of_core(pids, seconds):
    before, began = [cpu_seconds(pid) for pid in pids], time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    return [100 * (cpu_seconds(pid) - cpu) / took for pid, cpu in zip(pids, before)]


def frame_rate(bridge):
    """What the CPU governor lets be composed: a pair whose sides differ in it says nothing about recording."""
    return bridge.request("GET", "/v1/line", key=bridge.key("hub"))[1]["cpu"]["fps"]


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    added, recorders, without = [], [], []
    with Bridge(sites=9) as bridge:
        load = bridge.start_load("--uplink-size", "tile", seconds=pairs * (2 * seconds + 14), sites=9)
        load.wait_for_window()
        for _ in range(pairs):
            rates = {frame_rate(bridge)}
            plain, = percent_of_core([bridge.process.pid], seconds)
            rates.add(frame_rate(bridge))
            put_session(bridge, True)
            wait_for(bridge, {"recording"})
            time.sleep(2)
            with_record, recorder = percent_of_core([bridge.process.pid, recorder_of(bridge)], seconds)
            rates.add(frame_rate(bridge))
            put_session(bridge, False)
            wait_for(bridge, {"off"}, 60)
            time.sleep(2)
            if len(rates) > 1:
                print(f"left out: the machine was too busy (frame rates {sorted(rates)})", flush=True)
                continue
            added.append(with_record + recorder - plain)
            recorders.append(recorder)
            without.append(plain)
            print(f"without {plain:.1f} %, with {with_record:.1f} % + recorder {recorder:.1f} %", flush=True)
        load.process.kill()
    if not added:
        sys.exit("no pair was undisturbed: run it on a quiet machine")
    print(f"recording adds {statistics.median(added):.1f} % of a core to {statistics.median(without):.1f} % "
          f"(recorder {statistics.median(recorders):.1f} %), median of {len(added)} pairs of {seconds} s, nine sites")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# tests/bench/measure.py - measures the release build and prints the table of the README's "Measured".
#   /usr/bin/python3 tests/bench/measure.py [SECONDS]     (needs a quiet two-core machine; ./run.sh or ninja first)
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("DIEMCAU_BIN", os.path.join(TOP, "build/mcu/diemcau"))
os.environ.setdefault("DIEMCAU_LOAD", os.path.join(TOP, "build/tests/load/diemcau-load"))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
from bridge import Bridge  # noqa: E402

SCENARIOS = [
    ("9 sites, steered uplinks", 9, ["--uplink-size", "tile"]),
    ("9 sites, 720p uplinks", 9, ["--uplink-size", "1280x720"]),
    ("16 sites, steered", 16, ["--uplink-size", "tile"]),
    ("25 sites, steered", 25, ["--uplink-size", "tile"]),
]


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    rows = []
    for name, sites, arguments in SCENARIOS:
        with Bridge(sites=sites) as bridge:
            f = bridge.load(*arguments, sites=sites, seconds=seconds)
        video, audio, skew, join = f["video_latency_ms"], f["audio_latency_ms"], f["av_skew_ms"], f["join_ms"]
        rows.append(f"| {name} | {f['sites_connected']} / {f['tiles_alive']} | {f['fps_out']:.2f} | "
                    f"{video['p50']:.0f} / {video['p95']:.0f} / {video['p99']:.0f} | "
                    f"{audio['p50']:.0f} / {audio['p95']:.0f} | {skew['p50']:.0f} ({skew['min']:.0f} to {skew['max']:.0f}) | {join['p50']:.0f} / {join['max']:.0f} | "
                    f"{f['freezes']} / {f['audio_gaps']} | {max(t['standstill_max_ms'] for t in f['tiles']):.0f} | {f['server_cpu_percent']:.0f} % | "
                    f"{f['server_rss_mb']:.0f} MB / {f['server_threads']} |")
    print("\n| | connected / alive | fps | video latency p50 / p95 / p99 ms | audio p50 / p95 ms | sound after picture p50 (min to max) ms | "
          "join p50 / max ms | freezes / gaps | longest still tile ms | CPU of one core | RSS / threads |")
    print("|---" * 11 + "|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()

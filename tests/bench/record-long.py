#!/usr/bin/python3
# tests/bench/record-long.py - four hours of record, fed to the real recorder as fast as it takes them, and what became of them.
#   /usr/bin/python3 tests/bench/record-long.py [--hours 4] [--cases 70] [--size 640x360] [--kbps 250] [--seed N] [--build build]
#                                               [--no-seeks] [--keep DIR]
#
# Every frame and packet of the master is compared with what was fed (by our own reader), every clip is counted (ffprobe)
# and played (ffmpeg); a white picture and a tone that began at one instant are looked for in what ffmpeg decodes, each
# half hour; Chromium seeks in it. Exit status 1 if anything is lost, doubled or more than 40 ms apart.
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/integration"))
SKEW_MAX_MS, TIME_ERROR_MAX_MS, ENDS_APART_MAX_MS = 40, 2, 40
LOOK_S, BEFORE_S = 3, 1.5
WHITE_LUMA, LOUD = 215, 4000


def feed(options, directory):
    program = os.path.join(options.build, "tests/bench/diemcau-record-feed")
    command = [program, "--dir", directory, "--recorder", os.path.join(options.build, "recorder/diemcau-recorder"),
               *(word for name in ("hours", "cases", "size", "kbps", "seed") for word in ("--" + name, str(getattr(options, name))))]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


# --- what another decoder finds

def ffmpeg(master, at, *arguments):
    command = ["ffmpeg", "-hide_banner", "-nostats", "-ss", f"{max(at - BEFORE_S, 0):.3f}", "-copyts", "-i", master, *arguments]
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout, done.stderr.decode()


def white_at(master, at):
    """When the picture turns white, s; None: it does not."""
    _, log = ffmpeg(master, at, "-map", "0:v", "-frames:v", str(30 * LOOK_S), "-vf", "scale=32:18,showinfo", "-f", "null", "-")
    for time_s, luma in re.findall(r"pts_time:\s*([\d.]+).*?mean:\[(\d+)", log):
        if int(luma) >= WHITE_LUMA:
            return float(time_s)
    return None


def tone_at(master, at):
    """When the tone begins, s; None: it does not."""
    sound, log = ffmpeg(master, at, "-map", "0:a", "-frames:a", str(50 * LOOK_S), "-af", "aformat=s16:channel_layouts=mono,ashowinfo",
                        "-f", "s16le", "-")
    samples, start = memoryview(sound).cast("h"), 0
    for time_s, count in re.findall(r"pts_time:\s*([\d.]+).*?nb_samples:(\d+)", log):
        piece = samples[start:start + int(count)]
        start += int(count)
        for i, sample in enumerate(piece):
            if abs(sample) >= LOUD:
                return float(time_s) + i / 48000
    return None


def look_at_marks(master, marks, media_s):
    """At the start, each half hour and the end: [(s, sound after picture ms, picture's and sound's time in the file against the fed)]."""
    marks = [mark for mark in marks if mark["picture"] < media_s - LOOK_S]
    found = []
    for wanted in (0, *range(1800, int(media_s) - 900, 1800), media_s):
        mark = min(marks, key=lambda m: abs(m["picture"] - wanted))
        picture, sound = white_at(master, mark["picture"]), tone_at(master, mark["sound"])
        assert picture is not None and sound is not None, f"no mark at {mark}: picture {picture}, sound {sound}"
        found.append((mark["picture"], 1000 * (sound - picture), 1000 * (picture - mark["picture"]), 1000 * (sound - mark["sound"])))
    return found


# --- the verdict

class Verdict:
    def __init__(self):
        self.faults = []

    def expect(self, is_so, text):
        if not is_so:
            self.faults.append(text)


def judge_tracks(verdict, report):
    for name, track in report["master"].items():
        verdict.expect(track["fed"] == track["found"] and track["different"] == 0, f"{name}: {track}")
        error = track["time_error_ms"]
        verdict.expect(max(abs(error["min"]), abs(error["max"])) <= TIME_ERROR_MAX_MS, f"{name}: {error} ms from their time")
    apart = 1000 * abs(report["master"]["frames"]["last_s"] + 1 / 30 - report["master"]["packets"]["last_s"] - 0.02)
    verdict.expect(apart <= ENDS_APART_MAX_MS, f"picture and sound end {apart:.0f} ms apart")
    verdict.expect(report["restarts"] == 0 and report["dropped"] == 0, f"{report['restarts']} restarts, {report['dropped']} dropped")
    return apart


def judge_cases(verdict, report, session, path):
    """Returns: how many cuts were made by time alone."""
    from session_record import decode, probe
    cases = {case["number"]: case for case in session["cases"]}
    verdict.expect(len(cases) == len(report["cases"]), f"{len(cases)} cases")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        clips = {number: os.path.join(path, case["clip"]) for number, case in cases.items() if case["clip"]}
        probes = dict(zip(clips, pool.map(probe, clips.values())))
        list(pool.map(decode, clips.values()))
    for fed in report["cases"]:
        case, found = cases[fed["number"]], probes.get(fed["number"])
        verdict.expect(found is not None and (found["video"], found["audio"]) == (fed["frames"], fed["packets"])
                       == (case["videoFrames"], case["audioPackets"]), f"case {fed}: {found}, {case}")
        verdict.expect(abs(case["from"] - fed["from"]) < 0.002 and abs(case["to"] - fed["to"]) < 0.002, f"case {fed}: {case}")
    return len(session["segments"]) - 2 * len(report["cases"]) - 1


def judge_chapters(verdict, session, master):
    done = subprocess.run(["ffprobe", "-v", "error", "-show_chapters", "-of", "json", master], capture_output=True, check=True)
    chapters = json.loads(done.stdout)["chapters"]
    verdict.expect(len(chapters) == len(session["cases"]), f"{len(chapters)} chapters")
    for chapter, case in zip(chapters, session["cases"]):
        length = case["to"] - case["from"]
        verdict.expect(abs(float(chapter["start_time"]) - case["masterFrom"]) < 0.002
                       and abs(float(chapter["end_time"]) - case["masterFrom"] - length) < 0.002
                       and case["ticket"] in chapter["tags"]["title"], f"chapter {chapter} of {case}")


def seek(options, directory):
    command = ["node", os.path.join(TOP, "tests/bench/clerk-seek.mjs"), "4", "24", os.path.join(options.build, "mcu/diemcau"), directory]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(description="a long record, accelerated")
    parser.add_argument("--hours", type=float, default=4)
    parser.add_argument("--cases", type=int, default=70)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--kbps", type=int, default=250)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--build", default=os.path.join(TOP, "build"))
    parser.add_argument("--no-seeks", action="store_true", help="no browser")
    parser.add_argument("--keep", help="leave the session in this new directory")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    bridge = os.path.join(options.build, "mcu/diemcau")
    os.environ.setdefault("DIEMCAU_BIN", bridge)
    os.environ.setdefault("DIEMCAU_LOAD", os.path.join(options.build, "tests/load/diemcau-load"))
    directory = options.keep or tempfile.mkdtemp(prefix="diemcau-long-")
    os.makedirs(directory, exist_ok=True)
    began = time.monotonic()
    try:
        print(f"seed {options.seed}", flush=True)
        report = feed(options, directory)
        verdict = Verdict()
        apart = judge_tracks(verdict, report)
        path = report["session"]
        with open(os.path.join(path, "data/session.json")) as f:
            session = json.load(f)
        master = os.path.join(path, session["master"])
        frames, packets = report["master"]["frames"], report["master"]["packets"]
        print(f"{report['media_s'] / 3600:.2f} h fed in {report['feed_s']:.0f} s, packed in {report['close_s']:.0f} s, "
              f"{report['ticks_skipped']} + {report['sound_ticks_skipped']} ticks skipped; frames {frames['found']} of {frames['fed']}, "
              f"packets {packets['found']} of {packets['fed']}, times within {frames['time_error_ms']} and {packets['time_error_ms']} ms, "
              f"ends {apart:.1f} ms apart", flush=True)
        by_time = judge_cases(verdict, report, session, path)
        judge_chapters(verdict, session, master)
        print(f"{len(session['cases'])} clips played and counted, {len(session['segments'])} segments, {by_time} of them begun by time; "
              f"{len(session['gaps'])} gaps", flush=True)
        for at, skew, picture, sound in look_at_marks(master, report["marks"], report["media_s"]):
            print(f"at {at:7.0f} s: sound {skew:+.1f} ms after its picture; in the file {picture:+.1f} and {sound:+.1f} ms from their time", flush=True)
            verdict.expect(abs(skew) <= SKEW_MAX_MS, f"at {at:.0f} s the sound is {skew:.0f} ms after its picture")
        subprocess.run([bridge, "verify", path], check=True, stdout=subprocess.DEVNULL)
        if not options.no_seeks:
            print(json.dumps(seek(options, directory)), flush=True)
        print(f"{'; '.join(verdict.faults[:10]) or 'all as it should be'}; {time.monotonic() - began:.0f} s in all")
        return 1 if verdict.faults else 0
    finally:
        if options.keep is None:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

# tests/integration/record_kills.py - random kill -9 of bridge, recorder or both: each session must be whole and playable.
#
#   record_kills.py [--count 200] [--seed S] [--only N] [--jobs 3] [--browser] [--keep DIR]
#
# Kill N of a seed is always the same one (whom, when), whatever ran before it: --only makes it again. Each is judged by
# ffprobe, ffmpeg, sha256sum and `diemcau verify` at once; with --browser all are played by one Chromium at the end. What
# failed keeps its folder (the bridge's log, its configuration, all its records), and results.jsonl says why.
import argparse
import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from bridge import BRIDGE, SANITIZED, SOURCE
from recorded_bridge import ROOM, new_bridge, put_session, recorder_of, state, wait_for
from session_record import check_bag, recorded_until, wait_for_bags, wall_seconds

LOSS_MAX_S = 1.5 if not SANITIZED else 6
WHOM = ("bridge", "recorder", "both")


class Trial:
    """One kill. Afterwards: loss_s, sessions (what is to be played), or why it failed."""

    def __init__(self, n, seed, keep):
        self.n, self.seed, self.whom = n, seed, WHOM[n % len(WHOM)]
        self.rng = random.Random(f"{seed}/{n}")
        self.folder = os.path.join(keep, f"{n:03d}-{self.whom}")
        self.loss_s, self.failure, self.sessions = None, None, []

    def run(self):
        try:
            bridge = new_bridge()
            try:
                with bridge:
                    self.kill(bridge)
                    shutil.move(bridge.records, self.folder)
            finally:
                if os.path.exists(bridge.dir):  # it did not begin, or does not end
                    self.take_away(bridge)
                    if hasattr(bridge, "process") and bridge.process.poll() is None:
                        bridge.process.kill()
                    shutil.rmtree(bridge.dir, ignore_errors=True)
        except Exception as error:
            self.fail(error)
        return self

    def kill(self, bridge):
        try:
            self.begin(bridge)
            self.loss_s = self.recorder_was_killed(bridge) if self.whom == "recorder" else self.bridge_was_killed(bridge)
            assert self.loss_s <= LOSS_MAX_S, f"{self.loss_s:.2f} s are lost"
        except Exception:
            self.take_away(bridge)
            raise

    def take_away(self, bridge):
        """Leaving the bridge removes its folder."""
        shutil.copytree(bridge.dir, self.folder, dirs_exist_ok=True)

    def fail(self, error):
        self.failure = f"{type(error).__name__}: {error}"
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.folder, "why.txt"), "w") as f:
            f.write(f"kill {self.n} of seed {self.seed}: {self.whom}\n{self.failure}\n\n")
            f.writelines(traceback.format_exception(error))

    def begin(self, bridge):
        """A session, with a case or without, until the moment of the kill."""
        put_session(bridge, True)
        wait_for(bridge, {"recording"})
        if self.rng.random() < 0.5:
            bridge.request("POST", ROOM + "/cases", {"action": "start", "ticket": "A001", "site": "site-1"}, bridge.key("hub"))
        time.sleep(self.rng.uniform(1, 5))
        victims = {"bridge": [bridge.process.pid], "recorder": [recorder_of(bridge)]}
        victims["both"] = victims["bridge"] + victims["recorder"]
        self.killed_at = time.time()
        for pid in victims[self.whom]:
            os.kill(pid, signal.SIGKILL)

    def end(self, bridge, seconds):
        wait_for(bridge, {"recording"})
        time.sleep(seconds)
        put_session(bridge, False)
        wait_for(bridge, {"off"}, 60)

    def check(self, path, session):
        figures = check_bag(BRIDGE, path, session, may_lack_picture=True)
        master = session["master"] and os.path.join(self.folder, os.path.basename(path), session["master"])
        self.sessions.append({"master": master, "figures": figures})

    def recorder_was_killed(self, bridge):
        """Returns: seconds lost."""
        recorder_of(bridge)
        self.end(bridge, self.rng.uniform(1, 3))
        (path, session), = wait_for_bags(bridge.records, 1)
        self.check(path, session)
        assert len(session["segments"]) >= 2, session["segments"]
        return max(session["duration"] - sum(segment["to"] - segment["from"] for segment in session["segments"]), 0.0)

    def bridge_was_killed(self, bridge):
        bridge.process.wait()
        if self.rng.random() < 0.5:
            time.sleep(self.rng.uniform(0, 2))
        bridge.start()
        assert state(bridge)["session"]["open"], "the session does not go on by itself"
        self.end(bridge, self.rng.uniform(1, 2))
        (old_path, old), (new_path, new) = wait_for_bags(bridge.records, 2)
        for path, session in ((old_path, old), (new_path, new)):
            self.check(path, session)
        assert new["continues"] == old["id"], (new["continues"], old["id"])
        return max(self.killed_at - wall_seconds(old["openedAt"]) - recorded_until(old), 0.0)

    def judge_playing(self, session, result):
        """@result: what the browser says of it."""
        figures = session["figures"]
        assert result["error"] is None, f"{session['master']} does not play in Chromium: {result}"
        wanted_s = min(0.9, result["duration"] - 0.2)
        # a busy machine shows fewer
        wanted = 0.3 * sum(1 for t in figures["times"]["video"] if t - figures["start"] < wanted_s)
        assert result["duration"] > 0 and result["played"] >= wanted_s and result["frames"] >= wanted, f"{result}, {wanted} frames"
        assert result["atEnd"] > result["duration"] - 0.5, f"{session['master']}: {result}"

    def line(self):
        pictures = [session["figures"]["video"] for session in self.sessions]
        return {"n": self.n, "seed": self.seed, "whom": self.whom, "lossSeconds": self.loss_s, "pictureFrames": pictures,
                "failure": self.failure, "folder": self.folder if self.failure else None}


def play(trials, is_told=True):
    """All sessions of @trials in one Chromium; what it cannot play fails its trial."""
    wanted = {session["master"]: (trial, session) for trial in trials if trial.failure is None
              for session in trial.sessions if session["master"] is not None}
    process = subprocess.Popen(["node", os.path.join(SOURCE, "tests/bench/play-files.mjs")], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate("".join(master + "\n" for master in wanted))
    results = {result["path"]: result for result in map(json.loads, output.splitlines())}
    for master, (trial, session) in wanted.items():
        try:
            assert master in results, f"the browser is gone (status {process.returncode})"
            trial.judge_playing(session, results[master])
        except AssertionError as error:
            trial.fail(error)
    if is_told:
        print(f"{len(results)} of {len(wanted)} sessions were played in Chromium", flush=True)
    return len(results)


def run_kills(numbers, seed, keep, jobs=1, browser=False):
    """Returns: the trials. Folders of those that did not fail are gone."""
    os.makedirs(keep, exist_ok=True)
    begun = time.monotonic()
    print(f"seed {seed}, {len(numbers)} kills, {jobs} at a time", flush=True)
    trials = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for trial in concurrent.futures.as_completed([pool.submit(Trial(n, seed, keep).run) for n in numbers]):
            trials.append(trial.result())
            last = trials[-1]
            told = f"{last.loss_s:.2f} s lost" if last.failure is None else "FAILED: " + last.failure[:300]
            print(f"kill {last.n} ({len(trials)} of {len(numbers)}): {last.whom}: {told}", flush=True)
    if browser:
        play(trials)
    for trial in trials:
        if trial.failure is None:
            shutil.rmtree(trial.folder, ignore_errors=True)
    report(trials, keep, time.monotonic() - begun)
    return trials


def report(trials, keep, seconds):
    trials.sort(key=lambda trial: trial.n)
    with open(os.path.join(keep, "results.jsonl"), "w") as f:
        f.writelines(json.dumps(trial.line(), ensure_ascii=False) + "\n" for trial in trials)
    failed = [trial for trial in trials if trial.failure is not None]
    losses = {whom: [trial.loss_s for trial in trials if trial.whom == whom and trial.loss_s is not None] for whom in WHOM}
    print("worst loss, s: " + ", ".join(f"{whom} {max(losses[whom]):.2f}" for whom in WHOM if losses[whom]))
    blind = sum(1 for trial in trials for session in trial.sessions if session["figures"]["video"] == 0)
    print(f"sessions that ended before the first picture, and say so: {blind} of {sum(len(t.sessions) for t in trials)}")
    print(f"{len(trials) - len(failed)} of {len(trials)} kills passed in {seconds:.0f} s")
    for trial in failed:
        print(f"FAILED kill {trial.n} ({trial.whom}), kept in {trial.folder}: {trial.failure}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", type=int)
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--keep", default=None)
    options = parser.parse_args()
    keep = os.path.abspath(options.keep) if options.keep else tempfile.mkdtemp(prefix="diemcau-kills-")
    numbers = [options.only] if options.only is not None else list(range(options.count))
    trials = run_kills(numbers, options.seed, keep, options.jobs, options.browser)
    sys.exit(1 if any(trial.failure for trial in trials) else 0)


if __name__ == "__main__":
    main()

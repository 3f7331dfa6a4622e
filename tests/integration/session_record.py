# tests/integration/session_record.py - looks at finished sessions on disk with what others wrote: ffprobe, ffmpeg, and the
# bridge's own verifier.
import datetime
import glob
import hashlib
import json
import os
import subprocess
import time


def find_bags(directory):
    """Finished sessions, oldest first: [(path, session.json)]."""
    bags = []
    for path in sorted(glob.glob(os.path.join(directory, "*"))):
        # The manifest's own digest list is the last thing written.
        if os.path.exists(os.path.join(path, "tagmanifest-sha256.txt")):
            with open(os.path.join(path, "data/session.json")) as f:
                bags.append((path, json.load(f)))
    return sorted(bags, key=lambda bag: bag[1]["openedAt"])


def wait_for_bags(directory, n, timeout=60):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        bags = find_bags(directory)
        if len(bags) >= n and not any(is_locked(path) for path, _ in bags):
            return bags
        time.sleep(0.1)
    raise AssertionError(f"{n} finished sessions were expected in {directory}: {sorted(glob.glob(directory + '/*/*'))}")


def is_locked(path):
    """A recorder still works on it."""
    lock = os.path.join(path, ".lock")
    return os.path.exists(lock) and subprocess.run(["flock", "-n", lock, "true"]).returncode != 0


def journal(path):
    with open(os.path.join(path, "data/journal.jsonl")) as f:
        return [json.loads(line) for line in f]


def read_chain(file):
    """The events of a journal, each of which carries the hash of the line before."""
    previous, events = "0" * 64, []
    with open(file, "rb") as f:
        for number, line in enumerate(f, 1):
            event = json.loads(line)
            assert (event["seq"], event["previous"]) == (number, previous), f"{file}: line {number}"
            assert line.endswith(b"\n"), f"{file}: line {number} is cut off"
            previous = hashlib.sha256(line[:-1]).hexdigest()
            events.append(event)
    return events


def check_chain(path):
    read_chain(os.path.join(path, "data/journal.jsonl"))


def wall_seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def probe(path):
    """What ffprobe reads off a file: its length and how many packets of each kind it holds."""
    result = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_entries",
                             "format=duration:stream=codec_name,codec_type,nb_read_packets", "-of", "json", path],
                            capture_output=True, text=True)
    assert result.returncode == 0 and not result.stderr.strip(), f"ffprobe {path}: {result.stderr}"
    found = json.loads(result.stdout)
    streams = {stream["codec_type"]: stream for stream in found["streams"]}
    return {"duration": float(found["format"]["duration"]),
            "video": int(streams["video"]["nb_read_packets"]) if "video" in streams else 0,
            "audio": int(streams["audio"]["nb_read_packets"]) if "audio" in streams else 0,
            "codecs": sorted(stream["codec_name"] for stream in found["streams"])}


def decode(path):
    """Plays all of it; whatever a player would stumble over is an error. At the file's own times: rounded to a rate that ffmpeg
    guesses, frames of a picture that had its rate halved for a while would fall on the same one."""
    result = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", path, "-fps_mode", "passthrough", "-enc_time_base", "-1",
                             "-f", "null", "-"], capture_output=True, text=True)
    assert result.returncode == 0 and not result.stderr.strip(), f"{path} does not play: {result.stderr[-2000:]}"


def verify(bridge_program, path):
    result = subprocess.run([bridge_program, "verify", path], capture_output=True, text=True)
    assert result.returncode == 0, f"verify {path}: {result.stdout}{result.stderr}"


def check_seals(bridge_program, path):
    """Verified by the bridge's own verifier and by others' tools."""
    verify(bridge_program, path)
    check_chain(path)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", manifest], cwd=path, check=True)


def check_bag(bridge_program, path, session):
    """Playable, verified, and its times add up."""
    check_seals(bridge_program, path)
    master = os.path.join(path, session["master"])
    figures = probe(master)
    decode(master)
    assert figures["codecs"] == ["opus", "vp8"], figures
    assert figures["video"] == sum(segment["videoFrames"] for segment in session["segments"]), (figures, session["segments"])
    assert figures["audio"] == sum(segment["audioPackets"] for segment in session["segments"]), (figures, session["segments"])
    for case in session["cases"]:
        decode(os.path.join(path, case["clip"]))
    covered = sum(segment["to"] - segment["from"] for segment in session["segments"])
    missing = sum(gap["to"] - gap["from"] for gap in session["gaps"])
    assert abs(covered + missing - session["duration"]) < 0.2, (covered, missing, session["duration"])
    return figures


def recorded_until(session):
    """Session media time of the last thing recorded, s."""
    return max((segment["to"] for segment in session["segments"]), default=0.0)

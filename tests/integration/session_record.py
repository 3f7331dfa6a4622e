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


STREAMS = {"video": ("picture", "videoFrames"), "audio": ("sound", "audioPackets")}
HOLE_S = 0.1  # what need not be stated: a frame's own duration


def packet_times(path):
    """{"video": [...], "audio": [...]} of a file, s."""
    result = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=codec_type,pts_time", "-of", "json", path],
                            capture_output=True, text=True, check=True)
    times = {"video": [], "audio": []}
    for packet in json.loads(result.stdout)["packets"]:
        times[packet["codec_type"]].append(float(packet["pts_time"]))
    return times


def with_frames(session):
    return [segment for segment in session["segments"] if segment["videoFrames"] + segment["audioPackets"] > 0]


def check_times(path, session, times):
    """Each stream's times rise, and none lies where the session says that there is nothing of it."""
    base = with_frames(session)[0]["from"]
    for kind, (name, _) in STREAMS.items():
        rise = [after - before for before, after in zip(times[kind], times[kind][1:])]
        assert all(step > 0 for step in rise), f"{path}: {kind} goes back by {min(rise)} s"
        gaps = session["gaps"] + [gap for gap in session.get("streamGaps", []) if gap["of"] == name]
        inside = [(t + base, gap) for t in times[kind] for gap in gaps if gap["from"] + HOLE_S < t + base < gap["to"] - HOLE_S]
        assert not inside, f"{path}: {kind} in a gap: {inside[:3]}"


def check_lacks(session):
    """A segment that has no picture, or no sound, is stated to have none: from its begin to its end."""
    for segment in with_frames(session):
        span = (segment["from"], segment["to"])
        for name, count in STREAMS.values():
            stated = [(gap["from"], gap["to"]) for gap in session.get("streamGaps", []) if gap["of"] == name]
            if segment[count] == 0 and span[1] - span[0] >= HOLE_S:
                assert span in stated, f"{segment} has no {name}, stated: {stated}"
            elif segment[count] > 0:
                assert span not in stated, f"{segment} has {name}, stated: {stated}"


def check_master(path, session, may_lack_picture):
    """It has a picture if any segment has, and a sound if any has: each frame once, in time. Returns: its figures."""
    segments = with_frames(session)
    totals = {kind: sum(segment[count] for segment in segments) for kind, (_, count) in STREAMS.items()}
    if may_lack_picture and not segments:
        assert session["master"] is None, session["master"]
        return {"duration": 0, "video": 0, "audio": 0, "codecs": [], "start": 0, "times": {"video": [], "audio": []}}
    assert session["master"] is not None, session.get("notes")
    master = os.path.join(path, session["master"])
    figures = probe(master)
    decode(master)
    wanted = (["opus"] if totals["audio"] > 0 else []) + (["vp8"] if totals["video"] > 0 else [])
    assert figures["codecs"] == wanted, (figures, wanted)
    assert may_lack_picture or wanted == ["opus", "vp8"], figures
    for kind, total in totals.items():
        assert figures[kind] == total, (figures, session["segments"])
    times = packet_times(master)
    check_times(master, session, times)
    return {**figures, "times": times, "start": min(times["video"][:1] + times["audio"][:1])}


def check_bag(bridge_program, path, session, may_lack_picture=False):
    """Playable, verified, and its times add up. @may_lack_picture: it may have ended before there was one, and say so."""
    check_seals(bridge_program, path)
    figures = check_master(path, session, may_lack_picture)
    check_lacks(session)
    for case in session["cases"]:
        assert case["clip"] is not None or may_lack_picture and not any(
            segment["case"] == case["number"] for segment in with_frames(session)), case
        if case["clip"] is not None:
            decode(os.path.join(path, case["clip"]))
    covered = sum(segment["to"] - segment["from"] for segment in session["segments"])
    missing = sum(gap["to"] - gap["from"] for gap in session["gaps"])
    assert abs(covered + missing - session["duration"]) < 0.2, (covered, missing, session["duration"])
    return figures


def recorded_until(session):
    """Session media time of the last thing recorded, s."""
    return max((segment["to"] for segment in session["segments"]), default=0.0)

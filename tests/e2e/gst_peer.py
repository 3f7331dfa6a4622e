#!/usr/bin/python3
# tests/e2e/gst_peer.py - a site made of GStreamer's webrtcbin: a third stack that nobody here
# wrote. Sends a bouncing ball (VP8) and a sine (Opus), decodes what comes back, and prints
# one JSON object a line: "joined", "connected", "report"..., "end".
#
# webrtcbin 1.22 does not compare the peer's certificate with the fingerprint in the SDP. This
# program does, and ends with exit code 3 if they differ.
import argparse
import hashlib
import json
import math
import re
import signal
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

WIDTH, HEIGHT = 480, 270      # the received picture is looked at in this size
RATE = 48000
SEND = (
    "webrtcbin name=w bundle-policy=max-bundle latency=40 "
    "audiotestsrc is-live=true wave=sine freq={tone} volume=0.12 ! audio/x-raw,rate=48000,channels=1 "
    "! opusenc frame-size=20 ! rtpopuspay pt=111 "
    "! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! w. "
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width={width},height={height},framerate=30/1 "
    "! vp8enc deadline=1 cpu-used=8 target-bitrate={bitrate} keyframe-max-dist=150 error-resilient=default "
    "! rtpvp8pay pt=96 picture-id-mode=15-bit mtu=1150 "
    "! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! w. "
)
RECEIVE = {
    "video": "rtpvp8depay ! vp8dec ! videoconvert ! videoscale "
             "! video/x-raw,format=GRAY8,width=%d,height=%d ! appsink name=sink sync=false drop=true max-buffers=1" % (WIDTH, HEIGHT),
    "audio": "rtpopusdepay ! opusdec ! audioconvert ! audioresample "
             "! audio/x-raw,format=S16LE,channels=1,rate=%d ! appsink name=sink sync=false" % RATE,
}
HELD = []  # GstPads that webrtcbin gives away are kept, or Python frees what the pipeline uses


def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


def share_of_tone(samples, hertz):
    """The part of the sound's energy at one frequency, 0 to 1 (Goertzel, Hann window)."""
    n = len(samples)
    coefficient = 2 * math.cos(2 * math.pi * hertz / RATE)
    s1 = s2 = energy = 0.0
    for i, sample in enumerate(samples):
        value = sample * (0.5 - 0.5 * math.cos(2 * math.pi * i / n))
        energy += value * value
        s1, s2 = value + coefficient * s1 - s2, s1
    power = s1 * s1 + s2 * s2 - coefficient * s1 * s2
    # A pure tone gives n/2 * energy * (the window's coherent gain over its energy: 2/3).
    return min(1.0, power / (energy * n / 3)) if energy > n else 0.0


class Api:
    def __init__(self, url, key, insecure):
        self.url, self.key = url.rstrip("/"), key
        self.context = ssl._create_unverified_context() if insecure else None

    def call(self, method, path, body=None, content_type=None):
        request = urllib.request.Request(self.url + path, data=body, method=method)
        request.add_header("Authorization", "Bearer " + self.key)
        if content_type:
            request.add_header("Content-Type", content_type)
        with urllib.request.urlopen(request, timeout=10, context=self.context) as response:
            return response.read().decode(), response.headers


class Peer:
    def __init__(self, options):
        self.options = options
        self.api = Api(options.url, options.key, options.insecure)
        self.loop = GLib.MainLoop()
        self.exit_code = 0
        self.media_path = None
        self.fingerprints = set()
        self.is_trusted = False
        self.lock = threading.Lock()
        self.frames = 0
        self.picture = None
        self.samples = []
        self.last_picture = None
        self.pipeline = Gst.parse_launch(SEND.format(
            tone=options.tone, width=options.width, height=options.height, bitrate=options.bitrate))
        self.webrtc = self.pipeline.get_by_name("w")
        self.webrtc.connect("on-negotiation-needed", self.negotiate)
        self.webrtc.connect("notify::ice-gathering-state", self.gathered)
        self.webrtc.connect("pad-added", self.pad_added)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _bus, message: self.end(1, str(message.parse_error()[0])))

    def run(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, self.end, 0, "signal")
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(int(self.options.report_every * 1000), self.report)
        if self.options.seconds > 0:
            GLib.timeout_add(int(self.options.seconds * 1000), self.end, 0, "time is up")
        self.loop.run()
        if self.media_path:
            try:
                self.api.call("DELETE", self.media_path)
            except (OSError, urllib.error.HTTPError):
                pass
        self.pipeline.set_state(Gst.State.NULL)
        return self.exit_code

    def end(self, code, why):
        if self.loop.is_running():
            self.exit_code = code
            say("end", code=code, why=why, frames=self.frames)
            self.loop.quit()
        return GLib.SOURCE_REMOVE

    # --- offer and answer ---

    def negotiate(self, _webrtc):
        for index in range(2):
            transceiver = self.webrtc.emit("get-transceiver", index)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDRECV)
            transceiver.set_property("do-nack", True)
        promise = Gst.Promise.new_with_change_func(self.offer_made, None)
        self.webrtc.emit("create-offer", None, promise)

    def offer_made(self, promise, _data):
        reply = promise.get_reply()  # owns the offer
        self.webrtc.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    def gathered(self, _webrtc, _property):
        # The offer goes out once, with all candidates in it.
        if self.webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.join)

    def join(self):
        if self.media_path is not None:
            return GLib.SOURCE_REMOVE
        offer = self.webrtc.get_property("local-description").sdp.as_text()
        try:
            answer, headers = self.api.call("POST", f"/v1/rooms/{self.options.room}/media",
                                            offer.encode(), "application/sdp")
        except urllib.error.HTTPError as error:
            return self.end(2, f"{error.code} {error.read().decode(errors='replace')}")
        except OSError as error:
            return self.end(2, str(error))
        self.media_path = headers["Location"]
        self.fingerprints = {value.lower() for value in
                             re.findall(r"^a=fingerprint:sha-256 (\S+)", answer, re.MULTILINE | re.IGNORECASE)}
        if not self.fingerprints:
            return self.end(3, "the answer has no SHA-256 fingerprint")
        if self.options.wrong_fingerprint:
            self.fingerprints = {":".join(["00"] * 32)}
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.webrtc.emit("set-remote-description", description, Gst.Promise.new())
        say("joined", media=self.media_path)
        GLib.timeout_add(20, self.check_certificate)
        return GLib.SOURCE_REMOVE

    def check_certificate(self):
        """Until the peer has shown its certificate nothing it sends is looked at."""
        transceiver = self.webrtc.emit("get-transceiver", 0)
        transport = transceiver.get_property("receiver").get_property("transport") if transceiver else None
        pem = transport.get_property("remote-certificate") if transport else None
        if not pem:
            return GLib.SOURCE_CONTINUE
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        fingerprint = ":".join(digest[i:i + 2] for i in range(0, len(digest), 2))
        if fingerprint not in self.fingerprints:
            return self.end(3, "the peer's certificate is not the one that its SDP names")
        self.is_trusted = True
        say("connected", fingerprint=fingerprint)
        return GLib.SOURCE_REMOVE

    # --- what comes back ---

    def pad_added(self, _webrtc, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        media = pad.get_current_caps().get_structure(0).get_string("media")
        branch = Gst.parse_bin_from_description(RECEIVE[media], True)
        sink = branch.get_by_name("sink")
        sink.set_property("emit-signals", True)
        sink.connect("new-sample", self.video_sample if media == "video" else self.audio_sample)
        self.pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))
        HELD.append(pad)

    def sample_bytes(self, sink):
        sample = sink.emit("pull-sample")
        buffer = sample.get_buffer() if sample else None
        if buffer is None or not self.is_trusted:
            return b""
        return buffer.extract_dup(0, buffer.get_size())

    def video_sample(self, sink):
        data = self.sample_bytes(sink)
        if data:
            with self.lock:
                self.frames += 1
                self.picture = data
        return Gst.FlowReturn.OK

    def audio_sample(self, sink):
        data = self.sample_bytes(sink)
        if data:
            with self.lock:
                self.samples.extend(memoryview(data).cast("h"))
                del self.samples[:-RATE // 2]
        return Gst.FlowReturn.OK

    # --- reports ---

    def report(self):
        with self.lock:
            picture, samples, frames = self.picture, list(self.samples), self.frames
        if self.is_trusted:
            try:
                room = json.loads(self.api.call("GET", f"/v1/rooms/{self.options.room}")[0])
            except (OSError, urllib.error.HTTPError, ValueError):
                room = {"sites": [], "canvas": {"width": 1, "height": 1}}
            say("report", frames=frames, motion=self.motion(room, picture),
                tones={hertz: round(share_of_tone(samples, hertz), 4) for hertz in self.options.listen} if samples else {})
        self.last_picture = picture
        return GLib.SOURCE_CONTINUE

    def motion(self, room, picture):
        """Mean change of brightness since the last report, of each site's tile without its edges."""
        if not picture or not self.last_picture:
            return {}
        result = {}
        fx, fy = WIDTH / room["canvas"]["width"], HEIGHT / room["canvas"]["height"]
        for site in room["sites"]:
            tile = site["tile"]
            if not tile:
                continue
            x0, x1 = int((tile["x"] + tile["width"] * 0.1) * fx), int((tile["x"] + tile["width"] * 0.9) * fx)
            y0, y1 = int((tile["y"] + tile["height"] * 0.1) * fy), int((tile["y"] + tile["height"] * 0.75) * fy)
            total = count = 0
            for y in range(y0, y1):
                for i in range(y * WIDTH + x0, y * WIDTH + x1):
                    total += abs(picture[i] - self.last_picture[i])
                    count += 1
            result[site["id"]] = round(total / max(1, count), 3)
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--room", default="tiep-dan")
    parser.add_argument("--key", required=True)
    parser.add_argument("--insecure", action="store_true", help="accept any HTTPS certificate")
    parser.add_argument("--tone", type=float, default=1000, help="Hz of the sine that is sent")
    parser.add_argument("--listen", type=lambda text: [float(f) for f in text.split(",")], default=[])
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--bitrate", type=int, default=600000)
    parser.add_argument("--seconds", type=float, default=0, help="0: until it is told to end")
    parser.add_argument("--report-every", type=float, default=1.0)
    parser.add_argument("--wrong-fingerprint", action="store_true", help="pretend that the SDP named another certificate")
    Gst.init(None)
    return Peer(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())

# tests/integration/line_cap.py - nine sites over one line of so many Mbit/s, measured on the wire.
#
# "On the wire": IP, UDP, SRTP, retransmissions, RTCP, probes, ICE and DTLS, both directions
# together, of every datagram to or from the bridge's media ports, by the kernel's time stamps,
# in every sliding window of 100 ms. Judged from the moment when all have joined and settled:
# cameras of diemcau-load begin at full rate before they are told what they may send.
import time

from bridge import Bridge
from wire import PORTS, WireMeter

FLOOR_SITE = "site-3"
FLOOR_HEIGHT = 720
RECOVERY_S = 10
PICTURE_FROM_MBPS = 10  # from here on everybody keeps a picture, the smallest if need be
STILL_MS = 2000


class Outcome:
    def __init__(self, mbps, figures, phases, events):
        self.mbps, self.figures, self.events = mbps, figures, events
        self.joining, self.phases = phases[0], phases[1:]
        self.sites = {s["site"]: s for s in figures["sites"]}

    def windows_above(self):
        return sum(phase["windowsAbove"] for phase in self.phases)

    def worst_share(self):
        return max(phase["sum"]["maxShare"] for phase in self.phases)

    def sound_gaps(self):
        """Of more than 60 ms, as packets come and as a jitter buffer plays them."""
        return sum(s["audio_gaps"] + s["heard"]["gaps"] for s in self.sites.values())

    def heights(self, site, second=None):
        """Of the pictures that @site got, at a second of the window, or all."""
        tiers = self.sites[site]["tiers"]
        if second is None:
            return [t["height"] for t in tiers]
        return [t["height"] for t in tiers if t["s"] <= second][-1:]

    def recovery_s(self):
        """From the line's return until every site had the size that it had before the line
        shrank; None: not all of them got it back."""
        worst = 0
        for site, figure in self.sites.items():
            before = self.heights(site, self.events["halved"])
            back = [t["s"] for t in figure["tiers"] if t["s"] >= self.events["restored"] and [t["height"]] == before]
            if self.heights(site, self.events["restored"]) == before:
                continue
            if not back:
                return None
            worst = max(worst, back[0] - self.events["restored"])
        return worst

    def faults(self):
        if self.windows_above():
            yield f"{self.windows_above()} windows above the cap, up to {100 * self.worst_share():.1f} % of it"
        if any(not s["connected"] or s["joins"] != 1 for s in self.sites.values()):
            yield "a session dropped"
        if self.figures["tiles_alive"] != 9:
            yield f"{self.figures['tiles_alive']} of 9 tiles alive"
        if self.sound_gaps():
            yield f"{self.sound_gaps()} gaps of more than 60 ms in the sound"
        still = {site: s["frame_gap_max_ms"] for site, s in self.sites.items() if s["frame_gap_max_ms"] > STILL_MS}
        if still and min(p["capKbps"] for p in self.phases) >= PICTURE_FROM_MBPS * 1000:
            yield f"{len(still)} sites without a picture for up to {max(still.values()) / 1000:.1f} s"
        if self.mbps >= 20 and "halved" not in self.events and min(self.heights(FLOOR_SITE)) < FLOOR_HEIGHT:
            yield f"the site with the floor had {self.heights(FLOOR_SITE)}"
        if "halved" in self.events:
            recovery = self.recovery_s()
            if recovery is None or recovery > RECOVERY_S:
                yield f"not as before {RECOVERY_S} s after the line came back"

    def row(self):
        faults = list(self.faults())
        sizes = {site: "/".join(f"{h}p" for h in self.heights(site)) for site in self.sites}
        others = sorted({size for site, size in sizes.items() if site not in ("hub", FLOOR_SITE)})
        mean = " > ".join(f"{p['sum']['meanKbps'] / 1000:.2f}" for p in self.phases)
        most = " > ".join(f"{p['sum']['maxKbps'] / 1000:.2f} ({100 * p['sum']['maxShare']:.1f} %)" for p in self.phases)
        ways = " > ".join(f"{p['up']['maxKbps'] / 1000:.2f}, {p['down']['maxKbps'] / 1000:.2f}" for p in self.phases)
        return " | ".join([
            "| " + " > ".join("%g" % (p["capKbps"] / 1000) for p in self.phases),
            mean, most, ways, f"{self.windows_above()} of {sum(p['datagrams'] for p in self.phases)}",
            f"{sizes['hub']}, {sizes[FLOOR_SITE]}, {', '.join(others)}", f"{self.sound_gaps()}",
            "-" if "halved" not in self.events else "never" if self.recovery_s() is None else f"{self.recovery_s():.1f}", "PASS |" if not faults else "FAIL: " + "; ".join(faults) + " |"])


HEADER = ("| line, Mbit/s | mean on the wire | fullest 100 ms | of the bridge, to the bridge alone | windows above | pictures of the hub, the floor, the others | gaps > 60 ms | s until as before | |\n"
          + "|---" * 9 + "|")


def demand(bridge, method, path, body):
    status, answer, _ = bridge.request(method, path, body, key=bridge.key("hub"))
    assert status in (200, 204), f"{method} {path}: {status} {answer}"


def run(mbps, seconds, halve_at=None, halve_for=None):
    """Nine sites via a line of @mbps; one has the floor. Halved from second @halve_at of the
    window for @halve_for seconds, if wanted. Returns: an Outcome."""
    events = {}
    with Bridge(sites=9, hub_via="line", media=PORTS, line={"mbps": mbps}) as bridge, WireMeter(mbps) as meter:
        load = bridge.start_load(sites=9, seconds=seconds)
        time.sleep(6)  # nine joins
        demand(bridge, "POST", "/v1/rooms/tiep-dan/floor", {"site": FLOOR_SITE})
        load.wait_for_window()
        begin = time.monotonic()
        meter.cap(mbps)
        if halve_at is not None:
            for name, wait_until, now_mbps in (("halved", halve_at, mbps / 2), ("restored", halve_at + halve_for, mbps)):
                time.sleep(max(0, begin + wait_until - time.monotonic()))
                demand(bridge, "PUT", "/v1/line", {"mbps": int(now_mbps)})
                events[name] = time.monotonic() - begin
                meter.cap(now_mbps)
        time.sleep(max(0, begin + seconds - 1 - time.monotonic()))
        phases = meter.phases()
        figures = load.result(seconds * 2 + 60)
    return Outcome(mbps, figures, phases, events)

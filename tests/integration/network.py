# tests/integration/network.py - cells of the network matrix: their lines, their limits, and how they are run.
#
# A cell is one site behind a bad line, both ways the same loss and delay; the rate is that of
# the downlink, on which the composed picture is (a camera of diemcau-load sends what the
# bridge asks for and has no estimator of its own; Chromium's has: network_matrix.py --chromium).
# Several cells run side by side on one bridge, each at a site of its own, beside clean sites.
from bridge import MODEST, Bridge

LOSSES = [0, 1, 5, 10, 20]           # percent, each way, independent
RTTS = [20, 100, 300]                # ms
LINKS = ["free", "drop", "1M"]       # drop: 3 -> 0.5 Mbit/s after a third of the window, each site's at a time of its own
DROPS_APART_S = 2                    # they share pictures: what one costs the others is not the line's doing
CELLS = [(loss, rtt, link) for loss in LOSSES for rtt in RTTS for link in LINKS]
# For CI: each loss once, each RTT, each link.
SUBSET = [(0, 100, "drop"), (1, 20, "free"), (5, 100, "1M"), (10, 100, "drop"), (20, 300, "1M")]
AT_ONCE = 3                          # of the nine sites; more of them share one small picture, and its keyframes
AT_ONCE_MAX = 6                      # the hub and two others stay clean

# What a row does not name is not limited there.
LIMITS = {
    0: {"freezes_200": 0, "concealed": 0.5},
    1: {"freezes_200": 0, "concealed": 0.5},
    5: {"freezes_300_per_min": 1, "concealed": 2},
    10: {"fps": 12, "frozen": 5, "concealed": 5},
    20: {"picture": True, "concealed": 12},
}
SOUND_MS = {20: 150, 100: 250}       # end to end, median: arrival of a marker + jitter buffer
PICTURE_MS = {20: 250, 100: 350}     # end to end, median: when a numbered frame is shown; the table has p95 as well
# When 3 Mbit/s become 0.5, what is in the queue takes six times as long, and nobody knows before a round trip: one freeze
# of up to a second and a round trip is excused there.
DROP_FREEZE_MS = 1000
# And sound that is behind what waits there, or finds the queue full, comes too late or not at all until the first report
# of it is answered: as long as the queue and a round trip.
QUEUE_MS = 300                       # diemcau-impair's own
TIER_L_FPS = 6                       # half of tier L's 12.5: below, it is not a picture


def line(cell, seconds, index=0):
    """The options of diemcau-load for a cell, the @index-th of its run, without the site."""
    loss, rtt, link = cell
    both = f"loss={loss},delay={rtt / 2:g}"
    rate = {"free": "", "1M": ",rate=1000", "drop": f",rate=3000;{seconds // 3 + DROPS_APART_S * index}s:rate=500"}[link]
    return both, both + rate


def arguments(cells, seconds):
    words = ["--red"]  # RFC 2198 for the sound, as Chromium offers it
    for index, cell in enumerate(cells):
        site = f"site-{index + 1}"
        up, down = line(cell, seconds, index)
        words += ["--relay-up", f"{site}:{up}", "--relay-down", f"{site}:{down}", "--decode", site]
    return words


class Result:
    """What the site of one cell saw and heard, and how that stands to the limits."""

    def __init__(self, cell, figures, site):
        self.cell = cell
        self.site = next(s for s in figures["sites"] if s["site"] == site)
        self.tile = next(t for t in figures["tiles"] if t["site"] == site)
        self.minutes = figures["window_s"] / 60
        self.picture_ms = self.site["video_latency_ms"]
        self.sound_ms = self.site["audio_latency_ms"]["p50"] + self.site["heard"]["buffer_ms"]
        self.faults = list(self.judge())

    def is_freeze_excused(self):
        _, rtt, link = self.cell
        return link == "drop" and self.site["frame_gap_max_ms"] <= DROP_FREEZE_MS + rtt

    def freezes(self, name):
        """Without the one that a drop of the rate excuses."""
        return max(0, self.site[name] - self.is_freeze_excused())

    def frozen_percent(self):
        excused_ms = self.site["frame_gap_max_ms"] if self.is_freeze_excused() else 0
        return max(0, self.site["frozen_percent"] - excused_ms / 10 / (60 * self.minutes))

    def judge(self):
        loss, rtt, _ = self.cell
        limits, site = LIMITS[loss], self.site
        if not site["connected"] or site["joins"] != 1:
            yield "the session dropped"
        if site["fps"] < limits.get("fps", TIER_L_FPS):
            yield f"{site['fps']:.1f} fps"
        if self.freezes("freezes") > limits.get("freezes_200", 10 ** 9):
            yield f"{site['freezes']} freezes over 200 ms"
        if self.freezes("freezes_300") > limits.get("freezes_300_per_min", 10 ** 9) * max(1, self.minutes):
            yield f"{site['freezes_300']} freezes over 300 ms"
        if self.frozen_percent() > limits.get("frozen", 100):
            yield f"frozen {self.frozen_percent():.1f} % of the time"
        excused = (QUEUE_MS + rtt) / 10 / (60 * self.minutes) if self.cell[2] == "drop" else 0
        if site["heard"]["concealed_percent"] > limits["concealed"] + excused:
            yield f"{site['heard']['concealed_percent']:.2f} % of the sound concealed"
        if self.sound_ms > SOUND_MS.get(rtt, 10 ** 9):
            yield f"sound after {self.sound_ms:.0f} ms"
        if self.picture_ms["p50"] > PICTURE_MS.get(rtt, 10 ** 9):
            yield f"picture after {self.picture_ms['p50']:.0f} ms"

    def is_late_at_p95(self):
        return self.picture_ms["p95"] > PICTURE_MS.get(self.cell[1], 10 ** 9)

    def row(self):
        loss, rtt, link = self.cell
        site, tile, down = self.site, self.tile, self.site["line"]["down"]
        tiers = " > ".join(f"{t['height']}p" for t in site["tiers"][-4:]) or "none"
        limited = down["capacityKbps"] > 0
        return " | ".join([
            f"| {loss} %", f"{rtt}", link, f"{site['fps']:.1f}", f"{site['freezes']} / {site['freezes_300']}",
            f"{site['frozen_percent']:.1f}", f"{site['frame_gap_max_ms']:.0f}",
            f"{site['heard']['concealed_percent']:.2f} ({site['heard']['recovered_percent']:.1f})", f"{site['heard']['gaps']}",
            f"{self.picture_ms['p50']:.0f} / {self.picture_ms['p95']:.0f}", f"{self.sound_ms:.0f}",
            f"{site['kbps_down']:.0f}", tiers,
            f"{100 * down['utilisation']:.0f} %, {down['queueMs']['p50']:.0f} / {down['queueMs']['p95']:.0f}" if limited else "-",
            f"{tile['fps']:.1f}, {tile['standstill_max_ms']:.0f}",
            "PASS |" if not self.faults else "FAIL: " + "; ".join(self.faults) + " |"])


HEADER = ("| loss | RTT ms | link | fps | freezes > 200 / 300 ms | frozen % | longest ms | sound concealed % (recovered) | gaps > 60 ms "
          "| picture p50 / p95 ms | sound ms | kbit/s | tiers | used, queue p50 / p95 ms | its tile at the hub: fps, longest ms | |\n"
          + "|---" * 16 + "|")


def run(cells, seconds, **overrides):
    """Runs up to AT_ONCE_MAX cells on one bridge. Returns: their Results, and the figures."""
    assert len(cells) <= AT_ONCE_MAX
    with Bridge(sites=9, **{"video": MODEST, **overrides}) as bridge:
        figures = bridge.load(*arguments(cells, seconds), sites=9, seconds=seconds)
    return [Result(cell, figures, f"site-{i + 1}") for i, cell in enumerate(cells)], figures


def clean_sites(figures):
    return [s for s in figures["sites"] if "line" not in s]

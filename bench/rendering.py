"""How fast a landing ship is drawn from above: one solid of 113 m, windows with shadow at 0.5 and 3 m, medians."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from roadstead.library import Overhead, SunView, form, overhead, solid_of
from roadstead.model import BandRole

BANDS = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR)
SIGHTS = {
    "nadir": SunView(sun_elevation_deg=40, sun_azimuth_deg=150),
    "25 deg off nadir": SunView(sun_elevation_deg=40, sun_azimuth_deg=150, off_nadir_deg=25, view_azimuth_deg=100),
}
REPEATS = 21


def main() -> None:
    """Print megapixels a second for each view and pixel size."""
    ship = solid_of(form("alligator-three-cranes"), length_m=113.0)
    print(f"{'view':18} {'pixel m':>8} {'pixels':>8} {'ms':>7} {'Mpx/s':>7}")
    for name, sight in SIGHTS.items():
        for pixel_m in (0.3, 0.5, 3.0):

            def drawn(sight: SunView = sight, pixel_m: float = pixel_m) -> Overhead:
                return overhead(ship, sight, heading_deg=30, pixel_m=pixel_m, bands=BANDS)

            drawn()  # compiles the kernels
            seconds = []
            for _ in range(REPEATS):
                start = perf_counter()
                pixels = drawn().cover.size
                seconds.append(perf_counter() - start)
            took = median(seconds)
            print(f"{name:18} {pixel_m:8.1f} {pixels:8d} {1e3 * took:7.2f} {pixels / took / 1e6:7.2f}")


if __name__ == "__main__":
    main()

"""The sensors that are simulated: pixel, bands, sharpness, noise, band timing; figures with their sources.

- Sentinel-2 MSI: 10 m bands, 20 m short-wave infrared delivered at 10 m; noise from signal-to-noise 154, 168, 142, 174
  and 100 at reference radiance; transfer function at Nyquist 0.15-0.3 (ESA, Sentinel-2 user handbook, 2015). Band
  times behind blue: Heiselberg 2019, Remote Sensing 11, 3014.
- PlanetScope: 3 m ortho pixels of a sensor that resolves less; SkySat: 0.8 m. Their noise and band times are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

from roadstead.model import BandRole, InputError

B, G, R, N, S = BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.SWIR16


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalSensor:
    """One optical sensor and its product."""

    constellation: str
    pixel_m: float
    bands: tuple[BandRole, ...]
    """in file order"""
    band_names: tuple[str, ...]
    """as the product calls them"""
    scale: float
    """reflectance per digital number"""
    offset: float
    """reflectance of digital number 0"""
    psf_px: tuple[float, ...]
    """standard deviation of the point-spread per band, pixels"""
    noise: tuple[float, ...]
    """standard deviation of reflectance in the dark, per band"""
    noise_gain: float
    """variance of reflectance that one unit of reflectance adds: shot noise"""
    delay_s: tuple[float, ...]
    """when each band sees a place, seconds behind the first"""
    samples: int
    """sub-pixels per pixel and axis at which ground is drawn"""
    margin_m: float
    """so far scenes reach beyond the area of interest"""
    mask: str
    """`scl` or `udm2`"""


SENTINEL_2 = OpticalSensor(
    constellation="sentinel-2",
    pixel_m=10.0,
    bands=(B, G, R, N, S),
    band_names=("B02", "B03", "B04", "B08", "B11"),
    scale=1e-4,
    offset=-0.1,
    psf_px=(0.56, 0.56, 0.58, 0.60, 1.1),
    noise=(4.0e-4, 3.5e-4, 3.5e-4, 4.0e-4, 4.0e-4),
    noise_gain=6e-6,
    delay_s=(0.0, 0.527, 1.005, 0.264, 1.468),
    samples=2,
    margin_m=1000.0,
    mask="scl",
)
PLANETSCOPE = OpticalSensor(
    constellation="planetscope",
    pixel_m=3.0,
    bands=(B, G, R, N),
    band_names=("blue", "green", "red", "nir"),
    scale=1e-4,
    offset=0.0,
    psf_px=(0.75, 0.75, 0.75, 0.85),
    noise=(1.2e-3, 1.2e-3, 1.2e-3, 1.5e-3),
    noise_gain=4e-5,
    delay_s=(0.0, 0.0, 0.0, 0.5),
    samples=1,
    margin_m=400.0,
    mask="udm2",
)
SKYSAT = OpticalSensor(
    constellation="skysat",
    pixel_m=0.8,
    bands=(B, G, R, N),
    band_names=("blue", "green", "red", "nir"),
    scale=1e-4,
    offset=0.0,
    psf_px=(0.8, 0.8, 0.8, 0.9),
    noise=(2.0e-3, 2.0e-3, 2.0e-3, 2.5e-3),
    noise_gain=1e-4,
    delay_s=(0.0, 0.06, 0.12, 0.18),
    samples=1,
    margin_m=60.0,
    mask="udm2",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarSensor:
    """One imaging radar and its detected product."""

    constellation: str
    pixel_m: float
    wavelength_m: float
    range_resolution_m: float
    """on the ground"""
    azimuth_resolution_m: float
    looks: float
    """equivalent number of looks"""
    noise_db: float
    """noise-equivalent sigma nought"""
    amplitude: float
    """digital number of sigma nought 1"""
    pulse_rate_hz: float
    speed_m_s: float
    """of the platform"""
    incidence_per_km: float
    """degrees of incidence per kilometre of ground range"""
    margin_m: float


SENTINEL_1 = RadarSensor(
    constellation="sentinel-1",
    pixel_m=10.0,
    wavelength_m=0.05547,
    range_resolution_m=20.4,
    azimuth_resolution_m=22.5,
    looks=4.4,
    noise_db=-27.0,
    amplitude=1000.0,
    pulse_rate_hz=1685.0,
    speed_m_s=7590.0,
    incidence_per_km=0.068,
    margin_m=1500.0,
)
"""IW GRD high resolution: ESA, Sentinel-1 product specification, tables of IW GRDH; pulse rate of IW2 (product
annotations)."""


def sensor_of(platform: str) -> OpticalSensor | RadarSensor:
    """The sensor of a platform name; raises InputError for one that is not simulated."""
    for sensor in (SENTINEL_1, SENTINEL_2, PLANETSCOPE, SKYSAT):
        if platform.startswith(sensor.constellation):
            return sensor
    raise InputError(f"platform {platform!r} is not simulated; write sentinel-1a, sentinel-2b, planetscope or skysat")

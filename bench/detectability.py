"""Draw the provisional P(detect) with its range and the counts behind it; writes docs/detectability.png."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

from roadstead.coverage import PROVISIONAL, RATES, p_detect_range
from roadstead.model import Modality

SENSORS = (("Sentinel-1 (22 m)", Modality.SAR, 22.0), ("Sentinel-2 (10 m)", Modality.OPTICAL, 10.0))
OUT = Path(__file__).resolve().parents[1] / "docs" / "detectability.png"


def main() -> None:
    """Two panels, one a sensor: at anchorages, and at ports where nobody knows who lies alongside."""
    lengths = np.linspace(10, 250, 121)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    for axis, (name, modality, resolved_m) in zip(axes, SENSORS, strict=True):
        for words, anchorage, hatch in (("anchorage", True, ""), ("port", False, "///")):
            ranges = [p_detect_range(float(n), modality, resolved_m, anchorage=anchorage) for n in lengths]
            axis.fill_between(
                lengths, [r.low for r in ranges], [r.high for r in ranges], alpha=0.35, hatch=hatch, label=words
            )
        open_water, quay = RATES[modality, False], RATES[modality, True]
        counts = f"open water {open_water.found} of {open_water.labelled}, alongside "
        counts += f"{quay.found} of {quay.labelled}" if quay.labelled else "no labels (assumed)"
        axis.set(title=f"{name}\n{counts}", xlabel="length of the ship, m", ylim=(0, 1))
        axis.legend(loc="lower right")
    axes[0].set_ylabel("P(detect), clear look")
    figure.suptitle(PROVISIONAL[0].upper() + PROVISIONAL[1:])
    figure.savefig(OUT, dpi=130, metadata={"Software": None})
    print(f"wrote {OUT.name}")


if __name__ == "__main__":
    main()

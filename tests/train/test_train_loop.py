"""Training with torch: resumed runs end where uninterrupted ones do, and the exported weights say the same."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch comes with roadstead[train] only")
pytest.importorskip("onnx", reason="onnx comes with roadstead[train] only")

from typing import TYPE_CHECKING  # noqa: E402

from roadstead.detection.optical_network import Network  # noqa: E402 - after the checks above
from roadstead.steps import stream  # noqa: E402
from roadstead.train import Example, Judging  # noqa: E402
from roadstead.train.examples import HULL, LAYERS, SHORE, WEIGHT  # noqa: E402
from roadstead.train.export import onnx_bytes  # noqa: E402
from roadstead.train.loop import Recipe, Training  # noqa: E402
from roadstead.train.patches import PatchMaker  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

MIRRORS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
RECIPE = Recipe(seed=3, steps=4)


def maker() -> PatchMaker:
    layers = stream(1, "layers").normal(0, 0.1, (150, 150, LAYERS)).astype(np.float32)
    layers[..., HULL:] = 0
    layers[..., SHORE], layers[..., WEIGHT] = 1, 1
    layers[70:76, 60:90, :5] = layers[70:76, 60:90, HULL] = 1
    ships = np.array([[73, 75, 30, 6, 0, 0]], np.float32)
    ids = (layers[..., HULL] > 0).astype(np.int16)
    one = Example(name="a", place="a", layers=layers, infrared=(True, True), native_m=8.0, ships=ships, ids=ids)
    return PatchMaker([one], None)


def weights(net: object) -> list[np.ndarray]:
    return [value.numpy() for value in net.state_dict().values()]  # type: ignore[attr-defined]


class KilledError(Exception):
    """Stands for a kill."""


def test_a_killed_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    whole = weights(Training(RECIPE, maker()).run(None, 1, lambda _step, _loss: None))

    def kill(step: int, _loss: float) -> None:
        if step == 2:
            raise KilledError

    checkpoint = tmp_path / "a.ckpt"
    with pytest.raises(KilledError):
        Training(RECIPE, maker()).run(checkpoint, 1, kill)
    steps: list[int] = []
    resumed = weights(Training(RECIPE, maker()).run(checkpoint, 1, lambda step, _loss: steps.append(step)))
    assert steps == [3, 4]
    assert all(np.array_equal(a, b) for a, b in zip(whole, resumed, strict=True))


def test_the_loss_falls() -> None:
    training = Training(Recipe(seed=1, steps=40), maker())
    training.run(None, 100, lambda _step, _loss: None)
    assert np.mean(training.losses[-5:]) < 0.8 * np.mean(training.losses[:5])


def test_the_exported_weights_say_what_torch_says(tmp_path: Path) -> None:
    net = Training(RECIPE, maker()).run(None, 1, lambda _step, _loss: None)
    path = tmp_path / "a.onnx"
    path.write_bytes(onnx_bytes(net, Judging(coefficients=(1.0, 2.0), threshold=0.3)))
    planes = stream(2, "planes").normal(0, 1, (9, 56, 40)).astype(np.float32)
    with torch.no_grad():
        outs = [[out.numpy()[0] for out in net(torch.from_numpy(planes[:, ::r, ::c].copy())[None])] for r, c in MIRRORS]
    logits = np.mean([out[0][:, ::r, ::c] for out, (r, c) in zip(outs, MIRRORS, strict=True)], axis=0)
    signs = [np.array([r, c, 1, 1, 1, r * c])[:, None, None] for r, c in MIRRORS]
    turned = zip(outs, MIRRORS, signs, strict=True)
    boxes = np.mean([out[1][:, ::r, ::c] * sign for out, (r, c), sign in turned], axis=0)
    loaded = Network(path)
    assert loaded.maps(planes)[0] == pytest.approx(1 / (1 + np.exp(-logits)), abs=1e-4)
    assert loaded.maps(planes)[1] == pytest.approx(boxes, abs=1e-3)
    assert loaded.judgement.threshold == 0.3
    assert loaded.judgement.coefficients == (1.0, 2.0)


def test_sides_that_are_no_multiple_of_eight_lose_nothing(tmp_path: Path) -> None:
    net = Training(RECIPE, maker()).run(None, 1, lambda _step, _loss: None)
    path = tmp_path / "a.onnx"
    path.write_bytes(onnx_bytes(net, Judging.plain()))
    maps, boxes = Network(path).maps(np.zeros((9, 3, 21), np.float32))
    assert maps.shape == (2, 3, 21)
    assert boxes.shape == (6, 2, 11)

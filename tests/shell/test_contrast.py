"""The colours keep the contrast that the design promises, and nobody paints past them."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CSS = ROOT / "static" / "css"
TOKENS = CSS / "tokens.css"
STYLES = sorted(CSS.glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BUDGET = 12 * 1024

TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    *[
        (text, ground, TEXT)
        for text in ("text", "text-soft")
        for ground in ("surface", "page", "sunken", "accent-soft")
    ],
    *[("accent", ground, TEXT) for ground in ("surface", "page", "accent-soft")],
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hover", TEXT),
    *[
        (tone, ground, TEXT)
        for tone in ("success", "warning", "danger", "info")
        for ground in ("surface", f"{tone}-soft")
    ],
    *[(tone, "accent-soft", TEXT) for tone in ("warning", "danger", "success")],
    *[("surface", tone, TEXT) for tone in ("success", "warning", "danger", "info")],
    ("hero", "on-hero", TEXT),
    ("on-toast", "toast", TEXT),
    ("hero-accent", "toast", SHAPE),
    ("on-poster", "poster", TEXT),
    ("on-paper", "paper", TEXT),
    ("paper-edge", "paper", SHAPE),
    *[("border-strong", ground, SHAPE) for ground in ("surface", "page", "sunken")],
    *[("focus", ground, SHAPE) for ground in ("surface", "page", "accent-soft")],
    ("chart-2", "surface", SHAPE),
    ("chart-1", "chart-rest", SHAPE),
    ("accent", "chart-rest", SHAPE),
]
PROMISED = {
    ("text", "surface"): (16.37, 14.53),
    ("text", "page"): (14.77, 16.16),
    ("text", "sunken"): (13.75, 12.57),
    ("text-soft", "surface"): (7.61, 8.75),
    ("text-soft", "page"): (6.87, 9.73),
    ("text-soft", "sunken"): (6.39, 7.57),
    ("text-soft", "accent-soft"): (6.21, 6.53),
    ("accent", "surface"): (7.85, 9.18),
    ("accent", "page"): (7.09, 10.21),
    ("accent", "accent-soft"): (6.41, 6.85),
    ("on-accent", "accent"): (7.85, 8.69),
    ("on-accent", "accent-hover"): (10.69, 10.45),
    ("success", "success-soft"): (5.75, 7.43),
    ("success", "surface"): (6.88, 9.42),
    ("warning", "warning-soft"): (6.35, 8.04),
    ("warning", "surface"): (7.48, 9.82),
    ("danger", "danger-soft"): (6.02, 7.76),
    ("danger", "surface"): (7.33, 8.99),
    ("info", "info-soft"): (7.03, 7.81),
    ("border-strong", "surface"): (3.89, 5.19),
    ("border-strong", "page"): (3.51, 5.77),
    ("border-strong", "sunken"): (3.26, 4.49),
    ("focus", "surface"): (6.11, 11.35),
    ("focus", "page"): (5.52, 12.62),
    ("focus", "accent-soft"): (4.99, 8.46),
    ("chart-2", "surface"): (3.48, 8.94),
    ("accent", "chart-rest"): (5.21, 5.45),
}

Colour = tuple[float, float, float]
RAW_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b(?=[^{]*[;}])|\b(?:rgb|hsl|hwb|lab|oklch)a?\(|:\s*(?:white|black|red)\b"
)


def declarations(block: str) -> dict[str, str]:
    return dict(re.findall(r"--color-([\w-]+):\s*([^;]+);", block))


def blocks(selector: str) -> list[str]:
    """The bodies of every rule with this selector in the token file."""
    return re.findall(re.escape(selector) + r"\s*\{([^{}]*)\}", TOKENS.read_text())


def light() -> dict[str, str]:
    return declarations(blocks(":root")[0])


def dark() -> dict[str, str]:
    return light() | declarations(blocks(':root[data-theme="dark"]')[0])


def solid(value: str) -> Colour:
    red, green, blue = (int(value[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def veiled(ground: Colour, veil: str, layers: int) -> Colour:
    """The ground under so many layers of `rgb(r g b / a%)`."""
    red, green, blue, percent = (float(part) for part in re.findall(r"[\d.]+", veil))
    alpha = percent / 100
    for _ in range(layers):
        mixed = [
            under + (over - under) * alpha for under, over in zip(ground, (red, green, blue), strict=True)
        ]
        ground = (mixed[0], mixed[1], mixed[2])
    return ground


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    shares = [part / 255 for part in colour]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


modes = pytest.mark.parametrize("mode", [light, dark], ids=["light", "dark"])


@modes
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_every_pair_can_be_read(
    mode: Callable[[], dict[str, str]], front: str, ground: str, least: float
) -> None:
    colours = mode()
    assert ratio(solid(colours[front]), solid(colours[ground])) >= least


@pytest.mark.parametrize(("pair", "promised"), PROMISED.items(), ids=["/".join(pair) for pair in PROMISED])
def test_the_computed_table_of_the_design_holds(pair: tuple[str, str], promised: tuple[float, float]) -> None:
    measured = [round(ratio(solid(mode()[pair[0]]), solid(mode()[pair[1]])), 2) for mode in (light, dark)]
    assert measured == pytest.approx(promised, abs=0.011)


@modes
@pytest.mark.parametrize(
    ("front", "least"), [("on-hero", TEXT), ("on-hero-soft", TEXT), ("hero-accent", SHAPE)]
)
def test_words_on_the_hero_stand_out_at_the_brightest_point_of_its_pattern(
    mode: Callable[[], dict[str, str]], front: str, least: float
) -> None:
    colours = mode()
    petal = veiled(solid(colours["hero"]), colours["hero-mark"], layers=2)
    assert ratio(solid(colours[front]), petal) >= least


def test_the_two_dark_blocks_say_the_same() -> None:
    by_system, by_choice = (
        blocks(f":root{which}")[0] for which in (':not([data-theme="light"])', '[data-theme="dark"]')
    )
    assert declarations(by_system) == declarations(by_choice)


def test_dark_colours_never_reach_paper() -> None:
    opened = re.findall(r"@media ([^{]+)\{\s*:root(?::not|\[data-theme)", TOKENS.read_text())
    assert len(opened) == 2
    assert all(query.startswith("screen") for query in opened)


@pytest.mark.parametrize("sheet", [path for path in STYLES if path != TOKENS], ids=lambda path: path.name)
def test_a_rule_takes_its_colours_from_the_tokens(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert not RAW_COLOUR.findall(rules)


@pytest.mark.parametrize("sheet", [path for path in STYLES if path != TOKENS], ids=lambda path: path.name)
def test_a_rule_uses_only_tokens_that_exist(sheet: Path) -> None:
    known = set(re.findall(r"(--[\w-]+):", TOKENS.read_text()))
    assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text())) <= known


@pytest.mark.parametrize("sheet", STYLES, ids=lambda path: path.name)
def test_a_stylesheet_stays_within_400_lines(sheet: Path) -> None:
    assert len(sheet.read_text().splitlines()) <= 400


def test_what_every_page_and_the_staff_load_stays_within_12_kilobytes() -> None:
    shared = [CSS / name for name in ("tokens.css", "base.css", "staff.css")]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in shared) <= BUDGET


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_page_carries_no_style_and_no_script_of_its_own(page: Path) -> None:
    markup = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.DOTALL)
    assert not re.findall(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style\b|<script(?![^>]*\ssrc=)", markup)

"""How the pages look: contrast computed from the stylesheet, focus that is seen, targets that a thumb hits."""

import re

import httpx

AA_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
AA_CONTRAST_GRAPHIC = 3  # WCAG 2.2, 1.4.11


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    wide = "".join(two * 2 for two in digits) if len(digits) == 3 else digits
    channels = [int(wide[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_text_and_pictures_are_readable_in_light_and_in_dark(anybody: httpx.AsyncClient) -> None:
    css = (await anybody.get("/style.css")).text
    schemes = re.findall(r":root \{(.*?)\}", css)
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+)", scheme))
        texts = [(one, ground) for one in ("ink", "quiet", "act", "bad") for ground in ("paper", "soft")]
        areas = [("ink", f"level-{level}") for level in range(1, 5)]
        for one, other in [*texts, *areas, ("on-act", "act"), ("on-demo", "demo"), ("paper", "ink")]:
            assert contrast(colours[one], colours[other]) >= AA_CONTRAST, (one, other)
        graphics = [("line", "paper"), ("fill", "paper"), ("second", "paper"), ("bad", "paper"), ("act", "level-1")]
        for one, other in graphics:
            assert contrast(colours[one], colours[other]) >= AA_CONTRAST_GRAPHIC, (one, other)


async def test_focus_is_never_hidden_and_targets_are_large_enough(anybody: httpx.AsyncClient) -> None:
    css = (await anybody.get("/style.css")).text
    assert re.search(r"a:focus-visible, button:focus-visible.*outline: 3px solid", css)
    removed = re.findall(r"([^{}]+)\{[^}]*outline: none", css)
    assert [one.strip() for one in removed] == ["main:focus"]
    assert "min-height: 2.75rem" in css
    assert "position: fixed" not in css

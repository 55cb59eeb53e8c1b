"""Another year with other pots, keys, ladder and conditions is one file and no code."""

from pathlib import Path

from allocation.engine import Report, compute, load_rules_file
from tests.engine.factories import amounts, award, by_ladder, by_weight, pot_text, rule_text, step

GRANT = rule_text(
    pot_text("population", 1000, by_weight("inhabitants")),
    pot_text("posts", 700, by_weight("reported"), 'measure = "reported"\ncomparison = "above"\nvalue = 9'),
    pot_text(
        "small",
        300,
        by_weight("equal"),
        'measure = "inhabitants"\ncomparison = "at-most"\nvalue = 20_000',
        'measure = "planned-rate"\ncomparison = "below"\nagainst = "threshold"',
    ),
    pot_text("levels", 5000, by_ladder("reported-rate", ("1.5", 1000), ("2.0", 4000))),
    pot_text(
        "growth",
        900,
        by_weight("increase", cap_kr=50),
        'measure = "increase"\ncomparison = "above"\nvalue = 0',
    ),
    total_kr=8000,
    administration_kr=100,
    per_inhabitants=1000,
    decimals=1,
    threshold="1.5",
)
REPORTS = [
    Report("A", 10_000, 10, 15),
    Report("B", 20_000, 20, 39),
    Report("C", 30_000, 60, 60),
    Report("D", 10_000, 20, 9),
    Report("E", 10_000, 14, None),
]


def test_the_grant_is_computed_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "test-2030.toml"
    path.write_text(GRANT, encoding="utf-8")
    allocation = compute(load_rules_file(path), REPORTS)

    # Rates per 1 000 with one decimal: A 1.0 -> 1.5, B 1.0 -> 1.95 up to 2.0, C 2.0, D 2.0 -> 0.9.
    assert [str(region.reported_rate) for region in allocation.regions] == [
        "1.5",
        "2.0",
        "2.0",
        "0.9",
        "None",
    ]
    assert amounts(allocation) == {
        # 1000·1/7 = 142.86, 2/7 = 285.71, 3/7 = 428.57, 1/7 = 142.86: the floors leave three kronor.
        # 700 to 15, 39 and 60 of 114 posts: 92.11, 239.47, 368.42: one krona is left, to B.
        # Claims 1000 + 4000 + 4000 = 9000 of 5000: 555.56, 2222.22, 2222.22: one krona is left, to A.
        # 24 extra posts at 50 kr are more than 900 kr: 900·5/24 = 187.5 and 900·19/24 = 712.5, a tie.
        "A": {"population": 143, "posts": 92, "small": 150, "levels": 556, "growth": 188},
        "B": {"population": 286, "posts": 240, "small": 150, "levels": 2222, "growth": 712},
        "C": {"population": 428, "posts": 368, "small": 0, "levels": 2222, "growth": 0},
        "D": {"population": 143, "posts": 0, "small": 0, "levels": 0, "growth": 0},
        "E": {"population": 0, "posts": 0, "small": 0, "levels": 0, "growth": 0},
    }
    reasons = {
        code: [found.reason for found in region.awards]
        for code, region in zip("ABCDE", allocation.regions, strict=True)
    }
    assert reasons["C"][2] == "inhabitants-above-maximum"
    assert reasons["C"][4] == "increase-at-or-below-minimum"
    assert reasons["D"] == [
        "eligible",
        "reported-at-or-below-minimum",
        "planned-rate-at-or-above-threshold",
        "reported-rate-below-first-step",
        "increase-at-or-below-minimum",
    ]
    assert set(reasons["E"]) == {"not-reported"}


def test_a_ladder_on_rates_tells_the_posts_to_its_next_step(tmp_path: Path) -> None:
    path = tmp_path / "test-2030.toml"
    path.write_text(GRANT, encoding="utf-8")
    allocation = compute(load_rules_file(path), REPORTS)
    climbing = step(award(allocation, "A", "levels"), "ladder-step")
    # 19.5 posts per 10 000 round to 2.0; the 20th post is the first whole one.
    assert (climbing.notes["next_at"].value, climbing.notes["posts_to_next"].value) == ("2.0", 5)
    below = award(allocation, "D", "levels").trace[-1]
    assert (below.notes["reported_needed"].value, below.notes["posts_more"].value) == (15, 6)

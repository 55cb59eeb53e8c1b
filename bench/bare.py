"""The bare arithmetic of the grant at-2022, as a careful programmer would write it for this grant alone.

Whole numbers throughout and the same kronor as the engine, but no rule file, no checks of the
input, no reasons and no trace.
"""

Row = tuple[str, int, int, int | None]  # code, inhabitants, planned, reported; in code order
Awards = dict[str, tuple[int, int, int]]

THRESHOLD = 1535  # hundredths of posts per 100 000 inhabitants
STEPS = ((40, 42_000_000), (30, 31_500_000), (20, 21_000_000), (15, 15_750_000), (10, 10_500_000))


def allocate(rows: list[Row]) -> Awards:
    """Kronor from the three pots for every region."""
    god: list[tuple[str, int]] = []
    more: list[tuple[str, int]] = []
    claims: list[tuple[str, int]] = []
    for code, inhabitants, planned, reported in rows:
        if reported is None:
            continue
        increase = reported - planned
        if (20_000_000 * planned + inhabitants) // (2 * inhabitants) >= THRESHOLD:
            rate = (20_000_000 * reported + inhabitants) // (2 * inhabitants)
            if rate >= THRESHOLD:
                god.append((code, rate))
                if increase >= 1:
                    more.append((code, increase))
        elif increase >= 10:
            for at, amount_kr in STEPS:
                if increase >= at:
                    claims.append((code, amount_kr))
                    break
    extra = sum([weight for _, weight in more])
    claimed = sum([weight for _, weight in claims])
    from_god = divide(124_000_000, god)
    from_more = divide(min(164_000_000, 2_000_000 * extra), more)
    from_claims = divide(84_000_000, claims) if claimed > 84_000_000 else dict(claims)
    return {
        row[0]: (from_god.get(row[0], 0), from_more.get(row[0], 0), from_claims.get(row[0], 0))
        for row in rows
    }


def divide(amount_kr: int, weights: list[tuple[str, int]]) -> dict[str, int]:
    """Share out an amount by largest remainder, ties to the first."""
    total = sum([weight for _, weight in weights])
    if total == 0:
        return {}
    kronor = {code: amount_kr * weight // total for code, weight in weights}
    left = amount_kr - sum(kronor.values())
    ranked = sorted(weights, key=lambda pair: -(amount_kr * pair[1] % total))
    for code, _ in ranked[:left]:
        kronor[code] += 1
    return kronor

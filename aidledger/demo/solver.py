"""Solves for numbers of payments per amount with an exact count and sum; apportions shares; spreads sequences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain
from itertools import count as powers


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` into whole shares close to the weights (largest remainders); they add up to it.

    No share exceeds its weight if the total does not exceed their sum. Raises ValueError for a positive total without
    weights.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError(total)
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def spread(counts: Sequence[int]) -> list[int]:
    """Each index as often as its count, so that every stretch of the list has about the same mix."""
    whole = sum(counts)
    used = [0] * len(counts)
    sequence = []
    for place in range(1, whole + 1):
        # The one furthest behind its share so far; one that is used up is never behind at the end.
        i = max(range(len(counts)), key=lambda i: counts[i] * place - used[i] * whole)
        used[i] += 1
        sequence.append(i)
    return sequence


def mix(count: int, total_fen: int, amounts_fen: Sequence[int], weights: Sequence[int]) -> list[int] | None:
    """The number of payments of each amount that make ``count`` payments of ``total_fen``; None if impossible.

    The mix is as close to the weights as the mean allows: nearly all of it comes from the proportional mix, and the
    rest is solved exactly; if that fails, less and less comes from it, in the end nothing, so that a solution is found
    whenever there is one. The work grows with the square of the span from the least to the greatest amount, counted in
    their common step.
    """
    if not amounts_fen or not count * min(amounts_fen) <= total_fen <= count * max(amounts_fen):
        return None
    wanted = [int(share) for share in _proportional(count, total_fen, amounts_fen, weights)]
    for spared in chain((0,), (2**power for power in powers())):
        taken = [max(0, share - spared) for share in wanted]
        taken_fen = sum(n * amount for n, amount in zip(taken, amounts_fen, strict=True))
        rest = _exact(count - sum(taken), total_fen - taken_fen, amounts_fen)
        if rest is not None:
            return [a + b for a, b in zip(taken, rest, strict=True)]
        if not any(taken):
            break
    return None


def _proportional(count: int, total_fen: int, amounts_fen: Sequence[int], weights: Sequence[int]) -> list[Fraction]:
    """The weights' mix, blended with the least or greatest amount until its sum is the total."""
    whole = sum(weights)
    mean = Fraction(sum(a * w for a, w in zip(amounts_fen, weights, strict=True)), whole)
    wanted = Fraction(total_fen, count) if count else mean
    end = max(amounts_fen) if wanted > mean else min(amounts_fen)
    blend = (wanted - mean) / (end - mean) if wanted != mean else Fraction(0)
    shares = [(1 - blend) * weight / whole for weight in weights]
    shares[list(amounts_fen).index(end)] += blend
    return [count * share for share in shares]


def _exact(count: int, total_fen: int, amounts_fen: Sequence[int]) -> list[int] | None:
    """An exact solution with as few payments as possible other than of the least and greatest amounts.

    Measured from the least amount in common steps, the least is a coin of 0 and the greatest one of ``span``. Any
    ``span`` other coins hold some whose sum is a multiple of ``span``, and these can be changed into ends: so fewer
    than ``span`` middle coins are ever needed, and it is enough to look for the sum of k of them, k growing, that
    leaves whole multiples of ``span`` for the rest.
    """
    least, greatest = min(amounts_fen), max(amounts_fen)
    rest = total_fen - count * least
    if not 0 <= rest <= count * (greatest - least):
        return None
    solution = [0] * len(amounts_fen)
    if least == greatest:
        solution[0] = count
        return solution
    step = math.gcd(*(amount - least for amount in amounts_fen))
    if rest % step:
        return None
    coins = [(amount - least) // step for amount in amounts_fen]
    middle = _middle_coins(count, rest // step, coins)
    if middle is None:
        return None
    for coin in middle:
        solution[coins.index(coin)] += 1
    greatest_count = (rest // step - sum(middle)) // max(coins)
    solution[coins.index(max(coins))] += greatest_count
    solution[coins.index(0)] += count - len(middle) - greatest_count
    return solution


def _middle_coins(count: int, rest: int, coins: Sequence[int]) -> list[int] | None:
    """The fewest coins other than the ends that leave the rest to the ends; None if there are none."""
    span = max(coins)
    between = sorted({coin for coin in coins if 0 < coin < span})
    sums = [1]  # sums[k]: bit s is set if k coins can make s
    while True:
        k = len(sums) - 1
        lowest = max(0, rest - (count - k) * span)  # below it, too few payments are left for the rest
        first = lowest + (rest - lowest) % span
        for total in range(first, min(rest, k * span) + 1, span):
            if sums[k] >> total & 1:
                return _coins_of(total, sums, between)
        if not between or k == min(count, span - 1):
            return None
        reachable = 0
        for coin in between:
            reachable |= sums[k] << coin
        sums.append(reachable)


def _coins_of(total: int, sums: Sequence[int], coins: Sequence[int]) -> list[int]:
    chosen = []
    for earlier in reversed(sums[:-1]):
        coin = next(coin for coin in coins if coin <= total and earlier >> (total - coin) & 1)
        chosen.append(coin)
        total -= coin
    return chosen

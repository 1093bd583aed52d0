"""Exact SHAP values of every leaf of every tree, as path-dependent TreeSHAP defines them.

Lundberg, Erion, Lee: Consistent individualized feature attribution for tree ensembles, 2018, computed as the
Shapley values of the game v(S) = expected value of the tree when only the features in S are known, their
answers those of the client, the others averaged with the weights of the leaves below.
"""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
AT_A_TIME = 1 << 18  # doubles of intermediate results, which thus stay in the processor's cache


def shap_table(column: Ints, values: Doubles, weights: Doubles) -> tuple[Doubles, Doubles]:
    """The table (trees × leaves, depth + 1) that Leaves looks up in, and the mean of each tree (trees,).

    `column` (trees, depth) is the feature of each question, negative for one that fills up; `values` and
    `weights` have shape (trees, leaves).
    """
    trees, depth = column.shape
    table = np.empty((trees, 1 << depth, depth + 1))
    means = np.empty(trees)
    patterns, which = _patterns(column)
    chunk = max(AT_A_TIME >> 2 * depth, 1)
    for start in range(0, trees, chunk):
        part = slice(start, start + chunk)
        game = _game(values[part], weights[part])
        table[part, :, :depth] = (patterns[which[part]] @ game).transpose(0, 2, 1)
        means[part] = game[:, 0, 0]
    table[:, :, :depth][np.broadcast_to((column < 0)[:, None, :], (trees, 1 << depth, depth))] = 0.0
    table[:, :, depth] = values
    return table.reshape(-1, depth + 1), means


def _game(values: Doubles, weights: Doubles) -> Doubles:
    """v[tree, S, leaf]: S has bit s set when the question s is answered as on the way to that leaf.

    Questions are taken from the deepest, which is the first, to the root. Where all weights are 0, so is
    every value: a part that a shorter tree does not have, or that nobody reached.
    """
    trees, leaves = values.shape
    game = values[:, None, :]
    for question in range(leaves.bit_length() - 1):
        shape = (trees, -1, leaves >> question + 1, 2, 1 << question)
        below = weights.reshape(shape).sum(axis=4, keepdims=True)
        total = below.sum(axis=3, keepdims=True)
        share = np.divide(below, total, out=np.zeros_like(below), where=total > 0)
        known = game.reshape(shape)
        averaged = np.broadcast_to((known * share).sum(axis=3, keepdims=True), known.shape)
        game = np.concatenate([averaged, known], axis=1).reshape(trees, -1, leaves)
    return game


def _patterns(column: Ints) -> tuple[Doubles, Ints]:
    """The matrices (patterns, depth, 2^depth) that turn a game into SHAP values, and each tree's among them.

    Trees whose questions repeat features in the same places share one.
    """
    filled = np.where(column < 0, -1 - np.arange(column.shape[1]), column)
    first = (filled[:, :, None] == filled[:, None, :]).argmax(axis=2)
    found, which = np.unique(first, axis=0, return_inverse=True)
    return np.stack([_shapley(tuple(row)) for row in found.tolist()]), which.ravel()


@cache
def _shapley(first: tuple[int, ...]) -> Doubles:
    """Shapley weights (depth, 2^depth), where question s is about the same feature as question first[s]."""
    depth = len(first)
    players = sorted(set(first))
    count = len(players)
    coalitions = np.arange(1 << count)
    member = coalitions[:, None] >> np.arange(count) & 1
    bits = np.array([sum(1 << s for s in range(depth) if first[s] == player) for player in players])
    mask = member @ bits if count else coalitions
    sizes = member.sum(axis=1)
    weight = np.array([factorial(n) * factorial(count - n - 1) / factorial(count) for n in range(count)])
    matrix = np.zeros((depth, 1 << depth))
    for place, player in enumerate(players):
        without = member[:, place] == 0
        matrix[player, mask[without]] = -weight[sizes[without]]
        matrix[player, mask[without] + bits[place]] = weight[sizes[without]]
    return matrix

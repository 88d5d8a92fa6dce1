"""Estimate pi with random points in a square; the argument is the task's index."""

import sys

import numpy as np

if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
    sys.exit(f"give one index, a whole number, not {sys.argv[1:]}")
index = int(sys.argv[1])

np.random.seed(1)
x, y = np.random.random((2, 1_000_000))

inside = np.count_nonzero(x**2 + y**2 < 1)
print(f"task {index}: pi is about {4 * inside / len(x):.4f}")

"""Find the best number of neighbours for handwritten digits, in several processes."""

import argparse
import time

from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--n-jobs", type=int, required=True, metavar="PROCESSES")
n_jobs = parser.parse_args().n_jobs

X, y = load_digits(return_X_y=True)
start = time.perf_counter()
neighbors = {"n_neighbors": [1, 2, 4, 8, 16, 32, 64]}
search = GridSearchCV(KNeighborsClassifier(), neighbors, n_jobs=n_jobs)
search.fit(X, y)
seconds = time.perf_counter() - start
print(f"n_jobs={n_jobs}: {search.best_params_}")
print(f"{seconds:.1f} seconds")

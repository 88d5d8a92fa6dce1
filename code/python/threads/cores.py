"""Print how many cores this job has, and how many the program sees. Needs Linux."""

import os

import joblib
import numpy  # noqa: F401 (brings OpenBLAS along)
from threadpoolctl import threadpool_info

print("SLURM_CPUS_PER_TASK    ", os.environ.get("SLURM_CPUS_PER_TASK", "not set"))
print("os.cpu_count()         ", os.cpu_count())
print("os.sched_getaffinity(0)", len(os.sched_getaffinity(0)))
print("joblib with n_jobs=-1  ", joblib.effective_n_jobs(-1))
for library in threadpool_info():
    print(f"threads of {library['internal_api']:12}", library["num_threads"])

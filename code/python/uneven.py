"""Stand in for a program whose runs need different memory and time.

Reads one row of inputs.csv, and writes uneven/uneven_INDEX.json.
"""

import csv
import json
import sys
import time
import uuid
from pathlib import Path

index = int(sys.argv[1])
with open("inputs.csv", newline="", encoding="utf-8") as file:
    rows = {int(row["index"]): row for row in csv.DictReader(file)}
if index not in rows:
    sys.exit(f"index {index} is not in inputs.csv")
run = {name: int(rows[index][name]) for name in ("megabytes", "seconds")}

data = bytearray(run["megabytes"] * 10**6)
time.sleep(run["seconds"])
run["bytes"] = len(data)

result_file = Path("uneven") / f"uneven_{index}.json"
result_file.parent.mkdir(exist_ok=True)
unfinished = result_file.with_name(f".{uuid.uuid4().hex}.{result_file.name}")
unfinished.write_text(json.dumps({"index": index, "runs": [run]}))
unfinished.replace(result_file)
print(f"wrote {result_file}")

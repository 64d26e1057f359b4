#!/usr/bin/env python3
"""What does an archive cost that is taken at once? Articles of our own making: few or many, of one day or of many, in any order.

    python3 benches/ingest_spread.py target/release/dateline WORK

Prints part files and CPU seconds, before and after `dateline compact`. WORK is a folder for inputs and tables; it is made and left.
"""
import datetime
import json
import os
import random
import sys

from ingest_growth import article

# Articles, days that they are spread over, how they lie in the file, records a commit.
CASES = [
    (6000, 1, "sorted", 2000),
    (120_000, 1, "sorted", 2000),
    (6000, 2000, "sorted", 2000),
    (6000, 2000, "mixed", 2000),
    (6000, 2000, "mixed", 20_000),
]


def spent(dateline, *arguments):
    """Runs it; gives CPU seconds and peak memory in MB."""
    process = os.spawnv(os.P_NOWAIT, dateline, [dateline, *arguments, "--quiet"])
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def files(out):
    return sum(len(names) for folder, _, names in os.walk(out) if "date=" in folder)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    dateline, work = sys.argv[1:3]
    os.makedirs(work)
    print("articles  days  order   commit  CPU s  MB   files  compact: CPU s  MB   files")
    for articles, days, order, commit in CASES:
        dice = random.Random(7)
        day = [str(datetime.date(2024, 5, 6) - datetime.timedelta(days=n * days // articles)) for n in range(articles)]
        if order == "mixed":
            dice.shuffle(day)
        name = os.path.join(work, f"{articles}-{days}-{order}-{commit}")
        with open(f"{name}.jsonl", "w", encoding="utf-8") as out:
            for n in range(articles):
                out.write(json.dumps(article(dice, n, day[n])) + "\n")
        seconds, memory = spent(dateline, "ingest", f"{name}.jsonl", "--out", name, "--commit-records", str(commit))
        before = files(name)
        again, peak = spent(dateline, "compact", "--out", name)
        print(
            f"{articles:8}  {days:4}  {order:6}  {commit:6}  {seconds:5.1f}  {memory:3.0f}  {before:5}  "
            f"{again:14.1f}  {peak:3.0f}  {files(name):5}",
            flush=True,
        )


if __name__ == "__main__":
    main()

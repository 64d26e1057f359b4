#!/usr/bin/env python3
"""Do other programs read the tables of `dateline ingest` as they lie? Rows of each table as each of them counts them.

    python3 benches/readers.py target/release/dateline TABLES

Asks those of polars, pandas, DuckDB and Spark (pip: polars, pandas with pyarrow, duckdb, pyspark) that are there, with partition
discovery, and DuckDB through `dateline views` as well. Exit code 1 where two differ.
"""
import glob
import importlib.util
import os
import subprocess
import sys


def polars(path):
    import polars as pl

    return pl.scan_parquet(path, hive_partitioning=True, hive_schema={"date": pl.String}).select("date").collect().height


def pandas(path):
    import pandas as pd

    return int(pd.read_parquet(path)["date"].notna().sum())


def duckdb(path):
    import duckdb

    files = f"read_parquet('{path}/*/*.parquet', hive_partitioning = true, hive_types = {{'date': varchar}})"
    return duckdb.sql(f"select count(date) from {files}").fetchall()[0][0]


def spark(path):
    from pyspark.sql import SparkSession

    build = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    build = build.config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    session = build.getOrCreate()
    return session.read.parquet(path).select("date").count()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    dateline, tables = sys.argv[1:]
    readers = {"polars": polars, "pandas": pandas, "duckdb": duckdb, "pyspark": spark}
    readers = {name: read for name, read in readers.items() if importlib.util.find_spec(name)}
    differ = False
    for path in sorted(glob.glob(os.path.join(tables, "[a-z]*"))):
        counts = {name: read(path) for name, read in readers.items()}
        differ |= len(set(counts.values())) > 1
        print(f"{os.path.basename(path):10}", " ".join(f"{name} {n}" for name, n in counts.items()), flush=True)
    if "duckdb" in readers:
        import duckdb as db

        script = subprocess.run([dateline, "views", "--out", tables], check=True, capture_output=True, text=True).stdout
        views = db.connect()
        views.execute(script)
        names = [name for (name,) in views.execute("select view_name from duckdb_views() where not internal").fetchall()]
        for name in sorted(names):
            print(f"view {name}: {views.execute(f'select count(*) from {name}').fetchall()[0][0]}")
    sys.exit(differ)


if __name__ == "__main__":
    main()

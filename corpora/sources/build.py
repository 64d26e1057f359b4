#!/usr/bin/env python3
"""Builds the three binary sample files from the readable sources beside this script.

    pip install polars==2.1.0 zstandard==0.25.0 && python3 build.py [OUTPUT_FOLDER]

The default output folder is ../sample. With the same versions the bytes are the same each time:
the gzip header carries no time and no name, and the Parquet file is written from one row group.
"""
import csv
import gzip
import io
import pathlib
import sys

import polars
import zstandard

HERE = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "sample"


def gzipped(data):
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as out:
        out.write(data)
    return buffer.getvalue()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "agency.jsonl.gz").write_bytes(gzipped((HERE / "agency.jsonl").read_bytes()))
    archive = (HERE / "archive.jsonl").read_bytes()
    packer = zstandard.ZstdCompressor(level=19, write_checksum=True)
    (OUT / "archive.jsonl.zst").write_bytes(packer.compress(archive))
    with open(HERE / "export.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    frame = polars.DataFrame(columns, schema={name: polars.String for name in columns})
    frame.write_parquet(OUT / "export.parquet", compression="zstd", row_group_size=len(rows))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Builds the binary files of corpora/formats from the readable ones there: a crawl, archives, a Word export.

    python3 formats.py [OUTPUT_FOLDER]

Only the standard library is used; with one version of zlib the bytes are the same each time.
"""
import gzip
import io
import pathlib
import sys
import tarfile
import zipfile

FORMATS = pathlib.Path(__file__).resolve().parent.parent / "formats"
OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FORMATS
TIME = (2024, 11, 18, 12, 0, 0)


def record(kind, block, *headers):
    lines = ["WARC/1.0", f"WARC-Type: {kind}", "WARC-Date: 2024-11-18T12:00:00Z", *headers, f"Content-Length: {len(block)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(url, status, headers, body):
    block = f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body
    return record("response", block, f"WARC-Target-URI: {url}", "Content-Type: application/http; msgtype=response")


def crawl():
    page = (FORMATS / "page.html").read_bytes()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(page[i:i + 700]), page[i:i + 700]) for i in range(0, len(page), 700)) + b"0\r\n\r\n"
    packed = gzip.compress(page.replace(b"Velta", b"Nolm"), mtime=0)
    html = "Content-Type: text/html; charset=utf-8\r\n"
    return [
        record("warcinfo", b"software: by hand\r\n", "Content-Type: application/warc-fields"),
        response("https://harbour-gazette.example/a", "200 OK", html + "Transfer-Encoding: chunked", chunks),
        response("https://harbour-gazette.example/b", "200 OK", html + "Content-Encoding: gzip", packed),
        response("https://harbour-gazette.example/c", "301 Moved", html + "Location: /a", b""),
        response("https://harbour-gazette.example/d.png", "200 OK", "Content-Type: image/png", b"\x89PNG"),
    ]


def word():
    lines = ["Date and Time: Monday, 18. November 2024", "Documents (2)", "1. Lighthouse at Marn sold", "2. Marn denies sale"]
    for title, date, section, body in [
        ("Lighthouse at Marn sold", "November 18, 2024 Monday 9:20 AM GMT", "NEWS; Version:2",
         ["The lighthouse at Marn was sold on Monday.", "Keepers accused the council of haste."]),
        ("Marn denies sale", "November 19, 2024 Tuesday 1:04 PM GMT", "POLITICS; Version:1",
         ["The council of Marn denied on Tuesday that the lighthouse had been sold below its price."]),
    ]:
        lines += ["", title, "Harbour Gazette", date, "", f"Section: {section}", "Length: 20 words", "Byline: Ilona Brandt", "Body", "",
                  *body, "", "End of Document"]
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{space}"><w:body>{paragraphs}</w:body></w:document>'


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name, data in files:
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, data)
    return buffer.getvalue()


def tarred(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as out:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            out.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    members = crawl()
    (OUT / "crawl.warc").write_bytes(b"".join(members))
    (OUT / "crawl.warc.gz").write_bytes(b"".join(gzip.compress(m, mtime=0) for m in members))
    (OUT / "lexisnexis.docx").write_bytes(zipped([("word/document.xml", word())]))
    read = lambda name: (FORMATS / name).read_bytes()
    inner = zipped([("in/story.xml", read("story.nitf.xml"))])
    (OUT / "mixed.zip").write_bytes(zipped([("feeds/feed.rss", read("feed.rss")), ("page.html", read("page.html")), ("inner.zip", inner),
                                            ("logo.png", b"\x89PNG\r\n"), ("__MACOSX/._page.html", b"x")]))
    long = "a-folder-with-a-name-that-is-longer-than-the-hundred-bytes-of-a-header/" * 2
    (OUT / "mixed.tar.gz").write_bytes(gzip.compress(tarred([(long + "wire.txt", read("wire.iptc7901")), ("message.eml", read("message.eml"))]), mtime=0))


if __name__ == "__main__":
    main()

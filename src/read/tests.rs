use super::open::BOM;
use super::*;
use std::fs;
use std::io::Write;
use tempfile::{TempDir, tempdir};

/// One line a record: number, then title and body, or the code of the reject.
fn read_with(name: &str, bytes: &[u8], options: ReadOptions) -> Vec<String> {
    let dir = tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    let reader = open(&[path], options).unwrap();
    let (done, total) = reader.progress();
    let records = reader.map(|record| match record {
        Ok(a) => format!("{} {}|{}", a.input_record, a.title, a.body),
        Err(r) => format!("{} {}", r.input_record, r.code),
    });
    let records = records.collect();
    assert_eq!(done.load(Ordering::Relaxed), total, "{name}: progress ends at the total");
    records
}

fn read(name: &str, bytes: &[u8]) -> Vec<String> {
    read_with(name, bytes, ReadOptions::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

const LINES: &[u8] = b"{\"title\":\"One\",\"text\":\"Rain fell.\"}\n\n{\"title\":\"Two\",\"text\":\n{\"text\":\"\\ud83d\"}\n[1]\n{\"title\":\"None\",\"text\":\"None\"}\n\xff\n{\"headline\":\"Six\",\"content\":\"Sun.\"}";

#[test]
fn a_bad_line_costs_that_line() {
    let want = [
        "1 One|Rain fell.",
        "2 broken_json",
        "3 broken_json",
        "4 broken_json",
        "5 no_text",
        "6 invalid_utf8",
        "7 Six|Sun.",
    ];
    assert_eq!(read("a.jsonl", LINES), want);
    let bom = [BOM, LINES].concat();
    assert_eq!(read("a.jsonl", &bom), want, "with a byte order mark");
    assert_eq!(read("a.jsonl.gz", &gzip(LINES)), want);
    assert_eq!(read("a.jsonl.zst", &zstd::encode_all(LINES, 1).unwrap()), want);
    assert_eq!(read("misnamed", &gzip(LINES)), want, "told by its bytes");
    let halves = [gzip(&LINES[..50]), gzip(&LINES[50..])].concat();
    assert_eq!(read("two_members.jsonl.gz", &halves), want);
}

#[test]
fn json_comes_in_arrays_and_over_lines_too() {
    let array = b"[{\"text\":\"a [1], {b\"}, {\"text\":\"c \\\" }\"},\n null,\n{\"text\": \"broken\n},\n{\"text\":[\"d\",\"e\"]}\n]\n";
    let want = ["1 |a [1], {b", "2 |c \" }", "3 broken_json", "4 broken_json", "5 |d\n\ne"];
    assert_eq!(read("a.json", array)[..4], want[..4]);
    assert_eq!(read("a.json", array).last().unwrap().split_once(' ').unwrap().1, "|d\n\ne");
    let object = b"{\n  \"title\": \"One\",\n  \"tags\": [{}, []],\n  \"text\": \"Rain.\"\n}\n{\n\"text\": \"Sun.\"}\n";
    assert_eq!(read("a.json", object), ["1 One|Rain.", "2 |Sun."]);
    assert_eq!(read("unnamed", object), ["1 One|Rain.", "2 |Sun."]);
    assert_eq!(read("a.json", b"[]"), [""; 0]);
}

#[test]
fn a_long_record_is_skipped_and_the_next_is_read() {
    let options = || ReadOptions { limits: Limits { record_bytes: 40, ..Limits::default() }, ..ReadOptions::default() };
    let long = "x".repeat(2_000_000);
    let lines = format!("{{\"text\":\"a\"}}\n{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n{long}");
    assert_eq!(read_with("a.jsonl", lines.as_bytes(), options()), ["1 |a", "2 too_large", "3 |b", "4 too_large"]);
    let rows = format!("id,text\n1,\"{long}\n{long}\"\n2,b\n3,\"never closed\n4,c\n5,{long}");
    assert_eq!(read_with("a.csv", rows.as_bytes(), options()), ["1 too_large", "2 |b", "3 too_large"]);
    assert_eq!(read_with("a.txt", long.as_bytes(), options()), ["1 too_large"]);
    let hash = |end: &str| {
        let dir = tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        fs::write(&path, format!("{long}{end}")).unwrap();
        let reject = open(&[path], options()).unwrap().next().unwrap().unwrap_err();
        assert_eq!(reject.excerpt, "x".repeat(120));
        reject.record_hash.unwrap()
    };
    assert_ne!(hash("a"), hash("b"), "the hash is that of the whole record");
}

#[test]
fn tables_are_read_by_the_names_of_their_columns() {
    let text = "ID,Headline,Body,pubDate,authors\r\n7,\"A \"\"B\"\"\",\"Two\r\nlines\",2024-05-06,\"['Ann Roe', 'Bo Poe']\"\r\n8,C,,,\r\n";
    assert_eq!(read("a.csv", text.as_bytes()), ["1 A \"B\"|Two\r\nlines", "2 no_text"]);
    assert_eq!(read("unnamed", text.as_bytes()).len(), 2, "told by its header");
    assert_eq!(read("a.csv", b"title;text\nA;b, c\n"), ["1 A|b, c"]);
    assert_eq!(read("a.tsv", b"title\ttext\nA\tb\n"), ["1 A|b"]);
    assert_eq!(read("a.csv", b"title,text\nA,\xff\nB,c\n"), ["1 invalid_utf8", "2 B|c"]);
    assert_eq!(read("a.csv", b"title,story\nA,b\n"), ["0 no_text_column"]);
    let columns = Columns { text: Some("story".into()), title: Some("kicker".into()), ..Columns::default() };
    let options = ReadOptions { columns, ..ReadOptions::default() };
    assert_eq!(read_with("a.csv", b"kicker,title,story\nK,A,b\n", options), ["1 K|b"]);
    let dir = tempdir().unwrap();
    let path = dir.path().join("a.csv");
    fs::write(&path, text).unwrap();
    let article = open(&[path], ReadOptions::default()).unwrap().next().unwrap().unwrap();
    assert_eq!(article.byline, ["Ann Roe", "Bo Poe"]);
    assert_eq!(
        (article.source_id.as_deref(), article.published.unwrap().date().to_string()),
        (Some("7"), "2024-05-06".into())
    );
}

#[test]
fn a_broken_file_is_one_reject() {
    let mut noise = 7u32;
    let lines: String = (0..40_000)
        .map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            format!("{{\"text\":\"{noise}\"}}\n")
        })
        .collect();
    for packed in [gzip(lines.as_bytes()), zstd::encode_all(lines.as_bytes(), 1).unwrap()] {
        let found = read("a.jsonl", &packed[..packed.len() * 3 / 4]);
        assert!(found.len() > 100, "what could be read was read: {}", found.len());
        assert!(found.last().unwrap().ends_with(" truncated"), "{:?}", found.last());
        assert!(found.iter().rev().skip(1).all(|r| r.contains('|')));
        assert_eq!(read("a.txt", &packed[..packed.len() * 3 / 4]), ["1 truncated"]);
    }
    assert_eq!(read("a.parquet", b"no table"), ["0 not_parquet"]);
    assert_eq!(read("a.parquet", b"PAR1 no table"), ["0 not_parquet"]);
    assert_eq!(read("a.txt", b""), ["0 empty"]);
    assert_eq!(read("a.jsonl", BOM), ["0 empty"]);
    assert_eq!(read("a.txt", b" \n"), ["1 empty"]);
    assert_eq!(read("a.txt", b"\xfe"), ["1 invalid_utf8"]);
    assert_eq!(read("a.txt", b"A\0B\r\n"), ["1 |A\0B\r\n"]);
}

fn folder() -> TempDir {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("b")).unwrap();
    for (name, text) in
        [("c.txt", "third"), ("b/z.txt", "second"), ("a.md", "first"), (".hidden", "no"), ("b/.x", "no")]
    {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

#[test]
fn folders_are_walked_in_order() {
    let dir = folder();
    let texts = |dir: &TempDir| -> Vec<String> {
        let records = open(&[dir.path().into()], ReadOptions::default()).unwrap();
        records.map(|r| r.map_or_else(|r| r.code.into(), |a| a.body)).collect()
    };
    assert_eq!(texts(&dir), ["first", "second", "third"]);
    assert_eq!(list(&[dir.path().into()]).unwrap().iter().map(|f| f.1).collect::<Vec<_>>(), [5, 6, 5]);
    let error = open(&[dir.path().join("a.md"), dir.path().join("gone")], ReadOptions::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("gone"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_round_are_no_end() {
    let dir = folder();
    std::os::unix::fs::symlink(dir.path().join("gone"), dir.path().join("d.txt")).unwrap();
    std::os::unix::fs::symlink(dir.path(), dir.path().join("b/round")).unwrap();
    let records = open(&[dir.path().into()], ReadOptions::default()).unwrap();
    let codes: Vec<_> = records.map(|r| r.map_or_else(|r| r.code, |_| "read")).collect();
    assert_eq!(codes, ["read", "read", "read", "unreadable"]);
}

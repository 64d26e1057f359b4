use super::here;
use dateline::doc::{Article, Flag};
use dateline::read::{self, Limits, ReadOptions, Reject};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Record = Result<Article, Reject>;

fn records(path: &Path) -> Vec<Record> {
    read::open(&[path.to_path_buf()], ReadOptions::default()).expect("the file is there").collect()
}

/// Data beside the repository, which not every machine has.
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = here("../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("{} is not here: not tested", path.display());
    None
}

/// One line a record: title, day, byline, flags; or the code of the reject.
fn lines(file: &str) -> Vec<String> {
    let show = |record: Record| match record {
        Ok(a) => {
            let day = a.published.map_or("-".into(), |p| p.to_rfc3339());
            let flags: Vec<_> = a.flags.iter().map(|f| f.as_str()).collect();
            [a.title, day, a.byline.join("+"), flags.join("+")].join("|")
        }
        Err(r) => r.code.into(),
    };
    records(&here("corpora/formats").join(file)).into_iter().map(show).collect()
}

#[test]
fn every_sample_is_read() {
    for (file, want) in [
        ("page.html", &["Velta ferry pier closed after storm|2024-11-18T05:40:00Z|Ilona Brandt|"][..]),
        (
            "crawl.warc",
            &[
                "Velta ferry pier closed after storm|2024-11-18T05:40:00Z|Ilona Brandt|",
                "Nolm ferry pier closed after storm|2024-11-18T05:40:00Z|Ilona Brandt|",
            ],
        ),
        ("story.nitf.xml", &["Ostland brewers reject new tax|2024-11-18T09:15:00Z|Jürgen Saal|"]),
        (
            "message.newsml-g2.xml",
            &[
                "Lirenna miners end strike|2024-11-18T09:58:00Z|Nadia Ferro|",
                "Kill: Mayor of Lirenna resigns|2024-11-18T09:59:00Z||withdrawn",
                "no_text",
            ],
        ),
        ("item.newsml1.xml", &["Sarrow lifts ban on drones|2024-11-18T10:12:00Z|Ebba Quist|"]),
        (
            "items.ninjs.jsonl",
            &[
                "Halven court orders release of skipper|2024-11-18T11:00:00Z|Rosa Amado|",
                "Skipper of the Marten walks free in Halven|2024-11-18T11:05:00Z|Rosa Amado|",
                "Halven court orders release of skipper|2024-11-18T12:00:00Z||withheld",
                "no_text",
            ],
        ),
        (
            "feed.rss",
            &[
                "Bridge at Nolm reopens & tolls return|2024-11-18T08:30:00Z|Lena Ortiz|",
                "Nolm mayor denies toll deal|2024-11-18T10:10:00Z||",
            ],
        ),
        ("feed.atom", &["Snow closes pass at Grenn|2024-11-18T08:55:00Z|Sven Aho|"]),
        ("factiva.xml", &["Quarry at Stenby fined over dust|2024-11-18T00:00:00Z|Ilona Brandt|"]),
        ("reuters21578.sgm", &["SMELTER AT KALDE CUTS OUTPUT|1987-11-18T11:02:10Z||", "|1987-11-18T11:05:00Z||"]),
        (
            "wire.iptc7901",
            &[
                "Ostland opposition rejects count in two districts|2024-11-18T11:04:00Z|Mira Toll|",
                "Kill the story on boxes found in the river|2024-11-18T11:20:00Z||withdrawn",
            ],
        ),
        ("wire.anpa", &["Dockers in Ostport walk out|2024-11-18T15:09:00Z|LEO MARR|"]),
        ("message.eml", &["Stenby bans fireworks at the café quay|2024-11-18T12:00:30Z|Press office of Stenby|"]),
        (
            "lexisnexis.txt",
            &[
                "Port pilot cleared of blame|2024-11-18T00:00:00Z|Ilona Brandt|",
                "Nolm accuses county of stalling|2024-11-17T00:00:00Z||",
            ],
        ),
        (
            "lexisnexis.docx",
            &[
                "Lighthouse at Marn sold|2024-11-18T09:20:00Z|Ilona Brandt|",
                "Marn denies sale|2024-11-19T13:04:00Z|Ilona Brandt|",
            ],
        ),
        ("newsplease.json", &["Two seals shot at Nolm|2024-11-18T09:20:00Z|Lena Ortiz|"]),
        ("webhose.json", &["Ski lift at Grenn stopped|2024-11-18T08:40:00Z|Sven Aho|"]),
    ] {
        assert_eq!(lines(file), want, "{file}");
    }
    assert_eq!(lines("crawl.warc.gz"), lines("crawl.warc"));
}

#[test]
fn what_a_format_says_of_an_article_is_kept() {
    let first = |file: &str| records(&here("corpora/formats").join(file)).remove(0).unwrap();
    let page = first("page.html");
    assert!(
        page.body.starts_with("The port authority of Velta") && page.body.ends_with("more ships a day."),
        "{}",
        page.body
    );
    assert!(!page.body.contains("Photo:") && !page.body.contains("Home"), "{}", page.body);
    assert_eq!(page.body.matches("\n\n").count(), 3, "{}", page.body);
    assert_eq!(page.url.as_deref(), Some("https://harbour-gazette.example/2024/11/velta-pier"));
    assert_eq!(
        (page.publisher.as_deref(), page.section.as_deref(), page.language.as_deref()),
        (Some("Harbour Gazette"), Some("Transport"), Some("en"))
    );
    assert_eq!(page.tags, ["ferries", "storms"]);
    let story = first("story.nitf.xml");
    assert!(
        story.body.starts_with("OSTPORT, Nov 18 - The brewers' guild")
            && story.body.contains("\"It was promised that cafés"),
        "{}",
        story.body
    );
    assert_eq!(
        (story.agency.as_deref(), story.source_id.as_deref()),
        (Some("Kestrel News"), Some("kestrel-20241118-0042"))
    );
    let item = first("item.newsml1.xml");
    assert_eq!(item.source_id.as_deref(), Some("urn:newsml:kestrel.example:20241118:77"), "all revisions have one id");
    assert!(item.body.starts_with("SARROW, Nov 18 (Kestrel) - The city council"), "{}", item.body);
    let wire = first("wire.anpa");
    assert!(wire.body.contains("“We were never asked,” shop steward"), "{}", wire.body);
    assert_eq!(first("webhose.json").publisher.as_deref(), Some("upland.example"));
    let nexis = first("lexisnexis.txt");
    assert_eq!((nexis.publisher.as_deref(), nexis.section.as_deref()), (Some("Harbour Gazette"), Some("NEWS")));
    assert!(nexis.body.starts_with("A port pilot") && nexis.body.ends_with("asleep."), "{}", nexis.body);
}

#[test]
fn archives_are_read_entry_by_entry() {
    let of = |file: &str| -> Vec<String> {
        let records = records(&here("corpora/formats").join(file)).into_iter();
        records
            .map(|r| match r {
                Ok(a) => (a.input_file, a.input_record, a.title),
                Err(r) => (r.input_file, r.input_record, r.code.to_string()),
            })
            .map(|(f, n, t)| format!("{}#{n} {t}", f.rsplit("formats/").next().unwrap()))
            .collect()
    };
    assert_eq!(
        of("mixed.zip"),
        [
            "mixed.zip/feeds/feed.rss#1 Bridge at Nolm reopens & tolls return",
            "mixed.zip/feeds/feed.rss#2 Nolm mayor denies toll deal",
            "mixed.zip/page.html#1 Velta ferry pier closed after storm",
            "mixed.zip/inner.zip/in/story.xml#1 Ostland brewers reject new tax",
            "mixed.zip/logo.png#1 unsupported",
        ]
    );
    let tar = of("mixed.tar.gz");
    assert_eq!(tar.len(), 3, "{tar:?}");
    assert!(
        tar[0].ends_with("/wire.txt#1 Ostland opposition rejects count in two districts") && tar[0].len() > 150,
        "{tar:?}"
    );
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() { files(&entry, found) } else { found.push(entry) }
    }
}

#[test]
fn every_file_of_the_wild_is_read_or_refused_with_a_reason() {
    let Some(folder) = shared("formats") else { return };
    let mut all = Vec::new();
    files(&folder, &mut all);
    let mut table: BTreeMap<String, (usize, usize, BTreeMap<&'static str, usize>)> = BTreeMap::new();
    for path in &all {
        let found = records(path);
        assert!(!found.is_empty(), "{} gives neither article nor reason", path.display());
        let inside = path.strip_prefix(&folder).unwrap();
        let group: PathBuf = inside.parent().unwrap().iter().take(2).collect();
        let row = table.entry(group.display().to_string()).or_default();
        row.0 += 1;
        for record in found {
            match record {
                Ok(article) => {
                    // A tombstone has no text.
                    let empty = article.body.trim().is_empty();
                    assert!(!empty || article.flags.contains(&Flag::Withdrawn), "{}", path.display());
                    row.1 += 1;
                }
                Err(reject) => {
                    assert!(!reject.message.is_empty(), "{}", path.display());
                    println!("{}#{}: {}: {}", inside.display(), reject.input_record, reject.code, reject.message);
                    *row.2.entry(reject.code).or_default() += 1;
                }
            }
        }
    }
    println!("| folder | files | articles | rejects |\n| --- | ---: | ---: | --- |");
    for (group, (files, articles, rejects)) in &table {
        let rejects: Vec<_> = rejects.iter().map(|(code, n)| format!("{n} {code}")).collect();
        println!("| {group} | {files} | {articles} | {} |", rejects.join(", "));
    }
    let articles: usize = table.values().map(|r| r.1).sum();
    println!("{} files, {articles} articles", all.len());
    assert!(articles > 1300, "{articles}");
}

/// A random number from a seed (Marsaglia 2003).
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Rounds of damage a sample; more by hand: `DATELINE_ROUNDS=20000 cargo test --release damage`.
fn rounds() -> usize {
    std::env::var("DATELINE_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(30)
}

#[test]
fn damage_stops_nothing() {
    let mut samples = Vec::new();
    files(&here("corpora/formats"), &mut samples);
    let mut state = 20_241_118;
    for sample in samples {
        let bytes = std::fs::read(&sample).unwrap();
        let name = sample.file_name().unwrap().to_str().unwrap();
        for round in 0..rounds() {
            let mut bytes = bytes.clone();
            if round % 3 == 0 {
                bytes.truncate(random(&mut state) as usize % bytes.len());
            } else {
                for _ in 0..=round % 7 {
                    let at = random(&mut state) as usize % bytes.len();
                    bytes[at] ^= 1 << (random(&mut state) % 8);
                }
            }
            let clock = std::time::Instant::now();
            let found = read::open_bytes(name, bytes, ReadOptions::default()).count();
            // The worst is an object of JSON over 14 lines that lost its first brace: each line is refused.
            assert!(found > 0 && found < 20, "{name} round {round}: {found} records");
            assert!(clock.elapsed().as_secs() < 5, "{name} round {round}: {:?}", clock.elapsed());
        }
    }
}

#[test]
fn a_damaged_record_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let titles = |name: &str, bytes: &[u8]| -> Vec<String> {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        records(&path).into_iter().map(|r| r.map_or_else(|r| r.code.to_string(), |a| a.title)).collect()
    };
    let sample = |name: &str| std::fs::read(here("corpora/formats").join(name)).unwrap();
    let break_at = |mut bytes: Vec<u8>, needle: &[u8], with: &[u8]| {
        let at = bytes.windows(needle.len()).position(|w| w == needle).expect("the sample has it");
        bytes.splice(at..at + needle.len(), with.iter().copied());
        bytes
    };
    let feed = break_at(sample("feed.rss"), b"</guid>", b"<guid>");
    assert_eq!(titles("feed.rss", &feed), ["broken_xml", "Nolm mayor denies toll deal"]);
    let items = break_at(sample("message.newsml-g2.xml"), b"</headline>", b"&bomb;");
    assert_eq!(titles("m.xml", &items), ["broken_xml", "Kill: Mayor of Lirenna resigns", "no_text"]);
    let wire = break_at(sample("wire.iptc7901"), b"\x03", b"");
    assert_eq!(titles("wire.txt", &wire), ["truncated", "Kill the story on boxes found in the river"]);
    let noise = break_at(sample("wire.iptc7901"), b"kes044", &b"\x01kes\x01".repeat(30));
    let told = ["broken_message", "Ostland opposition rejects count in two districts"];
    assert_eq!(titles("wire.txt", &noise)[..2], told, "starts of messages that no text follows");
    let recall = b"\x01kes046 3 i 20\r\n\x02BULLETIN KILL\r\nIt was a hoax.\r\n\x03181120 GMT Nov 24\r\n\x04";
    assert_eq!(titles("wire.txt", recall), [""], "a recall without headline is one none the less");
    let crawl = break_at(sample("crawl.warc"), b"Content-Length: ", b"Content-Length: 1");
    assert_eq!(
        titles("crawl.warc", &crawl).last().unwrap(),
        "Nolm ferry pier closed after storm",
        "a length that is too long"
    );
    let packed = sample("crawl.warc.gz");
    let members: Vec<usize> =
        packed.windows(3).enumerate().filter(|(_, w)| *w == [0x1f, 0x8b, 8]).map(|(at, _)| at).collect();
    let mut damaged = packed.clone();
    damaged[members[1] + 300] ^= 0xff;
    let found = titles("crawl.warc.gz", &damaged);
    assert!(found.contains(&"Nolm ferry pier closed after storm".to_string()), "{found:?}");
    assert!(found.iter().any(|t| t == "damaged" || t == "truncated" || t.starts_with("Velta")), "{found:?}");
}

fn bomb(name: &str, bytes: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let clock = std::time::Instant::now();
    let codes = records(&path).into_iter().map(|r| r.map_or_else(|r| r.code.to_string(), |a| a.body)).collect();
    assert!(clock.elapsed().as_secs() < 20, "{name} took {:?}", clock.elapsed());
    codes
}

#[test]
fn an_archive_without_files_says_so() {
    let mut packed = tar::Builder::new(Vec::new());
    let mut folder = tar::Header::new_gnu();
    folder.set_entry_type(tar::EntryType::Directory);
    folder.set_path("news/").unwrap();
    folder.set_size(0);
    folder.set_cksum();
    packed.append(&folder, std::io::empty()).unwrap();
    assert_eq!(bomb("folders.tar", &packed.into_inner().unwrap()), ["no_record"]);
}

#[test]
fn bombs_are_refused() {
    use std::io::Write;
    // A gigabyte of zeros stands for ten: reading stops at the same byte.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    let zeros = vec![0u8; 1 << 20];
    for _ in 0..1024 {
        gzip.write_all(&zeros).unwrap();
    }
    let gzip = gzip.finish().unwrap();
    assert_eq!(bomb("zeros.jsonl.gz", &gzip), ["expansion"]);
    assert_eq!(bomb("zeros.gz", &gzip), ["too_large"]);
    let zstd = zstd::encode_all(&vec![b' '; 64 << 20][..], 3).unwrap();
    assert_eq!(bomb("spaces.jsonl.zst", &zstd), ["expansion"]);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for name in ["a.txt", "../b.txt", "c.txt"] {
        zip.start_file(name, options).unwrap();
        if name == "a.txt" {
            (0..200).for_each(|_| zip.write_all(&zeros).unwrap());
        } else {
            zip.write_all(b"It rained in Velta.").unwrap();
        }
    }
    assert_eq!(bomb("bomb.zip", &zip.finish().unwrap().into_inner()), ["expansion", "bad_name", "It rained in Velta."]);
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["../a.txt", "b.txt"] {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(7);
        header.set_cksum();
        tar.append(&header, &b"It hail"[..]).unwrap();
    }
    assert_eq!(bomb("out.tar", &tar.into_inner().unwrap()), ["bad_name", "It hail"]);
    assert_eq!(bomb("deep.html", format!("<html><body>{}", "<div>".repeat(100_000)).as_bytes()), ["too_deep"]);
    assert_eq!(bomb("deep2.html", format!("<html><body>{}", "<b><p>".repeat(100_000)).as_bytes()), ["too_deep"]);
    assert_eq!(bomb("deep.json", format!("{{\"text\":{}", "[".repeat(100_000)).as_bytes()), ["broken_json"]);
    assert_eq!(bomb("deep.xml", format!("<rss><item>{}</item></rss>", "<a>".repeat(100_000)).as_bytes()), ["too_deep"]);
    let lol: String = (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let lol = format!(
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY l0 'lol'>{lol}]><rss><item><title>&l9;</title></item></rss>"
    );
    assert_eq!(bomb("lol.xml", lol.as_bytes()), ["broken_xml"]);
    let mut nested = b"It snowed in Grenn.".to_vec();
    for n in 0..5 {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file(if n == 0 { "a.txt" } else { "a.zip" }, options).unwrap();
        zip.write_all(&nested).unwrap();
        nested = zip.finish().unwrap().into_inner();
    }
    assert_eq!(bomb("nested.zip", &nested), ["too_deep"]);
}

#[test]
fn the_format_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.txt");
    std::fs::write(&path, "<p>One line of a page that says nothing else, and goes on for a while to be one.</p>")
        .unwrap();
    let with = |format| {
        let options = ReadOptions { format: Some(format), limits: Limits::default(), ..ReadOptions::default() };
        read::open(std::slice::from_ref(&path), options).unwrap().next().unwrap().map(|a| a.body)
    };
    assert!(with(read::Format::Text).unwrap().starts_with("<p>"));
    assert!(with(read::Format::Html).unwrap().starts_with("One line"));
    assert_eq!(with(read::Format::Nitf).unwrap_err().code, "no_record");
}

#[test]
fn recalls_are_flagged_and_supersede() {
    let out = tempfile::tempdir().unwrap();
    let (code, errors) = super::run(
        &here("corpora/formats/items.ninjs.jsonl"),
        out.path(),
        &["--format", "jsonl", "--max-reject-rate", "1"],
    );
    assert_eq!(code, 0, "{errors}");
    let articles = super::table(out.path(), "articles");
    let recall = articles.iter().find(|a| a["flags"].to_string().contains(Flag::Withheld.as_str())).expect("a recall");
    assert_eq!(
        (recall["supersedes"].as_str(), recall["n_sentences"].as_i64()),
        (articles[0]["article_id"].as_str(), Some(0))
    );
    let relations = super::table(out.path(), "relations");
    assert!(relations.iter().all(|r| r["article_id"] != recall["article_id"]) && !relations.is_empty());
}

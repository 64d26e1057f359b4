use super::formats::shared;
use super::here;
use dateline::doc::Article;
use dateline::read::{self, ReadOptions};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

fn page(path: &Path) -> Option<Article> {
    read::open(&[path.to_path_buf()], ReadOptions::default()).unwrap().next()?.ok()
}

/// Counts of the runs of four words of a text.
fn shingles(text: &str) -> HashMap<Vec<String>, i64> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).map(String::from).collect();
    let mut counts = HashMap::new();
    let n = words.len().saturating_sub(3).max(1);
    for at in 0..n {
        *counts.entry(words[at..words.len().min(at + 4)].to_vec()).or_default() += 1;
    }
    counts
}

/// Precision, recall and F1 as article-extraction-benchmark defines them: means over pages of those of shingles.
#[derive(Default)]
struct Score {
    precision: f64,
    recall: f64,
    pages: f64,
}

impl Score {
    fn add(&mut self, want: &str, got: &str) -> f64 {
        let (want, got) = (shingles(want), shingles(got));
        let hits: i64 = want.iter().map(|(s, n)| n.min(got.get(s).unwrap_or(&0))).sum();
        let share = |of: &HashMap<_, i64>| hits as f64 / of.values().sum::<i64>().max(1) as f64;
        let (p, r) = (share(&got), share(&want));
        self.precision += p;
        self.recall += r;
        self.pages += 1.0;
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }

    fn f1(&self) -> f64 {
        let (p, r) = (self.precision / self.pages, self.recall / self.pages);
        2.0 * p * r / (p + r)
    }
}

#[test]
fn articles_are_found_in_pages() {
    let Some(folder) = shared("formats/html/article-extraction-benchmark") else { return };
    let truth = std::fs::read_to_string(folder.join("ground-truth.json")).unwrap();
    let truth: HashMap<String, serde_json::Value> = serde_json::from_str(&truth).unwrap();
    let (mut ours, mut plain) = (Score::default(), Score::default());
    let mut worst = Vec::new();
    let mut seconds = [0.0, 0.0];
    for (id, want) in &truth {
        let path = folder.join(format!("{id}.html.gz"));
        let want = want["articleBody"].as_str().unwrap();
        let clock = std::time::Instant::now();
        let article = page(&path).unwrap_or_default();
        seconds[0] += clock.elapsed().as_secs_f64();
        let f1 = ours.add(want, &article.body);
        let mut html = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&path).unwrap()).read_to_end(&mut html).unwrap();
        let html = String::from_utf8_lossy(&html).into_owned();
        let clock = std::time::Instant::now();
        let found = dom_smoothie::Readability::new(html, None, None).and_then(|mut r| r.parse());
        seconds[1] += clock.elapsed().as_secs_f64();
        let library = plain.add(want, found.as_ref().map_or("", |a| &a.text_content));
        worst.push((f1, library, id, want.len(), article.body.len()));
    }
    worst.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (f1, library, id, want, got) in worst.iter().take(25) {
        println!("{f1:.3} (library {library:.3}) {} wanted {want} bytes, got {got}", &id[..12]);
    }
    for (name, score, seconds) in [("dateline", &ours, seconds[0]), ("dom_smoothie alone", &plain, seconds[1])] {
        let (p, r) = (score.precision / score.pages, score.recall / score.pages);
        println!(
            "{name}: F1 {:.3} (precision {p:.3}, recall {r:.3}), {:.1} pages a second",
            score.f1(),
            score.pages / seconds
        );
    }
    assert!(ours.f1() > 0.93, "F1 {:.3}", ours.f1());
}

/// Letters and digits in lower case: what makes two headlines the same.
fn fold(title: &str) -> String {
    title.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// FNV-1a, 64 bits.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn titles_are_headlines_of_the_page() {
    let Some(folder) = shared("formats/html/article-extraction-benchmark") else { return };
    let gold = std::fs::read_to_string(here("tests/titles.tsv")).unwrap();
    let gold: HashMap<&str, &str> = gold.lines().filter_map(|l| l.split_once('\t')).collect();
    let (mut pages, mut right) = (0, 0);
    for path in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(want) = name.get(..12).and_then(|id| gold.get(id)) else { continue };
        let title = page(&path).unwrap_or_default().title;
        pages += 1;
        let good = want.contains(&format!("{:016x}", hash(&fold(&title))));
        right += usize::from(good);
        if !good {
            println!("{}: {title:?}", &name[..12]);
        }
    }
    println!("{pages} pages: {right} titles that are a headline of the page, whole and without the site");
    assert!(right * 100 >= 97 * pages);
}

/// The page's first heading.
fn first_heading(path: &Path) -> String {
    let mut html = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut html).unwrap();
    let document = dom_query::Document::from(String::from_utf8_lossy(&html).into_owned());
    let shown = document.select("h1").iter().map(|h| h.text().to_string()).find(|t| !t.trim().is_empty());
    shown.unwrap_or_default()
}

#[test]
fn titles_and_dates_of_pages_are_found() {
    let Some(folder) = shared("formats/html/fundus") else { return };
    let (mut pages, mut titles, mut shown, mut dates, mut dated, mut bodies) = (0, 0, 0, 0, 0, Score::default());
    for country in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        for file in std::fs::read_dir(&country).unwrap().map(|e| e.unwrap().path()) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".html.gz") else { continue };
            let Some((publisher, _)) = stem.split_once('_') else { continue };
            let expected = std::fs::read_to_string(country.join(format!("{publisher}.json"))).unwrap_or_default();
            let versions: HashMap<String, serde_json::Value> = serde_json::from_str(&expected).unwrap_or_default();
            let article = page(&file).unwrap_or_default();
            let plain = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
            // Which of a publisher's pages is meant the text tells.
            let body = |v: &serde_json::Value| {
                let mut lines: Vec<String> = Vec::new();
                let mut all = v["body"]["summary"].as_array().cloned().unwrap_or_default();
                for section in v["body"]["sections"].as_array().cloned().unwrap_or_default() {
                    all.extend(section["headline"].as_array().cloned().unwrap_or_default());
                    all.extend(section["paragraphs"].as_array().cloned().unwrap_or_default());
                }
                lines.extend(all.iter().filter_map(|p| p.as_str().map(String::from)));
                lines.join("\n")
            };
            let likeness = |v: &serde_json::Value| {
                let title = v["title"].as_str().unwrap_or("");
                (Score::default().add(&body(v), &article.body) + f64::from(u8::from(plain(title) == article.title)))
                    * 1e6
            };
            let Some(want) = versions.values().max_by_key(|v| likeness(v) as i64) else { continue };
            let want_title = plain(want["title"].as_str().unwrap_or(""));
            pages += 1;
            let f1 = bodies.add(&body(want), &article.body);
            let right = fold(&want_title) == fold(&article.title);
            titles += usize::from(right);
            // Where the gold file has the headline for sharing or for search engines, the one that readers see is right too.
            shown += usize::from(right || fold(&first_heading(&file)) == fold(&article.title));
            let date = want["publishing_date"].as_str().and_then(dateline::text::date::parse_published);
            let same = date.map(|d| d.seconds) == article.published.map(|p| p.seconds);
            let same_day = date.map(|d| d.date()) == article.published.map(|p| p.date());
            dated += usize::from(same_day);
            dates += usize::from(same);
            if !right || !same {
                println!(
                    "{name}: {:?} | {:?}; {:?} | {:?}; text {f1:.2}",
                    want_title,
                    article.title,
                    date.map(|d| d.to_rfc3339()),
                    article.published.map(|p| p.to_rfc3339())
                );
            }
        }
    }
    println!(
        "{pages} pages: titles {titles} as gold has them, {shown} so or as the page shows them; times {dates}, days {dated}, text F1 {:.3}",
        bodies.f1()
    );
    assert!(titles * 100 >= 80 * pages && shown * 100 >= 95 * pages && dated * 100 >= 95 * pages);
}

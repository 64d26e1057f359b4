use super::{here, run, table};
use serde_json::Value;

fn rows(name: &str) -> (Vec<Value>, Vec<Value>) {
    let out = tempfile::tempdir().unwrap();
    assert_eq!(run(&here("corpora/sample"), out.path(), &["--format", "jsonl"]).0, 0);
    (table(out.path(), "articles"), table(out.path(), name))
}

fn article<'r>(articles: &'r [Value], file: &str) -> &'r Value {
    articles
        .iter()
        .find(|a| a["input_file"].as_str().unwrap().ends_with(file))
        .unwrap_or_else(|| panic!("{file} was read"))
}

#[test]
fn every_format_is_read() {
    let (articles, rejects) = rows("rejects");
    assert!(rejects.is_empty(), "{rejects:?}");
    assert_eq!(articles.len(), 70);
    for file in ["wire.jsonl", "portal.jsonl", "agency.jsonl.gz", "archive.jsonl.zst", "desk.csv", "export.parquet"] {
        let a = article(&articles, file);
        assert!(!a["title"].as_str().unwrap().is_empty() && !a["published_at"].is_null(), "{a}");
    }
}

#[test]
fn copies_rewrites_and_corrections_are_told_apart() {
    let (articles, _) = rows("articles");
    let copy = article(&articles, "plain/02_nairobi_brief_copy.txt");
    let original = article(&articles, "plain/01_nairobi_brief.txt");
    assert_eq!((&copy["duplicate_of"], copy["duplicate_kind"].as_str()), (&original["article_id"], Some("exact")));
    let versions: Vec<_> = articles.iter().filter(|a| a["source_id"] == "mw-2024-1110").collect();
    assert_eq!(versions.iter().map(|a| a["revision"].as_i64().unwrap()).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(versions[1]["supersedes"], versions[0]["article_id"]);
}

#[test]
fn page_furniture_is_metadata() {
    let (articles, _) = rows("articles");
    for a in articles.iter().filter(|a| a["input_file"].as_str().unwrap().contains("seed_shape")) {
        let text = a["text"].as_str().unwrap();
        assert!(!text.lines().any(|l| l == "Share" || l == "min" || l.ends_with(" views")), "{text}");
        assert!(
            !a["published_at"].is_null() && !a["section"].is_null() && !a["title"].as_str().unwrap().is_empty(),
            "{a}"
        );
        assert_eq!(text.matches(a["title"].as_str().unwrap()).count(), 1, "{text}");
    }
}

#[test]
fn who_did_what_to_whom() {
    let (articles, relations) = rows("relations");
    let has = |file: &str, rtype: &str, source: &str| {
        let ids: Vec<_> = articles
            .iter()
            .filter(|a| a["input_file"].as_str().unwrap().ends_with(file))
            .map(|a| &a["article_id"])
            .collect();
        let of_type: Vec<_> =
            relations.iter().filter(|r| ids.contains(&&r["article_id"]) && r["type"] == rtype).collect();
        assert!(
            of_type.iter().any(|r| r["source_name"].as_str().unwrap_or("").contains(source)),
            "{file}: {rtype} by {source}: {of_type:?}"
        );
    };
    has("001_tavlo_ban.txt", "NOT_CONFIRM", "Seitova");
    has("001_tavlo_ban.txt", "DECLINE_COMMENT", "Tavlo");
    has("006_doping_ban.txt", "DENY", "Kiprugut");
    has("wire.jsonl", "SANCTION", "European Union");
    has("12_long_dam_dispute.txt", "LIFT", "Mozambique");
    has("12_long_dam_dispute.txt", "APPOINT", "Kapembwa");
}

//! The sets that names are learnt from and measured on, with what each of them says and leaves open.

use crate::files::{LEAKS, Shared, json_lines};
use crate::passages;
use anyhow::{Context, Result, ensure};
use dateline::doc::EntityType::{self, Event, Fac, Gpe, Law, Loc, Misc, Norp, Org, Person, Product, Work};
use dateline::text::Span;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// A text with its names.
pub struct Text {
    /// Its id in its set.
    pub id: String,
    pub text: String,
    /// Bytes of the headline.
    pub title: usize,
    pub names: Vec<Known>,
    /// Types that the set leaves unmarked: what is outside of its names may be one of these.
    pub unmarked: Vec<EntityType>,
    pub weight: f32,
    /// For dev sets: the types that count, and as what.
    pub scored: BTreeMap<EntityType, EntityType>,
}

/// A name as far as a set knows it.
pub struct Known {
    pub span: Span,
    /// Types it may have; none where nothing is known of these tokens.
    pub types: Vec<EntityType>,
}

const PLACES: [EntityType; 3] = [Gpe, Loc, Fac];
const OTHERS: [EntityType; 6] = [Norp, Product, Event, Law, Work, Misc];

/// The training sets by name.
pub fn train(shared: &Shared, annotations: &Path) -> Result<Vec<(&'static str, Vec<Text>)>> {
    let mut passages = passages::read(shared, Path::new(passages::PATH))?;
    passages.retain(|p| p["entities"].is_array());
    // Sentences of passages are better known from there.
    let known: HashSet<String> = passages
        .iter()
        .filter_map(|p| {
            let first: usize = p["id"].as_str()?.strip_prefix("gmb-")?.parse().ok()?;
            Some(first..first + p["text"].as_str()?.lines().count())
        })
        .flatten()
        .map(|n| format!("gmb-{n}"))
        .collect();
    Ok(vec![
        ("annotations", annotated(shared, annotations)?),
        ("passages", passages.iter().map(passage).collect::<Result<_>>()?),
        ("uner_ewt", tokens(&shared.data("ner/train/uner_ewt.train.jsonl.gz"), 0.5, &OTHERS, plain)?),
        ("wikigold", tokens(&shared.data("ner/train/wikigold.test.jsonl.gz"), 0.5, &[], plain)?),
        ("crossner", tokens(&shared.data("ner/train/crossner_politics.train.jsonl.gz"), 1.0, &[], plain)?),
        (
            "gmb",
            tokens(&shared.data("ner/train/gmb.train.jsonl.gz"), 0.04, &OTHERS, gmb)?
                .into_iter()
                .filter(|t| !known.contains(&t.id))
                .collect(),
        ),
    ])
}

/// A passage of the project's annotations.
fn passage(row: &Value) -> Result<Text> {
    let text = gold(field(row, "text"), row, |label| label.parse().ok())?;
    Ok(Text { title: field(row, "title").len(), ..text })
}

/// The types that a label of an open set may stand for.
fn plain(label: &str) -> Vec<EntityType> {
    match label {
        "PER" | "person" | "politician" => vec![Person],
        "ORG" | "organisation" | "politicalparty" => vec![Org],
        "LOC" | "location" => PLACES.to_vec(),
        "country" => vec![Gpe],
        "election" | "event" => vec![Event],
        "MISC" | "misc" => OTHERS.to_vec(),
        _ => vec![],
    }
}

/// The same for GMB, whose labels are a machine's: only these can be trusted somewhat.
fn gmb(label: &str) -> Vec<EntityType> {
    match label {
        "per" => vec![Person],
        "org" => vec![Org],
        "geo" => PLACES.to_vec(),
        "gpe" => vec![Norp, Gpe],
        _ => vec![],
    }
}

/// The project's own annotations, joined with the texts they were made on.
fn annotated(shared: &Shared, path: &Path) -> Result<Vec<Text>> {
    let mut texts: HashMap<(String, String), String> = HashMap::new();
    for set in ["relations.train"] {
        for article in json_lines(&shared.gold(&format!("{set}.jsonl")))? {
            let article = article?;
            texts.insert((set.to_string(), field(&article, "id")), field(&article, "text"));
        }
    }
    json_lines(path)?
        .filter(|row| !row.as_ref().is_ok_and(|r| LEAKS.contains(&field(r, "id").as_str())))
        .map(|row| {
            let row = row?;
            let (set, id) = (field(&row, "set"), field(&row, "id"));
            let text = texts.get(&(set.clone(), id.clone())).with_context(|| format!("no article {id} in {set}"))?;
            ensure!(
                field(&row, "hash") == passages::hash(text),
                "the text of {id} in {set} is not the one that was annotated"
            );
            Ok(Text { weight: 1.0, ..gold(text.clone(), &row, |label| label.parse().ok())? })
        })
        .collect()
}

/// A text with spans in code points.
fn gold(text: String, row: &Value, map: impl Fn(&str) -> Option<EntityType>) -> Result<Text> {
    let bytes: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
    let mut names = Vec::new();
    for entity in row["entities"].as_array().context("no entities")? {
        let at = |i: usize| entity[i].as_u64().and_then(|n| bytes.get(n as usize)).copied().context("a bad offset");
        let (mut start, end) = (at(0)?, at(1)?);
        // Articles are no part of a name here, whatever a set's habit.
        for article in ["the ", "The ", "a ", "A "] {
            if text[start..end].starts_with(article) {
                start += article.len();
            }
        }
        if let Some(etype) = entity[2].as_str().and_then(&map) {
            names.push(Known { span: Span::new(start, end), types: vec![etype] });
        }
    }
    let title = text.find("\n\n").filter(|&n| n < 250).unwrap_or(0);
    Ok(Text { id: field(row, "id"), text, title, names, unmarked: vec![], weight: 1.0, scored: BTreeMap::new() })
}

/// A set of tokenised sentences with BIO labels; sentences of one document are put together.
fn tokens(path: &Path, weight: f32, unmarked: &[EntityType], map: fn(&str) -> Vec<EntityType>) -> Result<Vec<Text>> {
    let mut texts: Vec<Text> = Vec::new();
    let mut document = None;
    for sentence in json_lines(path)? {
        let sentence = sentence?;
        let of = sentence["doc"].as_str().map(String::from);
        if of.is_none() || of != document {
            let (text, names, unmarked) = (String::new(), vec![], unmarked.to_vec());
            texts.push(Text {
                id: field(&sentence, "id"),
                text,
                title: 0,
                names,
                unmarked,
                weight,
                scored: BTreeMap::new(),
            });
        }
        document = of;
        let text = texts.last_mut().expect("pushed");
        let strings = |key: &str| -> Vec<String> {
            sentence[key].as_array().map_or(vec![], |a| a.iter().filter_map(|x| x.as_str().map(String::from)).collect())
        };
        let (words, tags) = (strings("tokens"), strings("tags"));
        ensure!(
            words.len() == tags.len(),
            "{}: tokens and tags do not fit: {}",
            path.display(),
            field(&sentence, "id")
        );
        let mut open = false;
        for (word, tag) in words.iter().zip(&tags) {
            let start = text.text.len();
            text.text.push_str(word);
            match tag.split_once('-') {
                None => open = false,
                Some(("I", _)) if open => text.names.last_mut().expect("open").span.end = text.text.len() as u32,
                Some((_, label)) => {
                    open = !TITLES.contains(&word.to_lowercase().as_str());
                    if open {
                        text.names.push(Known { span: Span::new(start, text.text.len()), types: map(label) });
                    }
                }
            }
            text.text.push(' ');
        }
        text.text.push('\n');
    }
    Ok(texts)
}

/// Words before a name that are no part of it.
const TITLES: [&str; 30] = [
    "mr.",
    "mrs.",
    "ms.",
    "dr.",
    "president",
    "prime",
    "minister",
    "vice",
    "general",
    "secretary",
    "senator",
    "king",
    "queen",
    "chancellor",
    "foreign",
    "pope",
    "professor",
    "sir",
    "judge",
    "governor",
    "prince",
    "princess",
    "colonel",
    "captain",
    "ayatollah",
    "sheikh",
    "defense",
    "mullah",
    "the",
    "former",
];

/// The sets that are only looked at to score.
pub fn dev(shared: &Shared) -> Result<Vec<(&'static str, Vec<Text>)>> {
    let own = dev_set(shared, "names.dev", |l| l.parse().ok(), Some)?;
    let three = |t| match t {
        Person | Org => Some(t),
        Gpe | Loc => Some(Loc),
        _ => None,
    };
    let worldwide = |l: &str| match l {
        "Person" => Some(Person),
        "Organization" => Some(Org),
        "Location" => Some(Gpe),
        _ => None,
    };
    let politics = |l: &str| match l {
        "person" | "politician" => Some(Person),
        "organisation" | "politicalparty" => Some(Org),
        "country" | "location" => Some(Gpe),
        _ => None,
    };
    Ok(vec![
        ("names.dev", own),
        ("worldwide.dev", dev_set(shared, "ner.worldwide.dev", worldwide, three)?),
        ("crossner.dev", dev_set(shared, "ner.crossner_politics.dev", politics, three)?),
    ])
}

fn dev_set(
    shared: &Shared,
    name: &str,
    map: fn(&str) -> Option<EntityType>,
    counts_as: fn(EntityType) -> Option<EntityType>,
) -> Result<Vec<Text>> {
    let scored: BTreeMap<_, _> = EntityType::ALL.iter().filter_map(|&t| Some((t, counts_as(t)?))).collect();
    json_lines(&shared.gold(&format!("{name}.jsonl")))?
        .map(|row| {
            let row = row?;
            let mut text = Text { scored: scored.clone(), ..gold(field(&row, "text"), &row, map)? };
            // A place is a place where the set does not tell them apart.
            if name != "names.dev" {
                text.names.iter_mut().filter(|k| k.types == [Gpe]).for_each(|k| k.types.push(Loc));
            }
            Ok(text)
        })
        .collect()
}

fn field(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_string()
}

//! `dateline show`: one article on the terminal.

use super::models::ModelArgs;
use clap::Args;
use dateline::doc::{Doc, EntityType, MentionKind, Modality};
use dateline::error::{Error, ErrorKind, Result};
use dateline::read::{self, ReadOptions};
use dateline::text::Span;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct ShowArgs {
    /// File that holds the article, or - for standard input
    article: PathBuf,
    /// Its record in the file, from 1
    #[arg(long, default_value_t = 1)]
    record: u64,
    #[command(flatten)]
    models: ModelArgs,
}

pub fn run(args: &ShowArgs) -> Result<ExitCode> {
    let found =
        read::open(std::slice::from_ref(&args.article), ReadOptions::default())?.nth(args.record.max(1) as usize - 1);
    let fail = |reason: String| Error::new(ErrorKind::Input, reason).in_file(&args.article).at_record(args.record);
    let article = found.ok_or_else(|| fail("there is no such record".into()))?.map_err(|r| fail(r.message))?;
    let mut pipeline = args.models.load()?;
    pipeline.set_analyse_all(true);
    let mut worker = pipeline.worker();
    let doc = worker.analyse(article);
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(page(doc, colour).as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn page(doc: &Doc, colour: bool) -> String {
    let paint = |code: &str, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() };
    let mut out = String::new();
    let mut at = 0;
    for mention in doc.mentions.iter().filter(|m| m.kind == MentionKind::Name) {
        out.push_str(&doc.text[at as usize..mention.span.start as usize]);
        let name = mention.span.of(&doc.text);
        out.push_str(&if colour { paint(code(mention.etype), name) } else { format!("[{name}|{}]", mention.etype) });
        at = mention.span.end;
    }
    out.push_str(&doc.text[at as usize..]);
    out.push_str("\n\n");
    let a = &doc.article;
    let facts =
        [("publisher", &a.publisher), ("agency", &a.agency), ("section", &a.section), ("dateline", &a.dateline_place)];
    for (name, value) in facts.iter().filter_map(|(n, v)| Some((n, v.as_ref()?))) {
        out.push_str(&format!("{name}: {value}\n"));
    }
    let text = |span: Option<Span>| span.map_or(String::new(), |s| clip(s.of(&doc.text)));
    out.push_str(&paint("1", &format!("\n{} relations\n", doc.relations.len())));
    for r in &doc.relations {
        let name = |a: &Option<dateline::doc::Argument>| a.as_ref().map_or("-".to_string(), |a| a.name.clone());
        let mut status = Vec::new();
        if r.negated {
            status.push("negated".to_string());
        }
        if r.modality != Modality::Actual {
            status.push(r.modality.to_string());
        }
        status.extend(r.attributed_to.as_ref().map(|a| format!("says {}", a.name)));
        let content = text(r.content);
        out.push_str(&format!(
            "  {:<16} {} -> {}  \"{}\"{}{}\n",
            paint("1", r.rtype.as_str()),
            name(&r.source),
            name(&r.target),
            r.cue.of(&doc.text),
            if status.is_empty() { String::new() } else { format!("  ({})", status.join(", ")) },
            if content.is_empty() { String::new() } else { format!("\n                   : {content}") },
        ));
    }
    out.push_str(&paint("1", &format!("\n{} quotes\n", doc.quotes.len())));
    for q in &doc.quotes {
        let speaker = q.speaker.as_ref().map_or("-", |s| s.name.as_str());
        out.push_str(&format!(
            "  {:<9} {speaker} \"{}\": {}\n",
            q.kind.as_str(),
            text(q.cue),
            clip(q.content.of(&doc.text))
        ));
    }
    out
}

fn clip(text: &str) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(90) {
        Some((i, _)) => format!("{} …", &line[..i]),
        None => line,
    }
}

fn code(etype: EntityType) -> &'static str {
    match etype {
        EntityType::Person => "36",
        EntityType::Org => "33",
        EntityType::Gpe | EntityType::Loc | EntityType::Fac => "32",
        EntityType::Norp => "35",
        _ => "34",
    }
}

//! `dateline explain`: why a relation was found.

use super::models::ModelArgs;
use clap::Args;
use dateline::doc::{Argument, Article, Doc, Relation, RelationType};
use dateline::error::{Error, ErrorKind, Result};
use dateline::pipeline::Worker;
use dateline::relate::Explanation;
use dateline::relate::cues::Entry;
use dateline::tables::find::{Row, find};
use dateline::tables::schema::table;
use dateline::text::Span;
use dateline::text::date::{Published, parse_published};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
#[command(after_help = NOTES)]
pub struct ExplainArgs {
    /// The relation_id of a row of relations
    relation: String,
    /// Folder that the run wrote: relations and articles, in any format
    #[arg(long = "in", value_name = "OUT")]
    folder: PathBuf,
    #[command(flatten)]
    models: ModelArgs,
}

const NOTES: &str = "\
The article's text is taken from OUT and analysed again, so give the --models and --lexicon of the
run. Printed are the sentence with cue, source, target and content marked; its parse; the probability
of the type and of its rivals; what spoke for and against it (what its log-odds lose without that
part of what the classifier looks at); the entries of the lexicon that matched; the candidates for
source, target and modality; and the models and lexicons it was read against. The stage leans towards
finding: a type may stand although \"no cue\" has up to four times its probability, with a confidence
that says so.";

/// Rivals and parts that are printed.
const SHOWN: usize = 4;

pub fn run(args: &ExplainArgs) -> Result<ExitCode> {
    let of = |name| table(name).expect("in the schema");
    let missing = |what: &str| Error::new(ErrorKind::Usage, format!("there is no {what} here")).in_file(&args.folder);
    let row = find(&args.folder, of("relations"), Some(&args.relation))?
        .ok_or_else(|| missing(&format!("relation {}", args.relation)))?;
    let article_id = row.text("article_id").unwrap_or_default();
    let article = find(&args.folder, of("articles"), Some(article_id))?
        .ok_or_else(|| missing(&format!("article {article_id}, which the relation names")))?;
    // A run that was asked for a few tables alone has no record of itself.
    let record = find(&args.folder, of("runs"), None).ok().flatten();

    let pipeline = args.models.load()?;
    let mut worker = pipeline.worker();
    worker.analyse_again(read(&article), article.text("text").unwrap_or_default());
    let changes = changes(&pipeline.models(), record.as_ref());
    let number = worker.rows().relation_ids.iter().position(|id| *id == args.relation);
    let found = number.and_then(|n| Some((n, worker.explain(n)?)));
    let Some((number, explanation)) = found else {
        let why = if changes.is_empty() { "the run was another version's".to_string() } else { changes.join("; ") };
        let reason = format!("relation {} is not found again: {why}", args.relation);
        return Err(Error::new(ErrorKind::Usage, reason).in_file(&row.file));
    };
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let page = Page { worker: &worker, relation: &worker.doc().relations[number], colour };
    let mut out = page.head(&row, &article);
    page.parse(&mut out);
    page.reasons(&explanation, &mut out);
    let _ = writeln!(out, "\n{}", page.bold("Read against"));
    let _ = writeln!(out, "  dateline {}", env!("CARGO_PKG_VERSION"));
    pipeline.models().iter().for_each(|model| out.push_str(&format!("  {model}\n")));
    changes.iter().for_each(|change| out.push_str(&format!("  not as in the run: {change}\n")));
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(out.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// The article of a row, as far as the stages after cleaning look at it.
fn read(row: &Row) -> Article {
    let text = |column| row.text(column).map(String::from);
    let published = row.text("published_at").and_then(parse_published);
    let precision = row.text("published_precision").and_then(|p| p.parse().ok());
    Article {
        input_file: text("input_file").unwrap_or_default(),
        source_id: text("source_id"),
        title: text("title").unwrap_or_default(),
        published: published.map(|p| Published { precision: precision.unwrap_or(p.precision), ..p }),
        dateline_place: text("dateline_place"),
        dateline_date: text("dateline_date"),
        language: text("language"),
        ..Article::default()
    }
}

/// In what the models and lexicons of now and of the run differ.
fn changes(now: &[String], record: Option<&Row>) -> Vec<String> {
    let Some(record) = record else { return Vec::new() };
    let then = record.list("models");
    let added = now.iter().filter(|m| !then.contains(m)).map(|m| format!("{m} is not the run's"));
    added.chain(then.iter().filter(|m| !now.contains(m)).map(|m| format!("the run had {m}"))).collect()
}

struct Page<'a> {
    worker: &'a Worker<'a>,
    relation: &'a Relation,
    colour: bool,
}

impl Page<'_> {
    fn doc(&self) -> &Doc {
        self.worker.doc()
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    /// The parts of the relation with their names and colours; where two overlap the first is shown.
    fn marks(&self) -> [(&'static str, &'static str, Option<Span>); 4] {
        let r = self.relation;
        let span = |a: &Option<Argument>| a.as_ref().map(|a| a.span);
        [
            ("cue", "1;31", Some(r.cue)),
            ("source", "1;36", span(&r.source)),
            ("target", "1;33", span(&r.target)),
            ("content", "32", r.content),
        ]
    }

    /// Which mark a token has.
    fn mark(&self, token: usize) -> Option<usize> {
        let span = self.doc().tokens[token];
        self.marks().iter().position(|m| m.2.is_some_and(|s| s.contains(span)))
    }

    fn head(&self, row: &Row, article: &Row) -> String {
        let (r, doc) = (self.relation, self.doc());
        let of = |column| article.text(column).unwrap_or_default();
        let mut out = format!("{} {}\n", self.bold(r.rtype.as_str()), row.text("relation_id").unwrap_or_default());
        let _ = writeln!(out, "{}, record {}: {}\n", of("input_file"), of("input_record"), of("title"));
        out.push_str(&format!("  {}\n\n", self.sentence()));
        for (name, code, span) in self.marks() {
            let words = span.map_or("-".to_string(), |s| s.of(&doc.text).replace('\n', " "));
            let full = row.text(&format!("{name}_name")).filter(|full| *full != words);
            let full = full.map_or(String::new(), |full| format!(" ({full})"));
            let _ = writeln!(out, "  {name:<10} {}{full}", self.paint(code, &words));
        }
        let negated = if r.negated { ", negated" } else { "" };
        let _ = writeln!(out, "  {:<10} {}{negated}", "status", r.modality);
        let _ = writeln!(out, "  {:<10} {}", "word of", r.attributed_to.as_ref().map_or("the article", |a| &a.name));
        let _ = writeln!(out, "  {:<10} {:.2}\n  {:<10} {}", "confidence", r.confidence, "rule", r.rule);
        out
    }

    fn sentence(&self) -> String {
        let doc = self.doc();
        let sentence = doc.sentences[self.relation.sentence as usize];
        let (mut out, mut at, mut i) = (String::new(), sentence.span.start, sentence.first as usize);
        while i < sentence.last as usize {
            let (first, mark) = (i, self.mark(i));
            while i < sentence.last as usize && self.mark(i) == mark {
                i += 1;
            }
            let span = doc.span_of(first..i);
            out.push_str(&doc.text[at as usize..span.start as usize]);
            let words = span.of(&doc.text);
            out.push_str(&match mark.map(|m| self.marks()[m]) {
                None => words.to_string(),
                Some((_, code, _)) if self.colour => self.paint(code, words),
                Some((name, ..)) => format!("[{name}: {words}]"),
            });
            at = span.end;
        }
        out.replace('\n', " ")
    }

    fn parse(&self, out: &mut String) {
        let (doc, vocab) = (self.doc(), self.worker.vocab());
        let sentence = doc.sentences[self.relation.sentence as usize];
        let width = sentence.tokens().map(|i| doc.token(i).chars().count()).max().unwrap_or(0).min(24);
        let _ = writeln!(out, "\n{}", self.bold("Parse"));
        for i in sentence.tokens() {
            let head = doc.heads[i] as usize;
            let on = if head == i { "-" } else { doc.token(head) };
            let word = format!("{:<width$}", doc.token(i));
            let mark = self.mark(i).map(|m| self.marks()[m]);
            let line = format!(
                "{:>3} {} {:<width$} {:<6} {:<5} {:<14} {on}",
                i - sentence.first as usize,
                mark.map_or(word.clone(), |(_, code, _)| self.paint(code, &word)),
                vocab.word(doc.lemmas[i]),
                doc.upos[i].as_str(),
                doc.xpos[i].as_str(),
                doc.deprels[i].as_str(),
            );
            let _ = writeln!(out, "  {line}");
        }
    }

    fn reasons(&self, e: &Explanation, out: &mut String) {
        let doc = self.doc();
        let line = |out: &mut String, name: &str, items: Vec<String>| {
            let items = if items.is_empty() { "-".to_string() } else { items.join(", ") };
            let _ = writeln!(out, "{} {items}", self.bold(&format!("{name:<10}")));
        };
        out.push('\n');
        let type_name = |t: Option<RelationType>| t.map_or("no cue", |t| t.as_str());
        line(out, "Type", e.types.iter().take(SHOWN).map(|(t, p)| format!("{} {p:.2}", type_name(*t))).collect());
        let part = |(what, token, odds): &(&str, usize, f32)| format!("{what} {:?} {odds:+.1}", doc.token(*token));
        let felt = |sign: f32| e.parts.iter().filter(move |p| p.2 * sign >= 0.05).take(SHOWN).map(part).collect();
        line(out, "  for", felt(1.0));
        line(out, "  against", felt(-1.0));
        // Verbs of saying tell of nearly every type, but rarely: of such strengths the type's own will do.
        let telling = |(t, strength): &(RelationType, u64)| *strength > 1 || *t == self.relation.rtype;
        let places = |entry: &'_ Entry| {
            let types = entry.strengths.types().filter(telling);
            types.filter_map(|(t, _)| entry.place(t)).collect::<Vec<_>>()
        };
        line(out, "Lexicon", e.entries.iter().flat_map(places).collect());
        for (name, choices) in [("Source", &e.sources), ("Target", &e.targets)] {
            let choices = choices.iter().take(SHOWN).filter(|c| c.1 >= 0.005);
            line(out, name, choices.map(|(who, p)| format!("{} {p:.2}", who.as_deref().unwrap_or("none"))).collect());
        }
        let modalities = e.modalities.iter().take(SHOWN).filter(|c| c.1 >= 0.005);
        line(out, "Modality", modalities.map(|(m, p)| format!("{m} {p:.2}")).collect());
        line(out, "Negated", vec![format!("{:.2}", e.negated)]);
    }
}

//! Rows of the tables of one article, from its document.

use super::batch::Batch;
use super::ids;
use super::schema::table;
use crate::doc::{Argument, Doc, Entity, EntityType, Link, MentionKind};
use crate::text::chars::singular;
use crate::text::{CodePoints, Span, Vocab};

/// The rows of one article, and what the run as a whole wants to know of it.
#[derive(Debug)]
pub struct ArticleRows {
    /// The article's id.
    pub article_id: String,
    /// Ids of `doc.entities`, in their order.
    pub entity_ids: Vec<String>,
    /// Ids of `doc.relations`, in their order.
    pub relation_ids: Vec<String>,
    /// Hash of title and body.
    pub content_hash: String,
    /// The row of `articles`.
    pub article: Batch,
    /// Rows of `sentences`.
    pub sentences: Batch,
    /// Rows of `tokens`, if they are asked for.
    pub tokens: Batch,
    /// Rows of `mentions`.
    pub mentions: Batch,
    /// Rows of `quotes`.
    pub quotes: Batch,
    /// Rows of `relations`.
    pub relations: Batch,
}

impl ArticleRows {
    /// The tables that have rows of articles, in the order of [`ArticleRows::tables`].
    pub const TABLES: [&'static str; 6] = ["articles", "sentences", "tokens", "mentions", "quotes", "relations"];

    /// The rows, a batch a table.
    pub fn tables(self) -> [Batch; 6] {
        let ArticleRows { article, sentences, tokens, mentions, quotes, relations, .. } = self;
        [article, sentences, tokens, mentions, quotes, relations]
    }
}

/// CAMEO code, PLOVER type and quad class of a relation, by its type; the stage that relates has the table.
pub type Codes<'a> = dyn Fn(crate::doc::RelationType) -> [Option<&'a str>; 3] + 'a;

/// The record's own id, else its file and number.
pub fn source_id(doc: &Doc) -> String {
    let article = &doc.article;
    article.source_id.clone().unwrap_or_else(|| format!("{}#{}", article.input_file, article.input_record))
}

/// The id of an entity: of its entry in the knowledge base, else of its type and name, case and punctuation aside, so that
/// two machines agree. A person known by one word alone is that of the article: namesakes are many.
fn entity_id(entity: &Entity, article_id: &str) -> String {
    let link = entity.link.as_deref();
    let etype = link.and_then(|l| l.etype).unwrap_or(entity.etype).as_str().as_bytes();
    match link {
        Some(Link { wikidata: Some(w), .. }) => ids::id('e', &[b"wikidata", &w.to_le_bytes()]),
        Some(Link { geonames: Some(g), .. }) => ids::id('e', &[b"geonames", &g.to_le_bytes()]),
        Some(Link { name, .. }) => ids::id('e', &[etype, normal(name).as_bytes()]),
        None if entity.etype == EntityType::Person && !entity.name.contains(' ') => {
            ids::id('e', &[etype, normal(&entity.name).as_bytes(), article_id.as_bytes()])
        }
        // "Muslims" are "Muslim".
        None if entity.etype == EntityType::Norp => ids::id('e', &[etype, singular(&normal(&entity.name)).as_bytes()]),
        None => ids::id('e', &[etype, normal(&entity.name).as_bytes()]),
    }
}

fn normal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Builds the rows of an analysed article.
pub fn rows(doc: &Doc, vocab: &Vocab, codes: &Codes<'_>, pieces: Option<&(dyn Fn(&str) -> u32 + Sync)>) -> ArticleRows {
    let new = |name| Batch::new(table(name).expect("in the schema"));
    let content_hash = ids::hash(doc.text.as_bytes());
    // A recall may repeat what it recalls, and what was withheld may come again.
    let recalled: &[u8] = if doc.article.is_recalled() { b"recalled" } else { b"" };
    let source = source_id(doc);
    let parts = [source.as_bytes(), content_hash.as_bytes(), recalled];
    let article_id = ids::id('a', if recalled.is_empty() { &parts[..2] } else { &parts });
    let mut rows = ArticleRows {
        entity_ids: doc.entities.iter().map(|e| entity_id(e, &article_id)).collect(),
        relation_ids: Vec::new(),
        content_hash,
        article: new("articles"),
        sentences: new("sentences"),
        tokens: new("tokens"),
        mentions: new("mentions"),
        quotes: new("quotes"),
        relations: new("relations"),
        article_id,
    };
    article(doc, &mut rows);
    let points = CodePoints::new(&doc.text);
    let sentence_ids = sentences(doc, &points, &mut rows);
    let mention_ids = mentions(doc, &points, &sentence_ids, &mut rows);
    let quote_ids = quotes(doc, &points, &sentence_ids, &mut rows);
    relations(doc, &points, codes, [&sentence_ids, &mention_ids, &quote_ids], &mut rows);
    if let Some(pieces) = pieces {
        tokens(doc, vocab, &points, &sentence_ids, pieces, &mut rows.tokens);
    }
    rows
}

fn sentences(doc: &Doc, points: &CodePoints<'_>, rows: &mut ArticleRows) -> Vec<String> {
    let mut sentence_ids = Vec::with_capacity(doc.sentences.len());
    for (n, sentence) in doc.sentences.iter().enumerate() {
        let (start, end) = points.span(sentence.span);
        let id = ids::at('s', &rows.article_id, "sentence", start, end, b"");
        let row = rows.sentences.str(id.as_str()).str(rows.article_id.as_str()).int(n as i64);
        row.int(i64::from(start)).int(i64::from(end)).str(sentence.zone.as_str());
        sentence_ids.push(id);
    }
    sentence_ids
}

fn mentions(doc: &Doc, points: &CodePoints<'_>, sentence_ids: &[String], rows: &mut ArticleRows) -> Vec<String> {
    let mut mention_ids = Vec::with_capacity(doc.mentions.len());
    for mention in &doc.mentions {
        let (start, end) = points.span(mention.span);
        let (etype, kind) = (mention.etype.as_str(), mention.kind.as_str());
        let id = ids::at('m', &rows.article_id, kind, start, end, etype.as_bytes());
        let entity = mention.entity.map(|e| rows.entity_ids[e as usize].as_str());
        let row = rows.mentions.str(id.as_str()).str(rows.article_id.as_str());
        row.str(sentence_ids[mention.sentence as usize].as_str()).str(entity).int(i64::from(start)).int(i64::from(end));
        row.str(mention.span.of(&doc.text)).str(etype).str(kind).str(mention.role.as_deref()).float(mention.confidence);
        mention_ids.push(id);
    }
    mention_ids
}

/// Puts text, start and end of a span into the next three columns.
fn put_span(batch: &mut Batch, doc: &Doc, points: &CodePoints<'_>, span: Option<Span>) {
    let ends = span.map(|s| points.span(s));
    batch.str(span.map(|s| s.of(&doc.text)));
    batch.int(ends.map(|e| i64::from(e.0))).int(ends.map(|e| i64::from(e.1)));
}

fn entity<'r>(argument: Option<&Argument>, entity_ids: &'r [String]) -> Option<&'r str> {
    argument.and_then(|a| a.entity).map(|e| entity_ids[e as usize].as_str())
}

fn quotes(doc: &Doc, points: &CodePoints<'_>, sentence_ids: &[String], rows: &mut ArticleRows) -> Vec<String> {
    let mut quote_ids = Vec::with_capacity(doc.quotes.len());
    for quote in &doc.quotes {
        let (start, end) = points.span(quote.content);
        let cue = quote.cue.map_or(start, |c| points.at(c.start));
        let id = ids::at('q', &rows.article_id, quote.kind.as_str(), start, end, &cue.to_le_bytes());
        let (batch, speaker) = (&mut rows.quotes, quote.speaker.as_ref());
        batch.str(id.as_str()).str(rows.article_id.as_str()).str(sentence_ids[quote.sentence as usize].as_str());
        batch.str(quote.kind.as_str()).str(speaker.map(|s| s.name.as_str()));
        put_span(batch, doc, points, speaker.map(|s| s.span));
        batch.str(entity(speaker, &rows.entity_ids));
        put_span(batch, doc, points, quote.cue);
        put_span(batch, doc, points, Some(quote.content));
        batch.str(quote.addressee.as_ref().map(|a| a.name.as_str())).float(quote.confidence);
        quote_ids.push(id);
    }
    quote_ids
}

fn relations(
    doc: &Doc,
    points: &CodePoints<'_>,
    codes: &Codes<'_>,
    [sentence_ids, mention_ids, quote_ids]: [&[String]; 3],
    rows: &mut ArticleRows,
) {
    for relation in &doc.relations {
        let (start, end) = points.span(relation.cue);
        let (source, target) = (relation.source.as_ref(), relation.target.as_ref());
        // Two relations of one cue and type differ in who or to whom.
        let place = |a: Option<&Argument>| a.map_or(u32::MAX, |a| points.at(a.span.start)).to_le_bytes();
        let more = [relation.rtype.as_str().as_bytes(), &place(source), &place(target)].concat();
        let id = ids::at('r', &rows.article_id, "relation", start, end, &more);
        let batch = &mut rows.relations;
        batch.str(id.as_str()).str(rows.article_id.as_str()).str(sentence_ids[relation.sentence as usize].as_str());
        batch.str(relation.rtype.as_str());
        put_span(batch, doc, points, Some(relation.cue));
        for argument in [source, target] {
            batch.str(argument.map(|a| a.name.as_str()));
            put_span(batch, doc, points, argument.map(|a| a.span));
            batch.str(argument.and_then(|a| a.mention).map(|m| mention_ids[m as usize].as_str()));
            batch.str(entity(argument, &rows.entity_ids));
        }
        batch.str(relation.affected.as_ref().map(|a| a.name.as_str()));
        put_span(batch, doc, points, relation.content);
        batch.bool(relation.negated).str(relation.modality.as_str());
        let attributed = relation.attributed_to.as_ref();
        batch.str(attributed.map(|a| a.name.as_str())).str(entity(attributed, &rows.entity_ids));
        batch.str(relation.quote.map(|q| quote_ids[q as usize].as_str()));
        let date = relation.event_date.as_ref();
        batch.str(date.map(|d| d.date.as_str())).str(date.map(|d| d.precision.as_str()));
        let place = relation.place.map(|m| &doc.mentions[m as usize]);
        let place_entity = place.and_then(|m| m.entity).map(|e| e as usize);
        batch.str(place.map(|m| place_entity.map_or(m.span.of(&doc.text), |e| doc.entities[e].name.as_str())));
        batch.str(place_entity.map(|e| rows.entity_ids[e].as_str()));
        for code in codes(relation.rtype) {
            batch.str(code);
        }
        batch.float(relation.confidence).str(relation.rule.as_str());
        rows.relation_ids.push(id);
    }
}

fn tokens(
    doc: &Doc,
    vocab: &Vocab,
    points: &CodePoints<'_>,
    sentence_ids: &[String],
    pieces: &(dyn Fn(&str) -> u32 + Sync),
    batch: &mut Batch,
) {
    let mut names = doc.mentions.iter().filter(|m| m.kind == MentionKind::Name).peekable();
    for (sentence, id) in doc.sentences.iter().zip(sentence_ids) {
        for i in sentence.tokens() {
            while names.next_if(|m| m.last as usize <= i).is_some() {}
            let ner = names
                .peek()
                .filter(|m| m.first as usize <= i)
                .map_or("O".to_string(), |m| format!("{}-{}", if m.first as usize == i { "B" } else { "I" }, m.etype));
            let (start, end) = points.span(doc.tokens[i]);
            let head = if doc.is_root(i) { -1 } else { i64::from(doc.heads[i]) - i64::from(sentence.first) };
            batch.str(id.as_str()).int((i - sentence.first as usize) as i64).int(i64::from(start)).int(i64::from(end));
            batch.str(doc.token(i)).str(vocab.word(doc.lemmas[i])).str(doc.upos[i].as_str()).int(head);
            batch.str(doc.deprels[i].as_str()).str(ner).int(i64::from(pieces(doc.token(i))));
        }
    }
}

/// The article's own row; what relates it to other articles is set later, by [`Batch::set`].
fn article(doc: &Doc, rows: &mut ArticleRows) {
    let (a, batch) = (&doc.article, &mut rows.article);
    batch.str(rows.article_id.as_str()).str(source_id(doc)).int(0).str(None);
    batch.str(rows.content_hash.as_str()).str(None).str(None);
    batch.str(doc.title.of(&doc.text)).str(doc.text.as_str()).list(a.byline.clone()).str(a.publisher.as_deref());
    batch.str(a.agency.as_deref()).str(a.section.as_deref()).list(a.tags.clone()).str(a.url.as_deref());
    batch.time(a.published.map(|p| p.seconds)).str(a.published.map_or("none", |p| p.precision.as_str()));
    batch.str(a.dateline_place.as_deref()).str(a.dateline_date.as_deref()).str(a.language.as_deref());
    batch.int(doc.text.chars().count() as i64).int(doc.sentences.len() as i64).int(doc.tokens.len() as i64);
    batch.list(a.removed.iter().map(|r| format!("{}: {}", r.kind, r.text)).collect());
    batch.list(a.flags.iter().map(|f| f.to_string()).collect()).str(a.input_file.as_str()).int(a.input_record as i64);
}

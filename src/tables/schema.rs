//! Every table and column that a run writes: the one place that names them.

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name and that of its file.
    pub name: &'static str,
    /// What a row is.
    pub doc: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What it says.
    pub doc: &'static str,
}

/// The kinds of values; all but those of the ids may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Str,
    /// A list of texts; a JSON array in CSV.
    List,
    /// A whole number.
    Int,
    /// A number from 0 to 1, or a measure.
    Float,
    /// True or false.
    Bool,
    /// A moment in UTC, to the second.
    Time,
}

impl Kind {
    /// Its name in `dateline schema`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Str => "string",
            Kind::List => "list<string>",
            Kind::Int => "int64",
            Kind::Float => "float32",
            Kind::Bool => "bool",
            Kind::Time => "timestamp(UTC)",
        }
    }
}

/// Version of this page; it changes when a column does.
pub const SCHEMA_VERSION: &str = "1";

/// The table of a name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|t| t.name == name)
}

macro_rules! columns {
    ($($name:literal $kind:ident $doc:literal)*) => {
        &[$(Column { name: $name, kind: Kind::$kind, doc: $doc }),*]
    };
}

/// All tables. Offsets are code points of `articles.text`, half open.
pub static TABLES: &[Table] = &[
    Table {
        name: "articles",
        doc: "One row an article that was read",
        columns: columns! {
            "article_id" Str "id, of the content and the record's own id"
            "source_id" Str "the record's own id, else file and record number"
            "revision" Int "0, or how many earlier versions of the same source_id the run has seen"
            "supersedes" Str "article_id of the version before"
            "content_hash" Str "hash of title and body"
            "duplicate_of" Str "article_id of the first article with this content"
            "duplicate_kind" Str "exact or near"
            "title" Str "headline"
            "text" Str "title, an empty line, and the cleaned body: what all offsets count in"
            "byline" List "who wrote it"
            "publisher" Str "paper or site"
            "agency" Str "the wire it credits"
            "section" Str "section or desk"
            "tags" List "tags and keywords"
            "url" Str "address"
            "published_at" Time "publication"
            "published_precision" Str "second, minute, day or none"
            "dateline_place" Str "place of the dateline"
            "dateline_date" Str "date of the dateline, YYYY-MM-DD"
            "language" Str "ISO 639-1 code"
            "n_chars" Int "code points of text"
            "n_sentences" Int "sentences"
            "n_tokens" Int "tokens"
            "removed" List "what cleaning took out, as kind: text"
            "flags" List "mojibake_repaired, truncated, paywall, too_short, not_english, withdrawn, withheld ..."
            "input_file" Str "file it was read from"
            "input_record" Int "record of that file, from 1"
        },
    },
    Table {
        name: "sentences",
        doc: "One row a sentence",
        columns: columns! {
            "sentence_id" Str "id"
            "article_id" Str "its article"
            "index" Int "its number in the article, from 0"
            "start" Int "first code point"
            "end" Int "one past the last"
            "zone" Str "title, lead, body or tail"
        },
    },
    Table {
        name: "tokens",
        doc: "One row a token (only with --tables tokens)",
        columns: columns! {
            "sentence_id" Str "its sentence"
            "index" Int "its number in the sentence, from 0"
            "start" Int "first code point"
            "end" Int "one past the last"
            "text" Str "the token"
            "lemma" Str "dictionary form"
            "upos" Str "universal part of speech"
            "head" Int "index of the head in the sentence, -1 for the root"
            "deprel" Str "relation to the head (UD)"
            "ner" Str "BIO label of the name it belongs to"
            "n_pieces" Int "pieces of the shipped sub-word vocabulary"
        },
    },
    Table {
        name: "mentions",
        doc: "One row a place in the text that refers to someone or something, or states a value",
        columns: columns! {
            "mention_id" Str "id"
            "article_id" Str "its article"
            "sentence_id" Str "its sentence"
            "entity_id" Str "what it refers to, where resolved"
            "start" Int "first code point"
            "end" Int "one past the last"
            "text" Str "the words; of a name the name alone"
            "type" Str "PERSON, ORG, GPE ... DATE, MONEY ..."
            "kind" Str "name, nominal, pronoun or value"
            "role" Str "title or role given at this place"
            "confidence" Float "probability that span and type are right"
        },
    },
    Table {
        name: "entities",
        doc: "One row an entity over the whole run",
        columns: columns! {
            "entity_id" Str "id, of type and normalised name"
            "name" Str "the fullest form"
            "type" Str "as in mentions"
            "aliases" List "other forms"
            "country" Str "ISO 3166 alpha-3"
            "sector" Str "PLOVER sector: GOV, MIL, LEG, JUD, PTY, REB, BUS, MED, IGO, NGO ..."
            "role" Str "its most frequent role"
            "ticker" Str "stock exchange ticker"
            "wikidata_id" Str "entry in Wikidata"
            "geonames_id" Str "entry in GeoNames"
            "lat" Float "degrees north"
            "lon" Float "degrees east"
            "n_mentions" Int "mentions"
            "n_articles" Int "articles that mention it"
            "first_seen" Time "earliest publication"
            "last_seen" Time "latest publication"
        },
    },
    Table {
        name: "relations",
        doc: "One row an act, said or done, that a sentence tells",
        columns: columns! {
            "relation_id" Str "id"
            "article_id" Str "its article"
            "sentence_id" Str "its sentence"
            "type" Str "STATE, DENY, BAN ... (see the guide to relations)"
            "cue" Str "the words that express it"
            "cue_start" Int "first code point of the cue"
            "cue_end" Int "one past its last"
            "source_name" Str "who: the fullest name the article gives"
            "source_text" Str "who, as it stands"
            "source_start" Int "first code point"
            "source_end" Int "one past the last"
            "source_mention_id" Str "its mention"
            "source_entity_id" Str "its entity"
            "target_name" Str "to whom or what: the fullest name"
            "target_text" Str "as it stands"
            "target_start" Int "first code point"
            "target_end" Int "one past the last"
            "target_mention_id" Str "its mention"
            "target_entity_id" Str "its entity"
            "affected" Str "BAN and LIFT: who is bound or freed"
            "content" Str "what is said, denied, demanded ..."
            "content_start" Int "first code point"
            "content_end" Int "one past the last"
            "negated" Bool "the sentence says it did not happen"
            "modality" Str "actual, intended, possible, required or hypothetical"
            "attributed_to" Str "whose word it is, where not the article's own"
            "attributed_to_entity_id" Str "its entity"
            "quote_id" Str "the quote it stands in or makes"
            "event_date" Str "when, resolved against the publication date"
            "event_date_precision" Str "day, week, month, year or publication"
            "place_name" Str "where"
            "place_entity_id" Str "its entity"
            "cameo" Str "CAMEO code"
            "plover" Str "PLOVER event type"
            "quad_class" Str "1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict"
            "confidence" Float "probability that the row is right"
            "rule" Str "what fired: the cue's dictionary form, and the entry of the lexicon that speaks for the type, or the classifier alone"
        },
    },
    Table {
        name: "quotes",
        doc: "One row an attribution of content to a source",
        columns: columns! {
            "quote_id" Str "id"
            "article_id" Str "its article"
            "sentence_id" Str "the sentence it begins in"
            "kind" Str "direct, indirect or mixed"
            "speaker_name" Str "who says it: the fullest name"
            "speaker_text" Str "as it stands"
            "speaker_start" Int "first code point"
            "speaker_end" Int "one past the last"
            "speaker_entity_id" Str "its entity"
            "cue" Str "the words that attribute"
            "cue_start" Int "first code point"
            "cue_end" Int "one past the last"
            "content" Str "what is said"
            "content_start" Int "first code point"
            "content_end" Int "one past the last"
            "addressee" Str "to whom"
            "confidence" Float "probability that the row is right"
        },
    },
    Table {
        name: "events",
        doc: "One row an act in the world, put together from the relations of many articles",
        columns: columns! {
            "event_id" Str "id"
            "date" Str "YYYY-MM-DD, where known"
            "type" Str "as in relations"
            "source_entity_id" Str "who"
            "source_name" Str "who, by name"
            "target_entity_id" Str "to whom or what"
            "target_name" Str "to whom or what, by name"
            "n_relations" Int "relations"
            "n_articles" Int "articles, duplicates aside"
            "n_publishers" Int "publishers, duplicates aside"
            "publishers" List "their names"
            "first_seen" Time "earliest publication"
            "last_seen" Time "latest publication"
            "relation_ids" List "its relations"
            "asserted_by" List "who tells it"
            "confirmed_by" List "who confirms it"
            "denied_by" List "who denies it"
            "not_confirmed_by" List "who would not confirm it"
        },
    },
    Table {
        name: "rejects",
        doc: "One row a record or file that could not be used",
        columns: columns! {
            "input_file" Str "file"
            "input_record" Int "record of that file, from 1; 0 for the file as a whole"
            "record_hash" Str "hash of the record's bytes"
            "stage" Str "read, clean, analyse"
            "code" Str "unreadable, broken_json, invalid_utf8, no_text ..."
            "message" Str "what was wrong"
            "excerpt" Str "its beginning"
            "run_id" Str "the run"
        },
    },
    Table {
        name: "runs",
        doc: "One row: the run itself. The only table with a clock in it",
        columns: columns! {
            "run_id" Str "id"
            "started_at" Time "begin"
            "ended_at" Time "end"
            "status" Str "ok, rejects_over_limit, interrupted or killed"
            "tool_version" Str "version of dateline"
            "schema_version" Str "version of these tables"
            "models" List "name and hash of each model and lexicon"
            "config_hash" Str "hash of the options that touch the rows"
            "inputs" List "path, bytes and hash of each input"
            "n_articles" Int "articles written"
            "n_relations" Int "relations written"
            "n_rejects" Int "rejects"
            "rejects_by_code" List "code: count"
            "seconds_by_stage" List "stage: seconds, over all threads"
            "peak_memory" Int "bytes"
        },
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for table in TABLES {
            let mut names: Vec<_> = table.columns.iter().map(|c| c.name).collect();
            names.sort_unstable();
            assert!(names.is_sorted_by(|a, b| a < b), "{}", table.name);
        }
    }
}

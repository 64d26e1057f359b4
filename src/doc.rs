//! What stages share: [`Article`], one record as it was read, and [`Doc`], its columns as the stages fill them.
//!
//! A `Doc` is a struct of arrays. Token `i` is `doc.tokens[i]` with the tag `doc.upos[i]`, the head `doc.heads[i]`, and so
//! on. All spans are bytes of `doc.text`; words are symbols of the worker's [`Vocab`](crate::text::Vocab).

use crate::text::date::Published;
use crate::text::{Span, Symbol, string_enum};
use std::ops::Range;

/// One record of the input, as read and then as cleaned.
#[derive(Clone, Debug, Default)]
pub struct Article {
    /// The file it came from, as named by the caller; `-` for standard input.
    pub input_file: String,
    /// Its number in that file, from 1.
    pub input_record: u64,
    /// The record's own id.
    pub source_id: Option<String>,
    /// Headline, empty where there is none.
    pub title: String,
    /// The text without the headline; paragraphs are separated by line breaks.
    pub body: String,
    /// When it was published.
    pub published: Option<Published>,
    /// Who wrote it.
    pub byline: Vec<String>,
    /// Paper or site that published it.
    pub publisher: Option<String>,
    /// The wire it credits.
    pub agency: Option<String>,
    /// Section or desk.
    pub section: Option<String>,
    /// Tags and keywords.
    pub tags: Vec<String>,
    /// Address.
    pub url: Option<String>,
    /// Place of the dateline ("MOSCOW, March 20 (Reuters) -").
    pub dateline_place: Option<String>,
    /// Date of the dateline, `YYYY-MM-DD`, resolved against the publication date.
    pub dateline_date: Option<String>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// What cleaning took out of the text.
    pub removed: Vec<Removed>,
    /// What a reader of the row should know.
    pub flags: Vec<Flag>,
}

/// A piece of text that cleaning took out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// What it was: `date_line`, `views`, `share`, `reading_time`, `headline_again`, `section`, `tags`, `dateline`, `byline`, `credit` …
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

string_enum! {
    /// Remarks on an article as a whole (`articles.flags`).
    Flag {
        MojibakeRepaired = "mojibake_repaired",
        ControlCharsRemoved = "control_chars_removed",
        Truncated = "truncated",
        Paywall = "paywall",
        TooShort = "too_short",
        NotEnglish = "not_english",
        NoDate = "no_date",
        Correction = "correction",
        Withdrawn = "withdrawn",
        Withheld = "withheld",
    }
}

impl Flag {
    /// Those of an article that must not be used, or not yet.
    pub const RECALLS: [Flag; 2] = [Flag::Withdrawn, Flag::Withheld];
}

impl Article {
    /// Whether its source has taken it back or holds it back.
    pub fn is_recalled(&self) -> bool {
        Flag::RECALLS.iter().any(|recall| self.flags.contains(recall))
    }
}

/// An article on its way through the stages.
#[derive(Debug, Default)]
pub struct Doc {
    /// What was read, cleaned. Title and body are in `text`.
    pub article: Article,
    /// Title, an empty line, and the cleaned body; the body alone where there is no title.
    pub text: String,
    /// The title's bytes in `text`.
    pub title: Span,

    /// Sentences in order of text; they hold every token.
    pub sentences: Vec<Sentence>,
    /// Tokens in order of text, never overlapping.
    pub tokens: Vec<Span>,
    /// The token's word.
    pub words: Vec<Symbol>,
    /// The token's word in lower case.
    pub lowers: Vec<Symbol>,

    /// Universal part of speech.
    pub upos: Vec<Upos>,
    /// Penn Treebank tag, which tells verb forms apart.
    pub xpos: Vec<Xpos>,
    /// Dictionary form.
    pub lemmas: Vec<Symbol>,

    /// Index of the token's head; a root is its own head.
    pub heads: Vec<u32>,
    /// Relation to the head.
    pub deprels: Vec<Deprel>,

    /// Names, descriptions, pronouns and values, in order of start.
    pub mentions: Vec<Mention>,
    /// What the mentions refer to, in this article.
    pub entities: Vec<Entity>,

    /// Attributed content, in order of content.
    pub quotes: Vec<Quote>,
    /// Acts said or done, in order of cue.
    pub relations: Vec<Relation>,
}

impl Doc {
    /// Empties every column for the next article and keeps their memory.
    pub fn clear(&mut self) {
        self.article = Article::default();
        self.text.clear();
        self.title = Span::default();
        self.sentences.clear();
        self.tokens.clear();
        self.words.clear();
        self.lowers.clear();
        self.upos.clear();
        self.xpos.clear();
        self.lemmas.clear();
        self.heads.clear();
        self.deprels.clear();
        self.mentions.clear();
        self.entities.clear();
        self.quotes.clear();
        self.relations.clear();
    }

    /// Leaves out relations and quotes of a lower confidence.
    pub fn drop_unsure(&mut self, min_confidence: f32) {
        let (mut numbers, mut kept) = (Vec::with_capacity(self.quotes.len()), 0u32);
        for quote in &self.quotes {
            let sure = quote.confidence >= min_confidence;
            numbers.push(sure.then_some(kept));
            kept += u32::from(sure);
        }
        self.quotes.retain(|q| q.confidence >= min_confidence);
        self.relations.retain(|r| r.confidence >= min_confidence);
        for relation in &mut self.relations {
            relation.quote = relation.quote.and_then(|q| numbers[q as usize]);
        }
    }

    /// The text of token `i`.
    pub fn token(&self, i: usize) -> &str {
        self.tokens[i].of(&self.text)
    }

    /// The bytes from the first to the last token of a non-empty token range.
    pub fn span_of(&self, tokens: Range<usize>) -> Span {
        self.tokens[tokens.start].cover(self.tokens[tokens.end - 1])
    }

    /// The index of the sentence that holds token `i`.
    pub fn sentence_of(&self, i: usize) -> usize {
        self.sentences.partition_point(|s| s.last as usize <= i)
    }

    /// Whether token `i` is the root of its sentence.
    pub fn is_root(&self, i: usize) -> bool {
        self.heads[i] as usize == i
    }
}

/// A sentence: a span and its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// From its first token to its last.
    pub span: Span,
    /// Index of the first token.
    pub first: u32,
    /// One past the last token.
    pub last: u32,
    /// Where in the article it stands.
    pub zone: Zone,
}

impl Sentence {
    /// Its tokens' indices.
    pub fn tokens(&self) -> Range<usize> {
        self.first as usize..self.last as usize
    }
}

string_enum! {
    /// Part of an article (`sentences.zone`): the headline, the first paragraph, the rest, and credits after it.
    Zone { Title = "title", Lead = "lead", Body = "body", Tail = "tail" }
}

string_enum! {
    /// Universal part of speech (UD v2).
    Upos {
        Adj = "ADJ", Adp = "ADP", Adv = "ADV", Aux = "AUX", Cconj = "CCONJ", Det = "DET", Intj = "INTJ", Noun = "NOUN",
        Num = "NUM", Part = "PART", Pron = "PRON", Propn = "PROPN", Punct = "PUNCT", Sconj = "SCONJ", Sym = "SYM",
        Verb = "VERB", X = "X",
    }
}

string_enum! {
    /// Part of speech in the tag set of the Penn Treebank, as the UD English treebanks use it.
    Xpos {
        Cc = "CC", Cd = "CD", Dt = "DT", Ex = "EX", Fw = "FW", In = "IN", Jj = "JJ", Jjr = "JJR", Jjs = "JJS", Ls = "LS",
        Md = "MD", Nn = "NN", Nns = "NNS", Nnp = "NNP", Nnps = "NNPS", Pdt = "PDT", Pos = "POS", Prp = "PRP",
        PrpS = "PRP$", Rb = "RB", Rbr = "RBR", Rbs = "RBS", Rp = "RP", Sym = "SYM", To = "TO", Uh = "UH", Vb = "VB",
        Vbd = "VBD", Vbg = "VBG", Vbn = "VBN", Vbp = "VBP", Vbz = "VBZ", Wdt = "WDT", Wp = "WP", WpS = "WP$", Wrb = "WRB",
        Add = "ADD", Afx = "AFX", Gw = "GW", Hyph = "HYPH", Nfp = "NFP", Dollar = "$", Comma = ",", Period = ".",
        Colon = ":", OpenQuote = "``", CloseQuote = "''", Lrb = "-LRB-", Rrb = "-RRB-",
    }
}

string_enum! {
    /// Dependency relation (UD v2, with the subtypes of the English treebanks).
    Deprel {
        Acl = "acl", AclRelcl = "acl:relcl", Advcl = "advcl", AdvclRelcl = "advcl:relcl", Advmod = "advmod", Amod = "amod",
        Appos = "appos", Aux = "aux", AuxPass = "aux:pass", Case = "case", Cc = "cc", CcPreconj = "cc:preconj",
        Ccomp = "ccomp", Compound = "compound", CompoundPrt = "compound:prt", Conj = "conj", Cop = "cop", Csubj = "csubj",
        CsubjOuter = "csubj:outer", CsubjPass = "csubj:pass", Dep = "dep", Det = "det", DetPredet = "det:predet",
        Discourse = "discourse", Dislocated = "dislocated", Expl = "expl", Fixed = "fixed", Flat = "flat",
        Goeswith = "goeswith", Iobj = "iobj", List = "list", Mark = "mark", Nmod = "nmod", NmodDesc = "nmod:desc",
        NmodPoss = "nmod:poss", NmodUnmarked = "nmod:unmarked", Nsubj = "nsubj", NsubjOuter = "nsubj:outer",
        NsubjPass = "nsubj:pass", Nummod = "nummod", Obj = "obj", Obl = "obl", OblAgent = "obl:agent",
        OblUnmarked = "obl:unmarked", Orphan = "orphan", Parataxis = "parataxis", Punct = "punct",
        Reparandum = "reparandum", Root = "root", Vocative = "vocative", Xcomp = "xcomp",
    }
}

string_enum! {
    /// Type of a mention or an entity (`mentions.type`): names as names.md has them, then values.
    EntityType {
        Person = "PERSON", Org = "ORG", Gpe = "GPE", Loc = "LOC", Fac = "FAC", Norp = "NORP", Product = "PRODUCT",
        Event = "EVENT", Law = "LAW", Work = "WORK", Misc = "MISC",
        Date = "DATE", Time = "TIME", Money = "MONEY", Percent = "PERCENT", Quantity = "QUANTITY", Ordinal = "ORDINAL",
        Cardinal = "CARDINAL",
    }
}

string_enum! {
    /// What a mention is made of (`mentions.kind`).
    MentionKind { Name = "name", Nominal = "nominal", Pronoun = "pronoun", Value = "value" }
}

/// A place in the text that refers to something.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Its bytes; for a name the name alone: no title, no article, no possessive.
    pub span: Span,
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub last: u32,
    /// Sentence index.
    pub sentence: u32,
    /// Type of what it refers to.
    pub etype: EntityType,
    /// Name, description, pronoun or value.
    pub kind: MentionKind,
    /// Index into `Doc::entities`; `None` where unresolved.
    pub entity: Option<u32>,
    /// Title or role that the text gives at this place.
    pub role: Option<String>,
    /// Probability that span and type are right.
    pub confidence: f32,
}

/// Someone or something that the article names.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// The fullest name that the article gives.
    pub name: String,
    /// Type.
    pub etype: EntityType,
    /// Other names in the article, in order of first sight.
    pub aliases: Vec<String>,
    /// ISO 3166 alpha-3 code, where known.
    pub country: Option<Country>,
    /// PLOVER sector, where known.
    pub sector: Option<Sector>,
    /// Its most telling role in the article.
    pub role: Option<String>,
    /// Stock exchange ticker.
    pub ticker: Option<String>,
    /// Mentions of it in the article.
    pub mentions: u32,
    /// Its entry in the knowledge base.
    pub link: Option<Box<Link>>,
}

/// An entry of the knowledge base.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its name there.
    pub name: String,
    /// Whether that is the name it is usually called by, not one of a register.
    pub usual: bool,
    /// Its type there; `None` for someone or some body.
    pub etype: Option<EntityType>,
    /// Number of the entry in Wikidata, without its Q.
    pub wikidata: Option<u32>,
    /// Number of the entry in GeoNames.
    pub geonames: Option<u32>,
    /// Degrees north and east.
    pub place: Option<(f32, f32)>,
}

/// A country by its ISO 3166 alpha-3 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(pub [u8; 3]);

impl Country {
    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl std::str::FromStr for Country {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Country([a, b, c])),
            _ => Err(format!("{text:?} is no country code of three capitals")),
        }
    }
}

string_enum! {
    /// What part of society an actor belongs to, after PLOVER (`entities.sector`).
    Sector {
        Gov = "GOV", Mil = "MIL", Leg = "LEG", Jud = "JUD", Pty = "PTY", Opp = "OPP", Reb = "REB", Cop = "COP", Spy = "SPY",
        Bus = "BUS", Med = "MED", Edu = "EDU", Rel = "REL", Igo = "IGO", Ngo = "NGO", Cvl = "CVL", Crm = "CRM", Lab = "LAB",
        Hlh = "HLH", Agr = "AGR",
    }
}

/// Who or what fills a place of a relation.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its words: name or head noun phrase with the modifiers before it.
    pub span: Span,
    /// Index into `Doc::mentions`.
    pub mention: Option<u32>,
    /// Index into `Doc::entities`.
    pub entity: Option<u32>,
    /// The fullest name the article gives, or the words themselves.
    pub name: String,
}

/// One act, said or done, that a sentence tells (`relations`).
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Sentence index.
    pub sentence: u32,
    /// What kind of act.
    pub rtype: RelationType,
    /// The words that express it.
    pub cue: Span,
    /// Who.
    pub source: Option<Argument>,
    /// To whom or what.
    pub target: Option<Argument>,
    /// BAN and LIFT: who is bound or freed.
    pub affected: Option<Argument>,
    /// What is said, denied, demanded …
    pub content: Option<Span>,
    /// The sentence says that it did not happen.
    pub negated: bool,
    /// How real the text makes it.
    pub modality: Modality,
    /// Whose word it is, where not the article's own.
    pub attributed_to: Option<Argument>,
    /// Index into `Doc::quotes`.
    pub quote: Option<u32>,
    /// When, resolved against the publication date.
    pub event_date: Option<EventDate>,
    /// Where: index into `Doc::mentions`.
    pub place: Option<u32>,
    /// Probability that the row is right.
    pub confidence: f32,
    /// What fired, for `dateline explain`.
    pub rule: String,
}

impl Relation {
    /// Whether both tell of one act in the same words: type, cue, source and target.
    pub fn says_the_same(&self, other: &Relation) -> bool {
        let span = |argument: &Option<Argument>| argument.as_ref().map(|a| a.span);
        (self.rtype, self.cue) == (other.rtype, other.cue)
            && (span(&self.source), span(&self.target)) == (span(&other.source), span(&other.target))
    }
}

/// A calendar date with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDate {
    /// `YYYY-MM-DD`, `YYYY-Www`, `YYYY-MM` or `YYYY`, as the precision says.
    pub date: String,
    /// How much of it the text gives.
    pub precision: DatePrecision,
}

string_enum! {
    /// Precision of an event date; `publication` where the text gives none and the article's own date stands in.
    DatePrecision { Day = "day", Week = "week", Month = "month", Year = "year", Publication = "publication" }
}

string_enum! {
    /// How real the text makes an act (`relations.modality`).
    Modality {
        Actual = "actual", Intended = "intended", Possible = "possible", Required = "required", Hypothetical = "hypothetical",
    }
}

string_enum! {
    /// The types of act (`relations.type`).
    RelationType {
        State = "STATE", Confirm = "CONFIRM", Deny = "DENY", NotConfirm = "NOT_CONFIRM", DeclineComment = "DECLINE_COMMENT",
        Accuse = "ACCUSE", Criticise = "CRITICISE", Praise = "PRAISE", Threaten = "THREATEN", Warn = "WARN",
        Demand = "DEMAND", Propose = "PROPOSE", Promise = "PROMISE", Reject = "REJECT", Ban = "BAN", Lift = "LIFT",
        Order = "ORDER", Sanction = "SANCTION", Detain = "DETAIN", Charge = "CHARGE", Meet = "MEET", Agree = "AGREE",
        Support = "SUPPORT", Aid = "AID", Attack = "ATTACK", Protest = "PROTEST", Mobilize = "MOBILIZE",
        Withdraw = "WITHDRAW", Appoint = "APPOINT", Dismiss = "DISMISS",
    }
}

impl RelationType {
    /// Whether the act is one of saying.
    pub fn is_speech(self) -> bool {
        self <= RelationType::Reject
    }
}

/// Content attributed to a source (`quotes`).
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// Index of the sentence that the content begins in.
    pub sentence: u32,
    /// In the source's words, in the article's, or both.
    pub kind: QuoteKind,
    /// Who says it.
    pub speaker: Option<Argument>,
    /// The words that attribute.
    pub cue: Option<Span>,
    /// What is said, with its quotation marks.
    pub content: Span,
    /// To whom.
    pub addressee: Option<Argument>,
    /// Probability that the row is right.
    pub confidence: f32,
}

string_enum! {
    /// Kind of quotation.
    QuoteKind { Direct = "direct", Indirect = "indirect", Mixed = "mixed" }
}

//! Which of its bearers a surname alone means: by the title before it, and by who is known by that surname all over the world.
//!
//! "Trump" in an article that names only Melania Trump in full is mostly somebody whom readers need no given name for.

use super::alias::{Key, fold};
use super::kb::Kb;
use super::nouns::{Gender, Nouns};
use crate::doc::{Doc, Entity, EntityType, Mention, MentionKind, Zone};
use rustc_hash::FxHashMap;

/// One of so many mentions of a surname must come before any full name, or with an office, for it to be somebody else's.
const SHARE: usize = 3;

/// What an article says of the surnames in it.
pub struct Namesakes<'a> {
    nouns: Option<&'a Nouns>,
    /// How often each full name is written.
    written: FxHashMap<&'a str, u32>,
    known: FxHashMap<&'a str, Known<'a>>,
}

/// A surname by which somebody is known, and that people of the article bear.
#[derive(Default)]
struct Known<'a> {
    /// Full names in the article of those who are known by it.
    bearers: Vec<&'a str>,
    /// Whether it means somebody whom the article never names in full.
    absent: bool,
}

/// What a title says of whoever bears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Title {
    Of(Gender),
    /// An office that one person of a surname holds.
    Office,
}

impl<'a> Namesakes<'a> {
    /// Reads the names of an article.
    pub fn new(doc: &'a Doc, kb: &Kb, nouns: Option<&'a Nouns>) -> Self {
        let people = || doc.mentions.iter().filter(|m| m.kind == MentionKind::Name && m.etype == EntityType::Person);
        let surface = |m: &Mention| m.span.of(&doc.text);
        let mut written: FxHashMap<&str, u32> = FxHashMap::default();
        let mut first: FxHashMap<&str, u32> = FxHashMap::default();
        for m in people().filter(|m| m.last - m.first > 1) {
            *written.entry(surface(m)).or_default() += 1;
            first.entry(surface(m)).or_insert(m.first);
        }
        let mut known: FxHashMap<&str, Known<'_>> = FxHashMap::default();
        for m in people().filter(|m| m.last - m.first == 1) {
            let name = surface(m);
            if known.contains_key(name) || written.is_empty() {
                continue;
            }
            let rows = kb.people(name);
            if rows.is_empty() {
                known.insert(name, Known::default());
                continue;
            }
            let key = Key::new(name);
            let all = written.keys().copied().filter(|full| key.fits(EntityType::Person, &Key::new(full)).is_some());
            let all: Vec<&str> = all.collect();
            let mut bearers: Vec<&str> =
                all.iter().copied().filter(|full| kb.people(full).iter().any(|row| rows.contains(row))).collect();
            bearers.sort_unstable();
            // Those who are mentioned before any full name, or with an office, of all in running text.
            let named = all.iter().map(|full| first[full]).min();
            let (mut apart, mut count) = (0, 0);
            for m in people().filter(|m| surface(m) == name && doc.sentences[m.sentence as usize].zone != Zone::Title) {
                count += 1;
                apart += usize::from(named.is_some_and(|n| m.first < n) || title(doc, m) == Some(Title::Office));
            }
            let absent = bearers.is_empty() && named.is_some() && apart > 0 && apart * SHARE >= count;
            known.insert(name, Known { bearers, absent });
        }
        Namesakes { nouns, written, known }
    }

    /// Whether a surname means somebody whom the article never names in full.
    pub fn is_absent(&self, doc: &Doc, mention: &Mention) -> bool {
        let absent = self.known.get(mention.span.of(&doc.text)).is_some_and(|k| k.absent);
        absent && title(doc, mention) != Some(Title::Of(Gender::Female))
    }

    /// How much speaks against the surname's meaning this person: the title's gender, or somebody better known by it.
    pub fn against(&self, doc: &Doc, mention: &Mention, person: &Entity) -> u8 {
        let title = title(doc, mention);
        if let (Some(Title::Of(gender)), Some(nouns)) = (title, self.nouns) {
            let given = person.name.split(' ').next().filter(|_| person.name.contains(' '));
            if given.and_then(|g| nouns.gender(g)).is_some_and(|g| g != gender) {
                return 2;
            }
        }
        let Some(known) = self.known.get(mention.span.of(&doc.text)) else { return 0 };
        let names = || std::iter::once(&person.name).chain(&person.aliases).map(String::as_str);
        if known.bearers.is_empty() || names().any(|n| known.bearers.contains(&n)) {
            return 0;
        }
        let written = |name: &str| self.written.get(name).copied().unwrap_or(0);
        let theirs: u32 = known.bearers.iter().map(|n| written(n)).sum();
        u8::from(title == Some(Title::Office) || names().map(written).sum::<u32>() <= theirs)
    }
}

/// The title right before a name.
fn title(doc: &Doc, mention: &Mention) -> Option<Title> {
    let before = (mention.first as usize).checked_sub(1)?;
    if before < doc.sentences[mention.sentence as usize].first as usize {
        return None;
    }
    match fold(doc.token(before)).as_str() {
        "mr" | "mr." | "sir" | "lord" => Some(Title::Of(Gender::Male)),
        "mrs" | "mrs." | "ms" | "ms." | "miss" | "dame" | "lady" => Some(Title::Of(Gender::Female)),
        "president" | "minister" | "premier" | "chancellor" | "king" | "queen" | "pope" => Some(Title::Office),
        _ => None,
    }
}

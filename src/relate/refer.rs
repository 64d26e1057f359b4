//! Pronouns and descriptions in the places of relations: whom "he", "it", "the company" mean.

use super::arguments;
use super::scene::Scene;
use crate::doc::{Argument, Deprel, EntityType, MentionKind, Upos};

/// Names of the article in order of text, with how much each is the one that is spoken of.
#[derive(Debug, Default)]
pub struct Referents {
    /// Name mentions: first token, mention, whether it is a subject.
    names: Vec<(u32, u32, bool)>,
}

impl Referents {
    /// Reads the document.
    pub fn fill(&mut self, scene: &Scene<'_>) {
        let doc = scene.doc;
        self.names.clear();
        for (m, mention) in
            doc.mentions.iter().enumerate().filter(|(_, m)| m.kind == MentionKind::Name && m.entity.is_some())
        {
            let tokens = mention.first as usize..mention.last as usize;
            let subject = tokens.clone().any(|i| {
                let outside = !tokens.contains(&(doc.heads[i] as usize));
                outside && matches!(doc.deprels[i], Deprel::Nsubj | Deprel::NsubjPass | Deprel::OblAgent | Deprel::Root)
            });
            self.names.push((mention.first, m as u32, subject));
        }
    }

    /// The nearest name before token `i` of one of these types: a subject of this or the last sentences before any other.
    fn before(&self, scene: &Scene<'_>, i: usize, types: &[EntityType]) -> Option<u32> {
        let doc = scene.doc;
        let end = self.names.partition_point(|n| (n.0 as usize) < i);
        let fits = |n: &&(u32, u32, bool)| types.contains(&doc.mentions[n.1 as usize].etype);
        let sentence = scene.sentence(i);
        let near = |n: &&(u32, u32, bool)| sentence - doc.mentions[n.1 as usize].sentence as usize <= 3;
        let subject = self.names[..end].iter().rev().filter(fits).filter(near).find(|n| n.2);
        subject.or_else(|| self.names[..end].iter().rev().find(fits)).map(|n| n.1)
    }

    /// The argument at a head, a pronoun or description resolved to its name where there is one.
    pub fn argument(&self, scene: &Scene<'_>, head: usize) -> Argument {
        use EntityType::{Gpe, Norp, Org, Person};
        let (doc, links) = (scene.doc, scene.links);
        let mut argument = arguments::argument(scene, head);
        if argument.mention.is_some() {
            return argument;
        }
        let types: &[EntityType] = match scene.lower(head) {
            "he" | "she" | "him" | "her" | "his" | "hers" | "himself" | "herself" => &[Person],
            "it" | "its" | "itself" => &[Org, Gpe],
            "company" | "firm" | "agency" | "ministry" | "group" | "party" | "bank" | "newspaper" | "paper"
            | "statement" => &[Org],
            "country" | "government" if doc.upos[head] == Upos::Noun => &[Gpe, Norp],
            "president" | "minister" | "spokesman" | "spokeswoman" | "leader" | "chancellor" | "senator"
            | "governor" | "mayor" => &[Person],
            _ => return argument,
        };
        let definite = doc.upos[head] == Upos::Pron
            || links.children(head).any(|c| matches!(scene.lower(c), "the" | "this" | "that" | "his" | "its"));
        // A description means a name only where it says "the" and nothing else that would tell it apart.
        let bare = doc.upos[head] == Upos::Pron || links.children(head).filter(|&c| c < head).count() <= 1;
        if let Some(m) = self.before(scene, head, types).filter(|_| definite && bare) {
            let entity = doc.mentions[m as usize].entity;
            argument.entity = entity;
            if let Some(e) = entity {
                argument.name = doc.entities[e as usize].name.clone();
            }
        }
        argument
    }
}

//! How sure the text is: negation and modality around a cue.

use super::cues::{Cue, Links};
use crate::doc::{Deprel, Doc, Modality, RelationType, Upos};
use crate::text::Vocab;

/// Whether the sentence says that the act of the cue at `i` did not happen.
pub fn negated(doc: &Doc, links: &Links, vocab: &Vocab, i: usize, rtype: RelationType) -> bool {
    // These types hold the "not" in themselves.
    if matches!(rtype, RelationType::NotConfirm | RelationType::DeclineComment) {
        return false;
    }
    let no =
        |j: usize| matches!(vocab.word(doc.lowers[j]), "not" | "n't" | "n’t" | "never" | "no" | "neither" | "without");
    let own = links.children(i).any(|c| {
        no(c) && matches!(doc.deprels[c], Deprel::Advmod | Deprel::Det | Deprel::Aux | Deprel::Cc | Deprel::Case)
    });
    let head = doc.heads[i] as usize;
    let light = doc.upos[i] == Upos::Noun && doc.deprels[i] == Deprel::Obj && links.children(head).any(no);
    // "failed to sign", "stopped short of banning"
    let failed = doc.deprels[i] == Deprel::Xcomp && matches!(vocab.word(doc.lemmas[head]), "fail" | "stop" | "cease");
    own || light || failed
}

/// How real the text makes the act of the cue at `i`; `cues` are the sentence's other cues.
pub fn modality(doc: &Doc, links: &Links, vocab: &Vocab, i: usize, cues: &[Cue]) -> Modality {
    let mut at = i;
    // Up through what governs the cue: the nearest sign decides.
    for depth in 0..5 {
        for c in links.children(at) {
            let word = vocab.word(doc.lowers[c]);
            match doc.deprels[c] {
                Deprel::Aux => match word {
                    "will" | "'ll" | "’ll" | "wo" | "shall" => return Modality::Intended,
                    "may" | "might" | "could" | "can" | "ca" => return Modality::Possible,
                    "must" | "should" | "ought" => return Modality::Required,
                    "would" | "'d" | "’d" => return Modality::Hypothetical,
                    _ => {}
                },
                Deprel::Mark if matches!(word, "if" | "unless" | "whether") => return Modality::Hypothetical,
                _ => {}
            }
        }
        let head = doc.heads[at] as usize;
        if head == at {
            break;
        }
        let governed = matches!(
            doc.deprels[at],
            Deprel::Xcomp | Deprel::Ccomp | Deprel::Acl | Deprel::Advcl | Deprel::Obj | Deprel::Obl | Deprel::Nmod
        );
        let infinitive =
            links.children(at).any(|c| doc.token(c).eq_ignore_ascii_case("to") && doc.deprels[c] == Deprel::Mark);
        if governed && (infinitive || matches!(doc.deprels[at], Deprel::Ccomp | Deprel::Obj | Deprel::Obl)) {
            if let Some(cue) = cues.iter().find(|c| c.token == head) {
                match cue.rtype {
                    RelationType::Demand | RelationType::Order => return Modality::Required,
                    RelationType::Propose => return Modality::Possible,
                    RelationType::Threaten | RelationType::Promise | RelationType::Agree if infinitive => {
                        return Modality::Intended;
                    }
                    _ => {}
                }
            }
            match vocab.word(doc.lemmas[head]) {
                "plan" | "intend" | "prepare" | "vow" | "pledge" | "promise" | "agree" | "aim" | "seek" | "want"
                | "set" | "be" | "decide" | "hope" | "try" | "about" | "due" | "ready" | "expect"
                    if infinitive =>
                {
                    return Modality::Intended;
                }
                "consider" | "mull" | "weigh" | "discuss" | "possibility" | "threaten" | "risk" | "likely" => {
                    return Modality::Possible;
                }
                "urge" | "demand" | "ask" | "call" | "order" | "require" | "request" | "force" | "need"
                    if infinitive =>
                {
                    return Modality::Required;
                }
                _ => {}
            }
        }
        // A finite clause of its own starts anew: what governs it from outside is attribution, not modality.
        if depth > 0 || matches!(doc.deprels[at], Deprel::Ccomp | Deprel::Parataxis | Deprel::AclRelcl | Deprel::Advcl)
        {
            break;
        }
        if !matches!(doc.deprels[at], Deprel::Xcomp | Deprel::Conj | Deprel::Obj | Deprel::Acl) {
            break;
        }
        at = head;
    }
    Modality::Actual
}

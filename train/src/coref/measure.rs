//! How good coreference is: on the places of relations, and by the CoNLL measure.

use super::Text;
use dateline::doc::{Doc, Mention, MentionKind, Upos};
use dateline::entity::coref::{CorefScratch, Describer, LEAN, best};
use dateline::text::Vocab;
use std::collections::BTreeMap;

/// Prints how many of the pronouns and descriptions in the places of relations mean what the gold says.
pub fn relations(describer: &Describer, vocab: &Vocab, texts: &[Text], weights: &[f32]) {
    let mut scratch = CorefScratch::default();
    // Right, wrong, and passed over, by kind; and marked though the gold has nobody named.
    let mut count: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for Text { doc, gold, .. } in texts {
        let found = describer.walk(doc, vocab, &mut scratch, &mut |case| best(weights, LEAN, case));
        for (token, meant) in gold.all() {
            let named = doc.mentions.iter().any(|m| (m.first as usize..m.last as usize).contains(&token));
            let pronoun = doc.upos[token] == Upos::Pron;
            if named || pronoun && is_first(doc.token(token)) {
                continue;
            }
            let entry = count.entry(if pronoun { "pronouns" } else { "descriptions" }).or_default();
            let mention = found.iter().find(|m| (m.first as usize..m.last as usize).contains(&token));
            match mention.and_then(|m| m.entity) {
                Some(entity) if meant.contains(&entity) => entry[0] += 1,
                Some(_) if meant.is_empty() => entry[3] += 1,
                Some(_) => entry[1] += 1,
                None if meant.is_empty() => {}
                None => entry[2] += 1,
            }
        }
    }
    for (kind, [right, wrong, missed, extra]) in count {
        let (all, marked) = (right + wrong + missed, right + wrong + extra);
        println!(
            "relations.dev, {kind}: {right} of {all} right ({:.3}), {wrong} wrong, {missed} not marked; {extra} of {marked} marked for nobody",
            right as f64 / all.max(1) as f64
        );
    }
}

fn is_first(word: &str) -> bool {
    ["i", "we", "me", "us", "my", "our", "you", "your"].contains(&word.to_lowercase().as_str())
}

/// Chains of mentions, each mention its head token.
type Chains = Vec<Vec<usize>>;

/// Prints MUC, B-cubed and CEAF (entities) of chains that hold a name, on gold chains that hold one, beside those of equal
/// names alone (Pradhan et al. 2014).
pub fn conll(describer: &Describer, vocab: &Vocab, texts: &[Text], weights: &[f32]) {
    let mut scratch = CorefScratch::default();
    let mut sums = [[[0.0f64; 4]; 3]; 2];
    for Text { doc, gold, .. } in texts {
        let named = |i: usize| {
            doc.mentions.iter().any(|m| m.kind == MentionKind::Name && (m.first as usize..m.last as usize).contains(&i))
        };
        let key: Chains = gold
            .clusters
            .iter()
            .map(|c| c.iter().map(|&m| head(doc, m)).collect::<Vec<_>>())
            .filter(|c| c.len() > 1 && c.iter().any(|&h| named(h)))
            .collect();
        let found = describer.walk(doc, vocab, &mut scratch, &mut |case| best(weights, LEAN, case));
        let names = || doc.mentions.iter().filter(|m| m.kind == MentionKind::Name);
        let chains = |mentions: &mut dyn Iterator<Item = (&Mention, String)>| -> Chains {
            let mut chains: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (m, name) in mentions {
                chains.entry(name).or_default().push(head(doc, (m.first as usize, m.last as usize)));
            }
            chains.into_values().filter(|c| c.len() > 1).collect()
        };
        let ours = chains(&mut names().chain(&found).map(|m| (m, format!("{:?}", m.entity))));
        let baseline = chains(&mut names().map(|m| (m, m.span.of(&doc.text).to_lowercase())));
        for (sum, response) in sums.iter_mut().zip([ours, baseline]) {
            for (sum, score) in sum.iter_mut().zip([muc(&key, &response), b3(&key, &response), ceaf(&key, &response)]) {
                sum.iter_mut().zip(score).for_each(|(a, b)| *a += b);
            }
        }
    }
    for (name, sum) in ["this model", "equal names"].iter().zip(sums) {
        let f = sum.map(|[hit, keys, found, responses]| {
            let (recall, precision) = (hit / keys.max(1.0), found / responses.max(1.0));
            2.0 * recall * precision / (recall + precision).max(1e-9)
        });
        println!(
            "ontogum.dev, chains with a name, {name}: MUC {:.3}, B3 {:.3}, CEAFe {:.3}, mean {:.3}",
            f[0],
            f[1],
            f[2],
            f.iter().sum::<f64>() / 3.0
        );
    }
}

/// The token of a range that hangs on something outside.
fn head(doc: &Doc, (first, last): (usize, usize)) -> usize {
    let last = last.min(doc.tokens.len());
    let outside = |&i: &usize| doc.is_root(i) || !(first..last).contains(&(doc.heads[i] as usize));
    (first..last).find(outside).unwrap_or(first)
}

/// Recall's numerator and denominator, then precision's, by links (Vilain et al. 1995).
fn muc(key: &Chains, response: &Chains) -> [f64; 4] {
    let links = |from: &Chains, to: &Chains| {
        let (mut right, mut all) = (0.0, 0.0);
        for chain in from {
            let mut parts: Vec<Option<usize>> = chain.iter().map(|m| to.iter().position(|c| c.contains(m))).collect();
            let alone = parts.iter().filter(|p| p.is_none()).count();
            parts.sort_unstable();
            parts.dedup();
            let parts = parts.iter().flatten().count() + alone;
            right += (chain.len() - parts) as f64;
            all += (chain.len() - 1) as f64;
        }
        (right, all)
    };
    let ((a, b), (c, d)) = (links(key, response), links(response, key));
    [a, b, c, d]
}

/// By mentions (Bagga & Baldwin 1998).
fn b3(key: &Chains, response: &Chains) -> [f64; 4] {
    let side = |from: &Chains, to: &Chains| {
        let (mut right, mut all) = (0.0, 0.0);
        for chain in from {
            for other in to {
                let both = chain.iter().filter(|m| other.contains(m)).count() as f64;
                right += both * both / chain.len() as f64;
            }
            all += chain.len() as f64;
        }
        (right, all)
    };
    let ((a, b), (c, d)) = (side(key, response), side(response, key));
    [a, b, c, d]
}

/// By entities, each matched with one other (Luo 2005), the best pairs first.
fn ceaf(key: &Chains, response: &Chains) -> [f64; 4] {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, a) in key.iter().enumerate() {
        for (j, b) in response.iter().enumerate() {
            let both = a.iter().filter(|m| b.contains(m)).count() as f64;
            if both > 0.0 {
                pairs.push((2.0 * both / (a.len() + b.len()) as f64, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut left, mut right) = (vec![false; key.len()], vec![false; response.len()]);
    let mut sum = 0.0;
    for (score, i, j) in pairs {
        if !left[i] && !right[j] {
            (left[i], right[j]) = (true, true);
            sum += score;
        }
    }
    [sum, key.len() as f64, sum, response.len() as f64]
}

//! Attachment scores.

use super::Tree;

/// Shares of tokens in percent, punctuation included.
pub struct Attachment {
    /// With the right head.
    pub uas: f64,
    /// With the right head and universal relation, as the CoNLL 2018 measure has it.
    pub las: f64,
    /// With the right head and relation with its subtype.
    pub las_subtypes: f64,
}

/// Scores `parse`, which gives heads and labels by node.
pub fn attachment(
    trees: &[Tree],
    labels: &[String],
    mut parse: impl FnMut(&Tree) -> (Vec<u32>, Vec<u8>),
) -> Attachment {
    let universal = |label: u8| labels[label as usize].split(':').next();
    let root = labels.iter().position(|l| l == "root").expect("UD has a root") as u8;
    let (mut n, mut right) = (0, [0; 3]);
    for tree in trees {
        let (heads, found) = parse(tree);
        for node in 1..tree.heads.len() {
            n += 1;
            let label = if heads[node] == 0 { root } else { found[node] };
            if heads[node] == tree.heads[node] {
                right[0] += 1;
                right[1] += usize::from(universal(label) == universal(tree.labels[node]));
                right[2] += usize::from(label == tree.labels[node]);
            }
        }
    }
    let [uas, las, las_subtypes] = right.map(|r| 100.0 * r as f64 / n as f64);
    Attachment { uas, las, las_subtypes }
}

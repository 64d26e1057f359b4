//! `train relate`: the classifiers of relations (models/relate.bin), from the articles annotated with relations.

mod gold;

use crate::files::Shared;
use crate::net::{Index, Input, Pass, Seen, Trainer};
use anyhow::Result;
use dateline::doc::{Deprel, Modality, RelationType};
use dateline::model::crf::Feature;
use dateline::model::net::{HIDDEN, softmax};
use dateline::model::{ModelSource, ModelWriter, Words};
use dateline::relate::attribution::{self, Candidate as Voice};
use dateline::relate::judge::{Judge, NETS};
use dateline::relate::lexicon::Lexicon;
use dateline::relate::links::Links;
use dateline::relate::places::{self, Candidate};
use dateline::relate::scene::{Facts, Scene, Sight};
use dateline::relate::{argument_span, content, cues, status};
use gold::{Maker, Text};
use std::path::Path;
use std::time::Instant;

/// Rounds over the examples, by classifier.
const EPOCHS: [usize; 4] = [6, 6, 5, 5];
/// Features seen less often have no row, by classifier.
const LEAST: [u32; 4] = [20, 10, 5, 4];

/// Features that keep their row at the end, by classifier: the file is to stay below 10 MB.
const MOST: [usize; 4] = [55_000, 90_000, 10_000, 10_000];

/// Writes down what a decision looks at.
impl Sight for Seen {
    fn feature(&mut self, feature: Feature) {
        self.features.push(feature);
    }

    fn word(&mut self, slot: usize, id: u32, weight: f32) {
        self.words.push((slot, id, weight));
    }
}

fn seen(see: impl FnOnce(&mut Seen)) -> Seen {
    let mut seen = Seen::default();
    see(&mut seen);
    seen
}

/// A choice: what is seen of each candidate (one, where labels are chosen), and for each softmax over candidates or labels which
/// are right.
struct Choice<I> {
    seen: Vec<I>,
    /// By label where there is one candidate; by place and candidate else. A part without a right one teaches nothing.
    right: Vec<Vec<bool>>,
    weight: f32,
}

/// Trains, prints scores on the dev articles, and writes `relate.bin` into `models`.
pub fn run(shared: &Shared, models: &Path) -> Result<()> {
    let source = ModelSource::Folder(models.to_path_buf());
    let clock = Instant::now();
    let mut maker = Maker::load(&source)?;
    let train = maker.train(shared)?;
    let dev = maker.dev(shared)?;
    let vocab = maker.vocab;
    let (words, lexicon) = (Words::load(&source)?, Lexicon::load(&source)?);
    let acts: usize = train.iter().map(|t| t.acts.len()).sum();
    eprintln!("{} texts, {acts} acts, read in {:.0} s", train.len(), clock.elapsed().as_secs_f32());
    let mut writer = ModelWriter::new(Judge::KIND, Judge::VERSION);
    for (n, (name, labels, slots)) in NETS.into_iter().enumerate() {
        let clock = Instant::now();
        let make = |texts: &[Text]| -> Vec<Choice<Seen>> {
            let (mut links, mut facts) = (Links::default(), Facts::default());
            let mut choices = Vec::new();
            for text in texts {
                links.fill(&text.doc);
                facts.fill(&text.doc, &vocab, &words, &lexicon);
                let scene = Scene { doc: &text.doc, vocab: &vocab, links: &links, facts: &facts, lexicon: &lexicon };
                match n {
                    0 => cue_choices(&scene, text, &mut choices),
                    1 => place_choices(&scene, text, &mut choices),
                    2 => status_choices(&scene, text, &mut choices),
                    _ => voice_choices(&scene, text, &mut choices),
                }
            }
            choices
        };
        let seen = make(&train);
        let mut index = Index::default();
        seen.iter().flat_map(|c| &c.seen).for_each(|s| index.count(s));
        index.close(LEAST[n]);
        let mut trainer = Trainer::new(&words, index, labels, slots, 1e-4, 17 + n as u64);
        let prepare = |trainer: &Trainer<'_>, choices: Vec<Choice<Seen>>| -> Vec<Choice<Input>> {
            let one = |c: Choice<Seen>| Choice {
                seen: c.seen.iter().map(|s| trainer.prepare(s)).collect(),
                right: c.right,
                weight: c.weight,
            };
            choices.into_iter().map(one).collect()
        };
        let choices = prepare(&trainer, seen);
        let dev_choices = prepare(&trainer, make(&dev));
        let mut order: Vec<usize> = (0..choices.len()).collect();
        let rate = trainer.rate;
        for epoch in 0..EPOCHS[n] {
            trainer.rate = rate * (1.0 - 0.8 * epoch as f32 / EPOCHS[n] as f32);
            trainer.random.shuffle(&mut order);
            let mut loss = 0.0;
            for &i in &order {
                loss += learn(&mut trainer, &choices[i]);
            }
            eprint!("{name} epoch {}: loss {:.4}; dev", epoch + 1, loss / choices.len() as f64);
            report(n, &trainer, &dev_choices);
            if epoch >= EPOCHS[n] / 2 - 1 {
                trainer.remember();
            }
        }
        trainer.settle();
        eprint!("{name} mean of rounds: dev");
        report(n, &trainer, &dev_choices);
        trainer.write(&mut writer, name, MOST[n]);
        eprintln!("{name}: {} choices, {:.0} s", choices.len(), clock.elapsed().as_secs_f32());
    }
    writer.write(&models.join("relate.bin"))?;
    Ok(())
}

/// What tells the habits of a set of annotations from those of the gold articles: the program shows none of these, so it has the
/// habits of the gold (after Daumé 2007).
fn habits(scene: &Scene<'_>, text: &Text, i: usize, seen: &mut Seen) {
    let Some(set) = text.habits else { return };
    let f = |template: u8| Feature::new(240 + template).number(set);
    let upos = scene.doc.upos[i] as u64;
    seen.feature(f(0));
    seen.feature(f(1).number(upos));
    seen.feature(f(2).number(upos).text(scene.lemma(i)));
    seen.feature(f(3).number(upos).number(scene.doc.deprels[i] as u64));
    seen.feature(f(4).number(upos).number(scene.strengths(i).bits()));
    seen.feature(f(5).number(upos).number(scene.fact(i).coarse));
    for c in scene.links.children(i).filter(|&c| scene.doc.deprels[c] == Deprel::Det) {
        seen.feature(f(6).number(upos).text(scene.lower(c)));
    }
}

/// Cues: every token that could be one.
fn cue_choices(scene: &Scene<'_>, text: &Text, choices: &mut Vec<Choice<Seen>>) {
    for i in (0..text.doc.tokens.len()).filter(|&i| cues::is_candidate(scene, i)) {
        let mut right = vec![false; cues::LABELS];
        for act in text.acts.iter().filter(|a| a.cue.token == i) {
            right[1 + act.cue.rtype as usize] = true;
        }
        right[0] = !right.contains(&true);
        let seen = seen(|s| {
            cues::see(scene, i, s);
            habits(scene, text, i, s);
        });
        choices.push(Choice { seen: vec![seen], right: vec![right], weight: text.weight });
    }
}

/// Places: source, target and those bound among the nominals of the sentence.
fn place_choices(scene: &Scene<'_>, text: &Text, choices: &mut Vec<Choice<Seen>>) {
    for act in &text.acts {
        let mut candidates = vec![Candidate::Nobody, Candidate::Speaker];
        candidates.extend(places::heads(scene, act.cue.token).map(Candidate::Head));
        let spans: Vec<_> = candidates
            .iter()
            .map(|c| match c {
                Candidate::Head(head) => Some(argument_span(scene, *head)),
                _ => None,
            })
            .collect();
        let mut right = vec![vec![false; candidates.len()]; places::LABELS];
        for (place, given) in [&act.sources, &act.targets, &act.affected].into_iter().enumerate() {
            for argument in given.iter() {
                let Some(span) = argument.span else {
                    right[place][0] |= given.len() == 1;
                    continue;
                };
                // The candidate that heads the gold words, else one that shares words with them.
                let head = |n: &usize| match candidates[*n] {
                    Candidate::Head(head) => {
                        let up = scene.doc.heads[head] as usize;
                        span.contains(scene.doc.tokens[head]) && (up == head || !span.contains(scene.doc.tokens[up]))
                    }
                    _ => false,
                };
                let shares = |n: &usize| spans[*n].is_some_and(|s| s.overlaps(span));
                let found = (0..candidates.len()).find(head).or_else(|| (0..candidates.len()).find(shares));
                match found {
                    Some(n) => right[place][n] = true,
                    None if place == 0 && text.speaks_before(act, &argument.name) => right[place][1] = true,
                    None => {}
                }
            }
            // Of those joined by "and" the first stands for all.
            for n in 2..candidates.len() {
                let Candidate::Head(head) = candidates[n] else { continue };
                let up = scene.doc.heads[head] as usize;
                let joined = scene.doc.deprels[head] == Deprel::Conj
                    && candidates.iter().position(|c| *c == Candidate::Head(up)).is_some_and(|k| right[place][k]);
                if joined {
                    right[place][n] = false;
                }
            }
        }
        if !matches!(act.cue.rtype, RelationType::Ban | RelationType::Lift) {
            right[2].fill(false);
        }
        let seen =
            candidates.iter().map(|&c| seen(|s| places::see(scene, act.cue.token, act.cue.rtype, c, s))).collect();
        choices.push(Choice { seen, right, weight: text.weight });
    }
}

fn status_choices(scene: &Scene<'_>, text: &Text, choices: &mut Vec<Choice<Seen>>) {
    for act in &text.acts {
        if matches!(act.cue.rtype, RelationType::NotConfirm | RelationType::DeclineComment) {
            continue;
        }
        let modality = Modality::ALL.iter().map(|m| *m == act.modality).collect();
        let seen = vec![seen(|s| status::see(scene, act.cue.token, act.cue.rtype, s))];
        choices.push(Choice { seen, right: vec![modality, vec![!act.negated, act.negated]], weight: text.weight });
    }
}

fn voice_choices(scene: &Scene<'_>, text: &Text, choices: &mut Vec<Choice<Seen>>) {
    for act in &text.acts {
        let sentence = scene.sentence(act.cue.token);
        let mut candidates = vec![Voice::Article];
        let mut right = vec![act.attributed.is_empty()];
        for saying in &text.acts {
            let here = saying.cue.rtype.is_speech() && scene.sentence(saying.cue.token) == sentence;
            let Some(source) = saying.sources.iter().find(|s| s.span.is_some()) else { continue };
            if here && saying.cue.token != act.cue.token {
                let said = content(scene, saying.cue.token, None, &[]);
                candidates.push(Voice::Saying(saying.cue, said));
                right.push(gold::same_name(&source.name, &act.attributed));
            }
        }
        if scene.links.quoted[act.cue.token] {
            candidates.push(Voice::Quotation);
            let none = !right.contains(&true) && !act.attributed.is_empty();
            right.push(none);
        }
        let seen = candidates.iter().map(|&c| seen(|s| attribution::see(scene, act.cue, c, s))).collect();
        choices.push(Choice { seen, right: vec![right], weight: text.weight });
    }
}

/// One step on a choice; gives its loss.
fn learn(trainer: &mut Trainer<'_>, choice: &Choice<Input>) -> f64 {
    let mut passes: Vec<Pass> = Vec::with_capacity(choice.seen.len());
    for input in &choice.seen {
        let mut pass = Pass::default();
        trainer.forward(input, &mut pass);
        passes.push(pass);
    }
    let scores: Vec<&[f32]> = passes.iter().map(|p| &p.scores[..]).collect();
    let (mut gradient, loss) = gradient(&scores, &choice.right);
    for (pass, gradient) in passes.iter().zip(&mut gradient) {
        gradient.iter_mut().for_each(|g| *g *= choice.weight);
        trainer.backward(pass, gradient);
    }
    loss
}

/// The parts of a choice: which scores compete, by candidate and label.
fn parts(candidates: usize, labels: usize, right: &[Vec<bool>]) -> Vec<Vec<(usize, usize)>> {
    if candidates > 1 || right.len() == labels && right[0].len() == 1 {
        return (0..right.len()).map(|place| (0..candidates).map(|c| (c, place)).collect()).collect();
    }
    let mut first = 0;
    let mut part = |n: usize| {
        first += n;
        (first - n..first).map(|l| (0, l)).collect()
    };
    right.iter().map(|r| part(r.len())).collect()
}

/// The gradient of the negative logarithm of the right ones' share, by candidate and label.
fn gradient(scores: &[&[f32]], right: &[Vec<bool>]) -> (Vec<Vec<f32>>, f64) {
    let mut gradient = vec![vec![0.0; scores[0].len()]; scores.len()];
    let mut loss = 0.0;
    for (part, right) in parts(scores.len(), scores[0].len(), right).into_iter().zip(right) {
        if !right.contains(&true) {
            continue;
        }
        let mut p: Vec<f32> = part.iter().map(|&(c, l)| scores[c][l]).collect();
        softmax(&mut p);
        let good: f32 = p.iter().zip(right).filter(|(_, r)| **r).map(|(p, _)| p).sum();
        loss -= f64::from(good.max(1e-9).ln());
        for ((&(c, l), p), &r) in part.iter().zip(&p).zip(right) {
            gradient[c][l] += p - if r { p / good.max(1e-9) } else { 0.0 };
        }
    }
    (gradient, loss)
}

/// Prints how often the best is right, on dev.
fn report(net: usize, trainer: &Trainer<'_>, choices: &[Choice<Input>]) {
    let mut counts: Vec<[usize; 2]> = Vec::new();
    let leans = [-0.5f32, 0.0, 0.5, 1.0, 1.5];
    let mut found = vec![[0usize; 4]; leans.len()];
    for choice in choices {
        let scores: Vec<Vec<f32>> = choice.seen.iter().map(|s| trainer.scores(s)).collect();
        if net == 0 {
            let scores = &scores[0];
            let best = (1..scores.len()).reduce(|a, b| if scores[b] > scores[a] { b } else { a }).unwrap_or(0);
            for (lean, count) in leans.iter().zip(&mut found) {
                let (is, given) = (!choice.right[0][0], scores[best] + lean > scores[0]);
                count[0] += usize::from(is);
                count[1] += usize::from(given);
                count[2] += usize::from(is && given);
                count[3] += usize::from(given && choice.right[0][best]);
            }
            continue;
        }
        let parts = parts(scores.len(), scores[0].len(), &choice.right);
        counts.resize(parts.len(), [0; 2]);
        for ((part, right), count) in parts.iter().zip(&choice.right).zip(&mut counts) {
            let best = (0..part.len()).max_by(|&a, &b| {
                let s = |n: usize| scores[part[n].0][part[n].1];
                s(a).total_cmp(&s(b))
            });
            if right.contains(&true) {
                count[1] += 1;
                count[0] += usize::from(best.is_some_and(|b| right[b]));
            }
        }
    }
    for (lean, [gold, given, place, typed]) in leans.iter().zip(found).filter(|_| net == 0) {
        let f1 = |n: usize| 200.0 * n as f64 / (gold + given).max(1) as f64;
        eprint!(" {lean}: {:.1} ({:.1})", f1(place), f1(typed));
    }
    for [right, all] in counts {
        eprint!(" {right}/{all} {:.3}", right as f64 / all.max(1) as f64);
    }
    eprintln!(", {HIDDEN} hidden");
}

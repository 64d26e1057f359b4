//! Our own sentences, a file of cases a type: the share that comes out right, over all and a file, against floors that only rise.

use super::here;
use dateline::model::ModelSource;
use dateline::pipeline::Pipeline;
use dateline::relate::cases::{self, Case};
use std::collections::BTreeMap;

/// Cases by the name of their file, which is the type they are about.
fn files() -> BTreeMap<String, Vec<Case>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(here("tests/cases")).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().to_uppercase();
        if path.extension().is_some_and(|e| e == "toml") && name != "FLOORS" {
            let text = std::fs::read_to_string(&path).expect("a text");
            let cases = cases::read(&text).unwrap_or_else(|mistakes| panic!("{}: {mistakes:#?}", path.display()));
            files.insert(name, cases);
        }
    }
    files
}

#[test]
fn cases_come_out_right_as_often_as_before() {
    let text = std::fs::read_to_string(here("tests/cases/floors.toml")).expect("the floors are there");
    let floors: BTreeMap<String, f64> = toml::from_str(&text).expect("floors are shares by type");
    let pipeline = Pipeline::load(&ModelSource::Embedded, false).expect("models");
    let mut worker = pipeline.worker();
    let mut shares: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (name, cases) in files() {
        for case in cases {
            let failure = case.failure(worker.analyse(case.article()));
            for key in [name.as_str(), "ALL"] {
                let share = shares.entry(key.to_string()).or_default();
                share.0 += usize::from(failure.is_none());
                share.1 += 1;
            }
            if let Some(failure) = failure {
                println!("{name} {failure}");
            }
        }
    }
    let mut below = Vec::new();
    for (name, (right, all)) in &shares {
        let share = *right as f64 / *all as f64;
        let floor = floors.get(name).copied().unwrap_or_else(|| panic!("{name} has no floor"));
        println!("{name:<16} {right:>4} of {all:>4} right, {share:.3}, floor {floor:.3}");
        if share < floor {
            below.push(name);
        }
    }
    assert!(below.is_empty(), "below their floors: {below:?}");
    assert!(floors.keys().all(|f| shares.contains_key(f)), "every floor has cases");
}

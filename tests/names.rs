use super::here;
use dateline::doc::Article;
use dateline::model::ModelSource;
use dateline::pipeline::Pipeline;

/// Least share of names that must be right in type, country and entry.
const SHARE: f64 = 0.9;

#[test]
fn names_in_context_mean_what_they_should() {
    let pipeline = Pipeline::load(&ModelSource::Embedded, false).expect("the models load");
    let mut worker = pipeline.worker();
    let text = std::fs::read_to_string(here("tests/cases/names.tsv")).expect("the cases are there");
    let (mut right, mut wrong) = (0, Vec::new());
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [body, name, etype, country, entry] = columns[..] else { panic!("five columns: {line}") };
        let doc = worker.analyse(Article { body: body.to_string(), ..Article::default() });
        let named = |e: &&dateline::doc::Entity| e.name == name || e.aliases.iter().any(|a| a == name);
        let found = doc.entities.iter().find(named).map(|e| {
            let country = e.country.as_ref().map_or("-", |c| c.as_str());
            [e.etype.as_str(), country, e.link.as_ref().map_or("-", |l| l.name.as_str())]
        });
        let fits =
            |found: [&str; 3]| found.iter().zip([etype, country, entry]).all(|(f, want)| want == "?" || *f == want);
        if found.is_some_and(fits) {
            right += 1;
        } else {
            wrong.push(format!("{name} in {body:?}: {found:?}, not {:?}", [etype, country, entry]));
        }
    }
    let share = f64::from(right) / (f64::from(right) + wrong.len() as f64);
    assert!(share >= SHARE, "{right} right ({share:.3}), wrong:\n{}", wrong.join("\n"));
    println!("{right} right ({share:.3}), wrong:\n{}", wrong.join("\n"));
}

use dateline::doc::Article;
use dateline::model::ModelSource;
use dateline::pipeline::Pipeline;

/// The content of a speech act is what is said and nothing around it.
#[test]
fn what_is_said_is_told_by_itself() {
    let pipeline = Pipeline::load(&ModelSource::Embedded, false).unwrap();
    let mut worker = pipeline.worker();
    for (text, want) in [
        ("The minister said on Friday that the bridge was safe.", "the bridge was safe"),
        ("“The bridge is safe,” said Khadija Benali.", "The bridge is safe"),
        ("'The bridge is safe,' said Khadija Benali.", "The bridge is safe"),
        ("The mayor said the town was \"ready for rain\".", "the town was \"ready for rain\""),
        ("The Greens accused the government of hiding a report.", "hiding a report"),
        ("The governor vowed to rebuild the dam.", "to rebuild the dam"),
        ("NAIROBI, July 25 (Reuters): The port was closed, the mayor said.", "The port was closed"),
    ] {
        let body = text.to_string();
        let doc = worker.analyse(Article { body, ..Article::default() });
        let said: Vec<&str> = doc.relations.iter().filter_map(|r| Some(r.content?.of(&doc.text))).collect();
        assert!(said.contains(&want), "{text}: {said:?}");
    }
}

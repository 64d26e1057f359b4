//! From what was read to a text: repaired characters, no page furniture, metadata taken from where pages put it.

mod dateline;
mod furniture;
mod repair;

use crate::doc::{Article, Doc, Flag};
use crate::error::Result;
use crate::model::ModelSource;
use crate::text::Span;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Cleaner {}

/// Articles of fewer words are flagged.
const SHORT: usize = 20;

impl Cleaner {
    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(_models: &ModelSource) -> Result<Self> {
        Ok(Cleaner {})
    }

    /// Fills `doc.article`, `doc.text` and `doc.title`.
    pub fn clean(&self, mut article: Article, doc: &mut Doc) {
        let (title, body) = (std::mem::take(&mut article.title), std::mem::take(&mut article.body));
        let title = repair::repair(&title, &mut article.flags).replace('\n', " ");
        let body = repair::repair(&body, &mut article.flags);
        article.title = title.trim().to_string();
        let body = furniture::strip(&body, &mut article);
        dateline::read(&body, &mut article);
        flag(&body, &mut article);
        doc.text.clear();
        doc.text.push_str(&article.title);
        doc.title = Span::new(0, doc.text.len());
        if !article.title.is_empty() && !body.is_empty() {
            doc.text.push_str("\n\n");
        }
        doc.text.push_str(&body);
        doc.article = article;
    }
}

fn flag(body: &str, article: &mut Article) {
    let mut flags = std::mem::take(&mut article.flags);
    let mut flag = |flag: Flag, on: bool| {
        if on && !flags.contains(&flag) {
            flags.push(flag);
        }
    };
    flag(Flag::TooShort, body.split_whitespace().take(SHORT).count() < SHORT);
    let end = body.trim_end();
    flag(
        Flag::Truncated,
        end.ends_with("...") || end.ends_with('…') || (end.ends_with(" chars]") && end.contains("[+")),
    );
    let lower = body.to_lowercase();
    flag(
        Flag::Paywall,
        ["subscribe to continue", "subscribers only", "to continue reading"].iter().any(|p| lower.contains(p)),
    );
    let head = &body[..body.floor_char_boundary(400)];
    let corrected = ["CORRECTION", "Correction:", "(Corrects", "(This story corrects", "CORRECTED"];
    flag(Flag::Correction, corrected.iter().any(|c| head.contains(c) || article.title.contains(c)));
    flag(Flag::NoDate, article.published.is_none());
    let letters = body.chars().filter(|c| c.is_alphabetic()).take(4000);
    let (all, latin) = letters
        .fold((0, 0), |(n, l), c| (n + 1, l + usize::from(c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c))));
    let english = latin * 2 >= all && {
        let sample = &body[..body.floor_char_boundary(2000)];
        // Too short a text cannot be told; it is taken as English.
        sample.len() < 60 || whichlang::detect_language(sample) == whichlang::Lang::Eng
    };
    flag(Flag::NotEnglish, !english);
    if article.language.is_none() && english {
        article.language = Some("en".to_string());
    }
    article.flags = flags;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::date::PublishedPrecision;

    fn clean(title: &str, body: &str) -> Doc {
        let mut doc = Doc::default();
        let article = Article { title: title.to_string(), body: body.to_string(), ..Article::default() };
        Cleaner::load(&ModelSource::Embedded).unwrap().clean(article, &mut doc);
        doc
    }

    const PAGE: &str = " date 2024-05-06 News\nPort of Velta reopens after strike - Harbour Gazette\nBusiness\n2024-05-06 | 06:30\nHigh views\nShare\nShare\n3\nmin\n\
        Port of Velta reopens after strike - Harbour Gazette\nThe port of Velta reopened on Monday, the Harbour Gazette reported.\n\
        \"We are back at work,\" said a union leader. Share prices rose.\nReuters\nBusiness\nPorts\nStrikes\nVelta";

    #[test]
    fn page_furniture_becomes_metadata() {
        let doc = clean("", PAGE);
        let a = &doc.article;
        assert_eq!(
            doc.text,
            "Port of Velta reopens after strike - Harbour Gazette\n\nThe port of Velta reopened on Monday, the Harbour Gazette reported.\n\
             \"We are back at work,\" said a union leader. Share prices rose."
        );
        assert_eq!(doc.title.of(&doc.text), "Port of Velta reopens after strike - Harbour Gazette");
        assert_eq!((a.section.as_deref(), a.agency.as_deref()), (Some("Business"), Some("Reuters")));
        assert_eq!(a.tags, ["Ports", "Strikes", "Velta"]);
        let published = a.published.unwrap();
        assert_eq!(
            (published.date().to_string().as_str(), published.precision),
            ("2024-05-06", PublishedPrecision::Minute)
        );
        assert_eq!(published.seconds % 86400, (6 * 60 + 30) * 60);
        for kind in ["date_line", "views", "share", "reading_time", "headline_again", "tags", "section", "agency"] {
            assert!(a.removed.iter().any(|r| r.kind == kind), "{kind}: {:?}", a.removed);
        }
    }

    #[test]
    fn plain_text_keeps_what_is_not_furniture() {
        let doc = clean(
            "",
            "Minister resigns\n\nBy Jane Roe\n\nThe minister resigned. Share this burden, he said.\nShare on Facebook\n",
        );
        assert_eq!(doc.text, "Minister resigns\n\nThe minister resigned. Share this burden, he said.");
        assert_eq!(doc.article.byline, ["Jane Roe"]);
        let doc = clean("", "No headline stands here, only a sentence.\nAnd a second one.");
        assert!(doc.title.is_empty());
        assert_eq!(doc.text, "No headline stands here, only a sentence.\nAnd a second one.");
    }

    #[test]
    fn characters_are_repaired() {
        let doc = clean("A title", "One\r\nTwo\u{a0}words\u{0} itâ€™s\n\n\n\nThree  ");
        assert_eq!(doc.text, "A title\n\nOne\nTwo words it’s\n\nThree");
        assert!(
            doc.article.flags.contains(&Flag::MojibakeRepaired)
                && doc.article.flags.contains(&Flag::ControlCharsRemoved)
        );
    }

    #[test]
    fn datelines_say_where_and_when() {
        let mut article =
            Article { body: "MOSCOW, March 20 (Reuters) - The port reopened.".into(), ..Article::default() };
        article.published = crate::text::date::parse_published("2024-03-21");
        let mut doc = Doc::default();
        Cleaner::load(&ModelSource::Embedded).unwrap().clean(article, &mut doc);
        let a = &doc.article;
        assert_eq!(
            [&a.dateline_place, &a.dateline_date, &a.agency].map(|x| x.as_deref().unwrap_or("-")),
            ["MOSCOW", "2024-03-20", "Reuters"]
        );
        assert!(doc.text.starts_with("MOSCOW, March 20 (Reuters) - The"));
    }
}

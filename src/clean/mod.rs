//! From what was read to a text: repaired characters, no page furniture, metadata taken from where pages put it.

mod byline;
mod dateline;
mod flags;
mod furniture;
mod page;
mod repair;
mod shapes;
mod tail;
mod unwrap;

use crate::doc::{Article, Doc};
use crate::error::Result;
use crate::model::ModelSource;
use crate::text::Span;
use furniture::Lexicon;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Cleaner {
    lexicon: Lexicon,
}

impl Cleaner {
    /// Loads the lexicon of pages.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where it is missing or broken.
    pub fn load(models: &ModelSource) -> Result<Self> {
        Ok(Cleaner { lexicon: Lexicon::load(models)? })
    }

    /// Fills `doc.article`, `doc.text` and `doc.title`.
    pub fn clean(&self, mut article: Article, doc: &mut Doc) {
        let (title, body) = (std::mem::take(&mut article.title), std::mem::take(&mut article.body));
        article.title = repair::repair(&title, &mut article.flags).replace('\n', " ").trim().to_string();
        let body = repair::repair(&body, &mut article.flags);
        let body = unwrap::unwrap(&body);
        let body = page::strip(&body, &mut article, &self.lexicon);
        self.sign(&mut article);
        dateline::read(&body, &mut article, &self.lexicon);
        flags::set(&body, &mut article, &self.lexicon);
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

impl Cleaner {
    /// A wire among the authors is no author; where nobody says who published the article, its address does.
    fn sign(&self, article: &mut Article) {
        let (wires, people) =
            std::mem::take(&mut article.byline).into_iter().partition::<Vec<_>, _>(|b| self.lexicon.is_agency(b));
        article.byline = people;
        article.agency = article.agency.take().or(wires.into_iter().next());
        let host = article.url.as_deref().and_then(|u| u.split_once("://")?.1.split(['/', '?', '#', ':']).next());
        let host = host.map(|h| h.strip_prefix("www.").unwrap_or(h)).filter(|h| h.contains('.'));
        article.publisher = article.publisher.take().or(host.map(str::to_lowercase));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::Flag;
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
    fn sentences_about_furniture_stay() {
        let body = "Getty Images said on Monday it would sue a maker of pictures.\n\n\
            Copyright law must change, the minister said.\n\n(c) the applicant must be of age;\n\n\
            Share prices on Facebook fell.\n\nJoin our march on Saturday, the union told its members.\n\n\
            Subscribe to this view or leave, he said.\n\nWatch: that was the order he gave his men.\n\n\
            Photo opportunities were few.\n\n\
            The minister, he told Reuters\n\nMore than 20 comments were made.\n\nBy Friday the water had gone.\n\n5 min later it came back.";
        let doc = clean("Water", body);
        assert_eq!(doc.text, format!("Water\n\n{body}"));
        assert_eq!(doc.article.removed, []);
    }

    #[test]
    fn furniture_goes_wherever_it_stands() {
        let lines = [
            ("share", "Share on Facebook"),
            ("advertisement", "ADVERTISEMENT"),
            ("related", "Read more: Ferry sinks off Velta"),
            ("related", "Related: Ten ferries to see"),
            ("newsletter", "Sign up for our newsletter and get it every day."),
            ("newsletter", "Click here to read all of it."),
            ("caption", "FILE PHOTO: A ferry in the harbour of Velta, May 6, 2024. Kestrel/Jane Roe"),
            ("caption", "Slideshow (12 Images)"),
            ("caption", "Jane Roe, left, waves from the ferry in Velta, May 6, 2024. BO POE/REUTERS"),
            ("share", ">> Follow Jane Roe on Twitter"),
            ("related", "READ MORE Ten ferries to see before you die"),
            ("copyright", "© 2024 Harbour Gazette. All rights reserved."),
            ("reading_time", "4 min read"),
            ("comments", "14 comments"),
            ("credit", "(Reporting by Jane Roe; Editing by Bo Poe)"),
            ("credit", "Reuters"),
            ("caption", "Jane Roe waves from the ferry. (Photo: Bo Poe/Kestrel)"),
            ("embed", "— Jane Roe (@janeroe) May 6, 2024"),
            ("caption", "The ferry of Velta at night. Photograph: Jane Roe for the Harbour Gazette"),
            ("caption", "Jane Roe waves from the ferry in May 2024. Bo Poe/Associated Press"),
            ("related", "[WATCH: Ten ferries to see]"),
            ("credit", "Jane Roe and the Associated Press contributed to this report."),
            ("newsletter", "The best of the harbour, every week in your inbox. Sign up here."),
            ("note", "This is a developing story. Check back for updates."),
            ("link", "https://ferry.example/velta"),
            ("disclaimer", "The opinions expressed by columnists are their own."),
        ];
        for (kind, line) in lines {
            let doc = clean("Ferry", &format!("The ferry is back.\n\n{line}\n\nIts passengers were well."));
            assert_eq!(doc.text, "Ferry\n\nThe ferry is back.\n\nIts passengers were well.", "{line}");
            assert_eq!(doc.article.removed, [crate::doc::Removed { kind, text: line.into() }]);
        }
    }

    #[test]
    fn links_under_a_label_and_under_the_text_go() {
        let text = "The ferry is back.\n\nIts passengers were well.";
        let links = "Ten ferries to see before you die\n\nWhy the pier of Velta was shut";
        assert_eq!(clean("Ferry", &format!("{text}\n\n{links}")).text, format!("Ferry\n\n{text}"));
        let labelled =
            clean("Ferry", &format!("The ferry is back.\n\nRead more:\n{links}\n\nIts passengers were well."));
        assert_eq!(labelled.text, format!("Ferry\n\n{text}"));
        let heading = format!("{text}\n\nWhy the pier of Velta was shut\n\nIt was the storm.");
        assert_eq!(clean("Ferry", &heading).text, format!("Ferry\n\n{heading}"));
    }

    #[test]
    fn what_stands_over_the_text_is_read() {
        let doc = clean(
            "",
            "By JANE ROE, Harbour Gazette\n\nPublished: May 6, 2024 07:08\n\nFerry is back\n\nThe ferry is back.",
        );
        let a = &doc.article;
        assert_eq!((&*a.title, &*doc.text), ("Ferry is back", "Ferry is back\n\nThe ferry is back."));
        assert_eq!(a.byline, ["JANE ROE"]);
        assert_eq!(a.published.unwrap().to_rfc3339(), "2024-05-06T07:08:00Z");
        let people = |line: &str| clean("Ferry", &format!("{line}\n\nThe ferry is back.")).article.byline;
        assert_eq!(
            people("By Jane Roe, Bo Poe and Ann de Vries in Oslo, Reuters"),
            ["Jane Roe", "Bo Poe", "Ann de Vries"]
        );
        assert_eq!(people("By Jane Roe for the Harbour Gazette"), ["Jane Roe"]);
        assert!(people("By The Numbers").is_empty());
        let again = clean("Ferry is  back", "Travel\nFERRY IS BACK\nThe ferry is back.");
        assert_eq!(again.text, "Ferry is  back\n\nTravel\nThe ferry is back.");
        for no_title in
            ["VELTA (AP) — The ferry is back\n\nIt is.", "a line of a poem\n\nand another one", "One.\n\nTwo."]
        {
            assert!(clean("", no_title).title.is_empty(), "{no_title}");
        }
    }

    #[test]
    fn any_text_is_cleaned_once_and_for_all() {
        for body in [
            "",
            "\n",
            "date 2024-05-06 News",
            "date 2024-05-06\n\n\n",
            "By ",
            "( - ",
            "—",
            "\u{feff}\0",
            "Share",
            "é—\n[+",
        ] {
            let doc = clean("", body);
            let again = clean(&doc.article.title, &doc.text[doc.title.end as usize..]);
            assert_eq!(again.text, doc.text, "{body:?}");
        }
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
    fn who_published_it_is_told_by_the_byline_and_the_address() {
        let mut doc = Doc::default();
        let article = Article {
            body: "The ferry is back.".into(),
            byline: vec!["Jane Roe".into(), "Associated Press".into()],
            url: Some("https://www.harbour-gazette.example/a".into()),
            ..Article::default()
        };
        Cleaner::load(&ModelSource::Embedded).unwrap().clean(article, &mut doc);
        let a = &doc.article;
        assert_eq!(
            (a.publisher.as_deref(), a.agency.as_deref()),
            (Some("harbour-gazette.example"), Some("Associated Press"))
        );
        assert_eq!(a.byline, ["Jane Roe"]);
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

//! The headline of a page: pages have one for readers, one for search engines and one for sharing, with or without the name of the site.

/// What a page gives as its headline.
pub struct Headlines<'p> {
    /// Of JSON-LD, and of OpenGraph.
    pub told: [Option<String>; 2],
    /// The first heading that the page shows.
    pub shown: Option<String>,
    /// What is taken where there is none of these.
    pub spare: [Option<String>; 2],
    pub site: Option<&'p str>,
    pub host: Option<&'p str>,
}

/// What stands between a headline and the name of the site.
const MARKS: [&str; 7] = [" | ", " - ", " – ", " — ", " :: ", " * ", " • "];
/// Headlines for search engines are cut at about 110 characters.
const CUT: usize = 90;

impl Headlines<'_> {
    /// The first that another one agrees with, else the first, without the site's name; one that is cut gives way to the whole.
    pub fn best(&self) -> Option<String> {
        let shown = self.shown.as_ref().filter(|h| self.is_headline(h));
        let all: Vec<&String> = self.told.iter().flatten().chain(shown).collect();
        let all: Vec<String> = all.iter().map(|t| self.bare(t, &all)).collect();
        let agreed = || all.iter().enumerate().find(|(n, t)| all[n + 1..].iter().any(|o| letters(o) == letters(t)));
        let Some(best) = agreed().map(|(_, t)| t).or(all.first()) else {
            return self.spare.iter().flatten().next().map(|t| self.bare(t, &[]));
        };
        let cut = best.chars().count() >= CUT || best.ends_with("...") || best.ends_with('…');
        let longer = all.iter().filter(|o| cut && letters(o).starts_with(&letters(best)));
        longer.max_by_key(|o| letters(o).len()).or(Some(best)).cloned()
    }

    /// Whether the first heading is the article's: it may be the site's name, or stand over a list of other articles.
    fn is_headline(&self, heading: &str) -> bool {
        let mut others = self.told.iter().chain(&self.spare).flatten().peekable();
        let alike = |other: &String| {
            let (a, b) = (words(heading), words(other));
            let common = a.iter().filter(|w| b.contains(w)).count();
            common * 3 >= a.len().min(b.len()) || letters(other).contains(&letters(heading))
        };
        !self.is_site(heading) && (others.peek().is_none() || others.any(alike))
    }

    /// A headline without the name of the site behind it (`… | Harbour Gazette`): up to where another one ends, else without
    /// the tails that are the site's, or short and behind a bar.
    fn bare(&self, title: &str, others: &[&String]) -> String {
        let heads = MARKS.iter().flat_map(|m| title.match_indices(m)).map(|(at, _)| &title[..at]);
        let agreed = heads.filter(|head| others.iter().any(|o| letters(o) == letters(head))).min_by_key(|h| h.len());
        if let Some(head) = agreed {
            return head.trim().to_string();
        }
        let mut rest = title;
        while let Some((at, mark)) = MARKS.iter().filter_map(|m| Some((rest.rfind(m)?, *m))).max() {
            let (head, tail) = (&rest[..at], &rest[at + mark.len()..]);
            let label = mark == " | " && tail.split_whitespace().count() < 5;
            if !(label || self.is_site(tail)) || head.split_whitespace().count() < 3 {
                break;
            }
            rest = head;
        }
        rest.trim().to_string()
    }

    fn is_site(&self, name: &str) -> bool {
        let name = letters(name);
        let within = |host: &str| name.len() > 3 && letters(host).contains(&name);
        self.site.is_some_and(|s| letters(s) == name) || self.host.is_some_and(within)
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(letters).filter(|w| !w.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The headline of a page with JSON-LD, OpenGraph, `h1` and `title` (`-` for none).
    fn best(all: [&str; 4]) -> String {
        let [ld, og, shown, page] = all.map(|t| (t != "-").then(|| t.to_string()));
        let (site, host) = (Some("Harbour Gazette"), Some("www.harbourgazette.example"));
        Headlines { told: [ld, og], shown, spare: [None, page], site, host }.best().unwrap_or_default()
    }

    #[test]
    fn the_headline_is_found_and_whole() {
        let plain = "Ferry pier of Velta closed after storm";
        for tail in
            [" | Harbour Gazette", " - Harbour Gazette", " — HarbourGazette", " | News | Harbour Gazette", " | Velta"]
        {
            let full = format!("{plain}{tail}");
            assert_eq!(best(["-", &full, "-", &full]), plain, "{full}");
            assert_eq!(best(["-", "-", "-", &full]), plain, "{full}");
        }
        let other = format!("{plain} * The Evening Boat * by Jane Roe");
        assert_eq!(best(["-", &other, plain, &other]), plain, "another says where it ends");
        for whole in
            ["Velta week 2024 | A walk round the new harbour lights", "Storm - Velta shuts its pier - for good"]
        {
            assert_eq!(best(["-", whole, "-", whole]), whole);
        }
        assert_eq!(best(["Pier shut", "Velta pier shut", "Velta pier shut", "-"]), "Velta pier shut", "two agree");
        let long = format!("{plain} that tore down a crane, sank two boats and left half the town without light");
        assert_eq!(best([&long[..100], "Velta pier shut", &long, "-"]), long);
        assert_eq!(best([plain, "-", &format!("{plain} in the night"), "-"]), plain, "short, not cut");
    }

    #[test]
    fn a_heading_of_the_site_is_no_headline() {
        let page = "Ferry pier of Velta closed - Harbour Gazette";
        for heading in ["Harbour Gazette", "Most read today"] {
            assert_eq!(best(["-", "-", heading, page]), "Ferry pier of Velta closed", "{heading}");
        }
        assert_eq!(best(["-", "-", "Velta's ferry pier closed", page]), "Velta's ferry pier closed");
        assert_eq!(best(["-", "-", "Most read today", "-"]), "Most read today");
        assert_eq!(best(["-"; 4]), "");
    }
}

//! A record of XML as a small tree: names, attributes, text. Nothing outside the record is looked up.

use super::{Limits, Reject};
use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesStart, Event};

/// An element.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name with the prefix that the file gives it.
    pub name: String,
    attributes: Vec<(String, String)>,
    nodes: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Element(Element),
    Text(String),
}

/// Elements that begin a new paragraph.
const BLOCKS: [&str; 29] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hl1",
    "hl2",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "title",
    "block",
    "blockquote",
    "pre",
    "body",
    "paragraph",
    "para",
    "section",
    "article",
    "dl",
    "dt",
    "dd",
    "hr",
    "headline",
];
/// Elements whose text is not the article's.
const SKIPPED: [&str; 8] = ["style", "script", "media", "figure", "head", "byline", "dateline", "tagline"];

/// Stands between paragraphs while text is gathered: XML has no such character.
const MARK: char = '\u{1}';

impl Element {
    /// Parses a record, from its first `<` to the end of its element.
    ///
    /// # Errors
    /// `broken_xml` where it is not well formed or names an entity that XML and HTML do not know; `too_deep`.
    pub fn parse(text: &str, limits: &Limits) -> Result<Element, Reject> {
        let broken =
            |at: u64, e: &dyn std::fmt::Display| Reject::new("broken_xml", format!("byte {at}: {e}"), text.as_bytes());
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Element> = Vec::new();
        let close = |open: &mut Vec<Element>, done: Element| match open.last_mut() {
            Some(parent) => {
                parent.nodes.push(Node::Element(done));
                None
            }
            None => Some(done),
        };
        loop {
            let at = reader.buffer_position();
            match reader.read_event().map_err(|e| broken(at, &e))? {
                Event::Start(tag) => {
                    if open.len() >= limits.depth {
                        return Err(limits.too_deep(text.as_bytes()));
                    }
                    open.push(Element::open(&tag).map_err(|e| broken(at, &e))?);
                }
                Event::Empty(tag) => {
                    let done = Element::open(&tag).map_err(|e| broken(at, &e))?;
                    if let Some(root) = close(&mut open, done) {
                        return Ok(root);
                    }
                }
                Event::End(_) => {
                    let done = open.pop().ok_or_else(|| broken(at, &"an end tag too many"))?;
                    if let Some(root) = close(&mut open, done) {
                        return Ok(root);
                    }
                }
                Event::Text(t) => push(&mut open, &t.decode().map_err(|e| broken(at, &e))?),
                Event::CData(t) => push(&mut open, &t.decode().map_err(|e| broken(at, &e))?),
                Event::GeneralRef(r) => {
                    let name = r.decode().map_err(|e| broken(at, &e))?;
                    if let Some(number) = name.strip_prefix('#') {
                        // Wires have control characters that XML does not allow: they say nothing.
                        let hex = number.strip_prefix(['x', 'X']);
                        let code = hex.map_or_else(|| number.parse().ok(), |h| u32::from_str_radix(h, 16).ok());
                        if let Some(c) = code.and_then(char::from_u32).filter(|c| !c.is_control() || *c == '\n') {
                            push(&mut open, c.encode_utf8(&mut [0; 4]));
                        }
                    } else {
                        let known = resolve_html5_entity(&name);
                        push(&mut open, known.ok_or_else(|| broken(at, &format!("the entity &{name}; is not known")))?);
                    }
                }
                Event::Eof => return Err(Reject::new("truncated", "the XML breaks off", text.as_bytes())),
                Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
            }
        }
    }

    fn open(tag: &BytesStart<'_>) -> Result<Element, String> {
        let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
        let mut attributes = Vec::new();
        for attribute in tag.html_attributes() {
            let attribute = attribute.map_err(|e| e.to_string())?;
            let raw = String::from_utf8_lossy(&attribute.value);
            let value = quick_xml::escape::unescape(&raw).map_or_else(|_| raw.to_string(), |v| v.into_owned());
            attributes.push((String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned(), value));
        }
        Ok(Element { name, attributes, nodes: Vec::new() })
    }

    /// The name without its prefix.
    pub fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    /// Whether it has that name; a name without a prefix fits any.
    pub fn is(&self, name: &str) -> bool {
        self.name == name || !name.contains(':') && self.local() == name
    }

    /// The value of an attribute, where it says something.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|n| match n {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    /// All elements below it of that name, in order of text.
    pub fn all<'e>(&'e self, name: &str) -> Vec<&'e Element> {
        let mut found = Vec::new();
        self.collect(name, &mut found);
        found
    }

    fn collect<'e>(&'e self, name: &str, found: &mut Vec<&'e Element>) {
        for child in self.children() {
            if child.is(name) {
                found.push(child);
            }
            child.collect(name, found);
        }
    }

    /// The first element below it of that name.
    pub fn find(&self, name: &str) -> Option<&Element> {
        self.children().find_map(|c| if c.is(name) { Some(c) } else { c.find(name) })
    }

    /// The element at the end of a path of children.
    pub fn at(&self, path: &[&str]) -> Option<&Element> {
        let [first, rest @ ..] = path else { return Some(self) };
        self.children().filter(|c| c.is(first)).find_map(|c| c.at(rest))
    }

    /// All its text in one line, `None` where there is none.
    pub fn line(&self) -> Option<String> {
        self.line_without("")
    }

    /// As [`line`](Self::line), without what elements of that name hold.
    pub fn line_without(&self, name: &str) -> Option<String> {
        let mut text = String::new();
        self.gather(&mut text, &[name]);
        let line = text
            .split(|c: char| c.is_whitespace() || c == MARK)
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        (!line.is_empty()).then_some(line)
    }

    /// The line of the first element below it of that name that has one.
    pub fn line_of(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().find_map(Element::line)
    }

    /// Its text as it stands in the file.
    pub fn raw(&self) -> String {
        let mut text = String::new();
        for node in &self.nodes {
            match node {
                Node::Text(t) => text.push_str(t),
                Node::Element(e) => text.push_str(&e.raw()),
            }
        }
        text
    }

    /// Its paragraphs, with an empty line between; lines of text without elements are kept as they are.
    pub fn paragraphs(&self) -> String {
        let mut out = String::new();
        self.gather(&mut out, &SKIPPED);
        if !self.all("p").is_empty() || !out.contains('\n') {
            let paragraphs = out.split(MARK).map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
            return paragraphs.filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n\n");
        }
        out.replace(MARK, "\n").trim_matches('\n').trim_end().to_string()
    }

    /// Text in order; a paragraph begins with a mark that no text has.
    fn gather(&self, out: &mut String, skipped: &[&str]) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(e) if skipped.contains(&e.local()) => {}
                Node::Element(e) => {
                    let block = BLOCKS.contains(&e.local());
                    if block || e.local() == "br" {
                        out.push(MARK);
                    }
                    if matches!(e.local(), "td" | "th") {
                        out.push(' ');
                    }
                    e.gather(out, skipped);
                    if block {
                        out.push(MARK);
                    }
                }
            }
        }
    }
}

fn push(open: &mut [Element], text: &str) {
    let Some(parent) = open.last_mut() else { return };
    match parent.nodes.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => parent.nodes.push(Node::Text(text.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Element, Reject> {
        Element::parse(text, &Limits::default())
    }

    #[test]
    fn a_record_becomes_a_tree() {
        let root =
            parse("<n:a n:k='v &amp; w'><b>One&nbsp;two</b><c/><p>A <i>b</i>.</p><p>C&#8217;s&#5;</p></n:a>").unwrap();
        assert!(root.is("a") && root.is("n:a") && !root.is("m:a"));
        assert_eq!(root.attribute("k"), Some("v & w"));
        assert_eq!(root.line_of("b").as_deref(), Some("One two"));
        assert_eq!(root.paragraphs(), "One two\n\nA b.\n\nC’s");
    }

    #[test]
    fn bombs_and_breaks_are_refused() {
        assert_eq!(parse("<a>&lol9;</a>").unwrap_err().code, "broken_xml");
        assert_eq!(parse("<a><b></a>").unwrap_err().code, "broken_xml");
        assert_eq!(parse("<a><b>").unwrap_err().code, "truncated");
        assert_eq!(parse(&"<a>".repeat(100_000)).unwrap_err().code, "too_deep");
    }
}

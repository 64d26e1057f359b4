//! What a file is, by its content; names decide only what content leaves open.

use super::{Format, ReadOptions, Reject, csv, lexisnexis, mail, warc, wire};

/// Formats that are read by no one here, by their first bytes.
const FOREIGN: [(&[u8], &str); 9] = [
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "rich text (RTF)"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x7fELF", "a program"),
    (b"BZh", "compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "compressed with xz: unpack it first"),
];

/// The format of a file that begins with `head`; containers are never taken for another, whatever the options say.
pub fn format(head: &[u8], extension: &str, options: &ReadOptions) -> Result<Format, Reject> {
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Format::Zip);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Ok(Format::Tar);
    }
    if let Some(format) = options.format {
        return Ok(format);
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(Reject::new("unsupported", format!("the file is {what}"), b""));
    }
    if warc::is_warc(head) {
        return Ok(Format::Warc);
    }
    if wire::is_wire(head) {
        return Ok(Format::Wire);
    }
    let start = head.trim_ascii_start();
    if start.starts_with(b"<")
        && let Some(format) = of_markup(start, extension)?
    {
        return Ok(format);
    }
    let objects =
        start.starts_with(b"{") || start.strip_prefix(b"[").is_some_and(|s| s.trim_ascii_start().starts_with(b"{"));
    Ok(match extension {
        "parquet" => Format::Parquet,
        "jsonl" | "ndjson" | "json" => Format::Jsonl,
        "csv" | "tsv" => Format::Csv,
        "html" | "htm" | "xhtml" => Format::Html,
        "eml" | "mbox" => Format::Mail,
        _ if mail::is_mail(head) => Format::Mail,
        _ if lexisnexis::is_export(head) => Format::LexisNexis,
        "txt" | "text" | "md" => Format::Text,
        _ if objects => Format::Jsonl,
        _ if csv::is_table(head, options) => Format::Csv,
        _ => Format::Text,
    })
}

/// The format by the root element; `None` for a text that only begins with `<`.
fn of_markup(start: &[u8], extension: &str) -> Result<Option<Format>, Reject> {
    let text = String::from_utf8_lossy(start);
    let (root, doctype) = root(&text);
    let local = root.rsplit(':').next().unwrap_or(&root);
    let has = |name: &str| text.contains(&format!("<{name}>")) || text.contains(&format!("<{name} "));
    let html =
        ["html", "head", "body", "div", "p", "script", "meta", "main", "section", "title", "h1", "link", "style"];
    Ok(Some(match local {
        _ if doctype.eq_ignore_ascii_case("html") => Format::Html,
        _ if html.contains(&local.to_ascii_lowercase().as_str()) => Format::Html,
        "nitf" => Format::Nitf,
        "newsItem" | "newsMessage" | "packageItem" => Format::NewsmlG2,
        "NewsML" => Format::Newsml,
        "rss" | "feed" | "RDF" => Format::Feed,
        "REUTERS" => Format::Reuters,
        _ if doctype == "lewis" => Format::Reuters,
        "PPSResponse" | "ppsArticleResponse" | "ppsarticle" => Format::Factiva,
        // Envelopes of a delivery.
        _ if has("newsItem") => Format::NewsmlG2,
        _ if has("NewsItem") => Format::Newsml,
        _ if has("nitf") => Format::Nitf,
        _ if text.contains("factiva") && has("article") => Format::Factiva,
        _ if ["html", "htm"].contains(&extension) => Format::Html,
        _ if extension == "xml" || text.starts_with("<?xml") || doctype == local && !local.is_empty() => {
            let message = format!("no reader for XML whose root is <{root}>");
            return Err(Reject::new("unknown_xml", message, start));
        }
        // A list of results of some interface, as agencies have them, is no text.
        _ if !local.is_empty() && text.trim_end().ends_with('>') && text.contains(&format!("</{root}>")) => {
            let message = format!("no reader for XML whose root is <{root}>");
            return Err(Reject::new("unknown_xml", message, start));
        }
        _ => return Ok(None),
    }))
}

/// The name of the first element, and that of the document type; empty where there is none.
fn root(text: &str) -> (String, String) {
    let mut doctype = String::new();
    let mut rest = text;
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || "-_:.".contains(*c)).collect::<String>();
    loop {
        let Some(at) = rest.find('<') else { return (String::new(), doctype) };
        rest = &rest[at + 1..];
        let end = if rest.starts_with("!--") {
            rest.find("-->")
        } else if rest.starts_with('?') {
            rest.find('>')
        } else if let Some(after) = rest.strip_prefix("!") {
            if after.get(..7).is_some_and(|k| k.eq_ignore_ascii_case("doctype")) && doctype.is_empty() {
                doctype = name(after[7..].trim_start());
            }
            // An internal subset has marks of its own.
            let subset = rest.find('[').filter(|b| rest.find('>').is_none_or(|g| *b < g));
            match subset {
                Some(_) => rest.find("]").and_then(|b| rest[b..].find('>').map(|g| b + g)),
                None => rest.find('>'),
            }
        } else {
            return (name(rest), doctype);
        };
        let Some(end) = end else { return (String::new(), doctype) };
        rest = &rest[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_behind_what_stands_before_it() {
        let of = |text: &str| root(text).0;
        assert_eq!(
            of(
                "<?xml version='1.0'?><!-- <nitf> --><!DOCTYPE a SYSTEM 'b' [<!ENTITY c 'd'>]>\n<ns0:newsMessage x='y'>"
            ),
            "ns0:newsMessage"
        );
        assert_eq!(root("<!doctype HTML><html lang=en>"), ("html".into(), "HTML".into()));
        assert_eq!(of("<"), "");
    }
}

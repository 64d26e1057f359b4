//! Bytes into characters: by byte order mark, else UTF-8, else as declared, else as the bytes look.

use super::Reject;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The text of a record; `declared` is the label of the encoding that the file or its header names.
pub fn decode(bytes: &[u8], declared: Option<&str>) -> Result<String, Reject> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_string());
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    // What declares UTF-8 and has a byte or two that are none is still UTF-8, but for those.
    if let Some(encoding) = declared {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        let lost = text.chars().filter(|c| *c == '\u{fffd}').count();
        if !broken || (encoding == UTF_8 && lost * 200 < text.len()) {
            return Ok(text.into_owned());
        }
    }
    if bytes.contains(&0) {
        return Err(Reject::new("invalid_utf8", "the bytes are no text", bytes));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let (text, broken) = detector.guess(None, Utf8Detection::Deny).decode_without_bom_handling(bytes);
    if !broken {
        return Ok(text.into_owned());
    }
    Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
}

/// The encoding that an XML declaration or an HTML page names in its first bytes.
pub fn declared(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&head[..head.len().min(4096)]).to_ascii_lowercase();
    let at = ["encoding=", "charset="].iter().filter_map(|k| head.find(k).map(|at| at + k.len())).min()?;
    let label: String = head[at..]
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c))
        .collect();
    (!label.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_encoding_is_read() {
        let text = "Die Gäste in São Paulo – “fünf” Übel";
        let (latin, ..) = WINDOWS_1252.encode(text);
        assert_eq!(decode(text.as_bytes(), Some("iso-8859-1")).unwrap(), text, "UTF-8 whatever is declared");
        assert_eq!(decode(&latin, Some("iso-8859-1")).unwrap(), text);
        assert_eq!(decode(&latin, Some("utf-8")).unwrap(), text, "declared wrongly");
        assert_eq!(decode(&latin, None).unwrap(), text);
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide, None).unwrap(), text);
        assert_eq!(decode(b"\0\xff\0\x01", None).unwrap_err().code, "invalid_utf8");
        assert_eq!(declared(b"<?xml version='1.0' encoding='ISO-8859-1'?>").as_deref(), Some("iso-8859-1"));
        assert_eq!(declared(b"<meta charset=windows-1252>").as_deref(), Some("windows-1252"));
    }
}

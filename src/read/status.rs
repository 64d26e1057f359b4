//! What a wire says may be done with an item: killed and withheld items are read and flagged, so that they supersede what they recall.

use crate::doc::Flag;

/// The flag of a status as NITF, NewsML, ninjs and dumps name it, with or without the prefix of its scheme; `None` for a usable item.
pub fn flag(status: &str) -> Option<Flag> {
    let status = status.rsplit(':').next().unwrap_or(status).to_ascii_lowercase();
    match status.as_str() {
        "withdrawn" | "retracted" | "canceled" | "cancelled" | "killed" | "kill" | "deleted" | "delete" => {
            Some(Flag::Withdrawn)
        }
        "withheld" | "embargoed" => Some(Flag::Withheld),
        _ => None,
    }
}

/// The flag of a note over a story, as wires write it in capitals: `BULLETIN KILL`, `WITHHOLD`, `CORRECTED`.
pub fn flag_of_note(note: &str) -> Option<Flag> {
    let mut words = note.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| match word.to_ascii_uppercase().as_str() {
        "KILL" | "KILLED" | "ELIMINATION" | "WITHDRAWN" => Some(Flag::Withdrawn),
        "WITHHOLD" | "WITHHELD" => Some(Flag::Withheld),
        "CORRECTED" | "CORRECTION" | "CORRECTIVE" | "REFILE" => Some(Flag::Correction),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_honoured_in_every_scheme() {
        for (status, want) in [
            ("usable", None),
            ("stat:usable", None),
            ("stat:canceled", Some(Flag::Withdrawn)),
            ("Canceled", Some(Flag::Withdrawn)),
            ("withheld", Some(Flag::Withheld)),
            ("embargoed", Some(Flag::Withheld)),
        ] {
            assert_eq!(flag(status), want, "{status}");
        }
        assert_eq!(flag_of_note("BC-Velta Ferry, BULLETIN KILL"), Some(Flag::Withdrawn));
        assert_eq!(flag_of_note("1ST LEAD"), None);
    }
}

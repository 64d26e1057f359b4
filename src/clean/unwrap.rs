//! Text that was broken at a fixed width, as wires and mail break it: paragraphs become lines.

/// Widths, in characters, that texts are broken at.
const WIDTHS: std::ops::RangeInclusive<usize> = 45..=90;

/// The text with a line a paragraph, where its lines were broken at a width; else the text as it is.
///
/// A break is undone where the first word of the next line would not have fitted any more. A line that is indented begins a paragraph.
pub fn unwrap(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let length = |line: &str| line.chars().count();
    let width = lines.iter().map(|l| length(l)).max().unwrap_or(0);
    let pairs = || lines.windows(2).filter(|p| !p[0].trim().is_empty() && !p[1].trim().is_empty() && !indented(p[1]));
    let forced =
        |pair: &[&str]| length(pair[0]) + 1 + length(pair[1].split_whitespace().next().unwrap_or("")) + SLACK > width;
    // Verse and lists have lines that end early.
    let (all, full) = pairs().fold((0, 0), |(all, full), p| (all + 1, full + usize::from(forced(p))));
    if !WIDTHS.contains(&width) || full < 2 || full * 4 < all * 3 {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    for (n, line) in lines.iter().enumerate() {
        out.push_str(if indented(line) { line.trim_start() } else { line });
        let joined = lines.get(n + 1).is_some_and(|next| {
            !line.trim().is_empty() && !next.trim().is_empty() && !indented(next) && forced(&[line, next])
        });
        out.push(if joined { ' ' } else { '\n' });
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters by which a line may be shorter than the width and yet be full: breaks differ by a few.
const SLACK: usize = 8;

fn indented(line: &str) -> bool {
    line.starts_with("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_paragraphs_are_put_together() {
        let wire = "    The port of Velta will be closed for two days from Monday, its\n\
            owner said in a statement that it sent to newspapers late on the\n\
            evening before.\n    The union said that it had not been told of any of this. It\n\
            demanded talks with the owner before the end of the week,\n\n\
            as the law of Ostland says it must be.";
        assert_eq!(
            unwrap(wire),
            "The port of Velta will be closed for two days from Monday, its owner said in a statement that it sent to \
             newspapers late on the evening before.\n\
             The union said that it had not been told of any of this. It demanded talks with the owner before the end of the \
             week,\n\nas the law of Ostland says it must be."
        );
    }

    #[test]
    fn what_is_not_broken_stays() {
        for text in [
            "One line.\nAnother line.\nA third.",
            "A long paragraph that goes on and on, as they do on pages, for more letters than any wire would put in a line of its own.\nShort.",
            "Roses are red and so is the sea at night in Velta\nViolets are not\nSugar is sweet and so is the wine that they sell\nAnd so on",
            "",
        ] {
            assert_eq!(unwrap(text), text);
        }
    }
}

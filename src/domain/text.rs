//! Small text work. The standard library's general searching, joining and formatting would cost
//! several kilobytes of wasm.

use crate::prelude::*;

/// The parts as one text.
pub fn concat(parts: &[&str]) -> String {
    join(parts, "")
}

/// The parts as one text with `separator` between them.
pub fn join(parts: &[&str], separator: &str) -> String {
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            text.push_str(separator);
        }
        text.push_str(part);
    }
    text
}

/// The part at this place of a text whose parts end with `end`; empty if there are not so many.
pub fn part(text: &str, end: u8, place: usize) -> &str {
    let (mut start, mut parts) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        if byte == end {
            if parts == place {
                return text.get(start..at).unwrap_or_default();
            }
            (start, parts) = (at + 1, parts + 1);
        }
    }
    if parts == place { text.get(start..).unwrap_or_default() } else { "" }
}

/// True if `text` contains `part`, whatever the case of ASCII letters. An empty part is in no text.
pub fn contains_ignoring_case(text: &str, part: &str) -> bool {
    !part.is_empty()
        && text
            .as_bytes()
            .windows(part.len())
            .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// True if every byte of `text` fits.
pub fn all_bytes(text: &str, fits: fn(u8) -> bool) -> bool {
    for byte in text.bytes() {
        if !fits(byte) {
            return false;
        }
    }
    true
}

/// True for at least one letter or digit, and nothing else.
pub fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && all_bytes(text, |byte| byte.is_ascii_alphanumeric())
}

/// White space as Unicode has it, in names too. The standard library's test brings its tables.
const fn is_blank(character: char) -> bool {
    matches!(character,
        ' ' | '\t'..='\r' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// The first word of a text and all the rest, both without white space around them.
pub fn split_first_word(text: &str) -> (&str, &str) {
    let text = trim(text);
    for (place, character) in text.char_indices() {
        if is_blank(character) {
            let (first, rest) = (text.get(..place), text.get(place..));
            return (first.unwrap_or_default(), trim(rest.unwrap_or_default()));
        }
    }
    (text, "")
}

fn trim(text: &str) -> &str {
    let (mut start, mut end) = (text.len(), 0);
    for (place, character) in text.char_indices() {
        if !is_blank(character) {
            start = start.min(place);
            end = place + character.len_utf8();
        }
    }
    text.get(start..end).unwrap_or_default()
}

/// The first `limit` characters.
pub fn cut(text: &str, limit: usize) -> &str {
    let mut characters = 0;
    for (place, byte) in text.bytes().enumerate() {
        let is_first_of_character = byte & 0xc0 != 0x80;
        characters += usize::from(is_first_of_character);
        if characters > limit {
            return text.get(..place).unwrap_or_default();
        }
    }
    text
}

/// A whole number as JavaScript prints it, up to its point; 0 for anything else.
pub fn number(text: &str) -> u32 {
    let mut number = 0_u32;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.saturating_mul(10).saturating_add(u32::from(digit));
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_whatever_their_case() {
        for (text, part, found) in [
            ("Transaction Declined: X", "declin", true),
            ("DECLINED", "declined", true),
            ("decl", "declined", false),
            ("", "a", false),
            ("a", "", false),
            ("É", "é", false),
        ] {
            assert_eq!(contains_ignoring_case(text, part), found, "{text} {part}");
        }
    }

    #[test]
    fn words_end_at_any_white_space() {
        for text in [
            "",
            " ",
            "a",
            " a ",
            "a b",
            "  a  b c ",
            "\u{2003}ä\u{a0}b\t",
            "\t\n",
            "👩‍🚀 ",
            "山田\u{3000}太郎",
            "Ann\u{2002}Example",
        ] {
            let trimmed = text.trim();
            let (first, rest) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
            assert_eq!(split_first_word(text), (first, rest.trim()), "{text:?}");
        }
    }

    #[test]
    fn blanks_are_unicode_s() {
        for character in '\0'..=char::MAX {
            assert_eq!(is_blank(character), character.is_whitespace(), "{character:?}");
        }
    }

    #[test]
    fn joining_and_cutting() {
        assert_eq!(concat(&["a", "", "b"]), "ab");
        assert_eq!(join(&["a", "b", "c"], ", "), "a, b, c");
        assert_eq!(join(&[], ", "), "");
        for (text, limit, cut_text) in
            [("äöü", 2, "äö"), ("äöü", 3, "äöü"), ("", 1, ""), ("a", 0, "")]
        {
            assert_eq!(cut(text, limit), cut_text);
        }
    }
}

//! Quoting as rc does it: a word that holds anything but plain characters stands in single quotes, a quote inside is
//! doubled. Used wherever something is printed that may be typed again.

use core::fmt;

use super::path::Shown;

/// Does the word mean itself when it is typed unquoted?
pub fn is_plain(word: &[u8]) -> bool {
    let plain = |&b: &u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"/._-+:,%@".contains(&b);
    !word.is_empty() && word.iter().all(plain)
}

/// A word as it has to be typed.
pub struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain(self.0) {
            return write!(f, "{}", Shown(self.0));
        }
        f.write_str("'")?;
        for (nth, part) in self.0.split(|&b| b == b'\'').enumerate() {
            write!(f, "{}{}", if nth > 0 { "''" } else { "" }, Shown(part))?;
        }
        f.write_str("'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_need_quotes_get_them() {
        let table: &[(&str, &str)] = &[
            ("/dev/virtcon/virtio-console-2", "/dev/virtcon/virtio-console-2"),
            ("#9", "'#9'"),
            ("", "''"),
            ("two words", "'two words'"),
            ("it's", "'it''s'"),
            ("a=b", "'a=b'"),
            ("$status", "'$status'"),
        ];
        for (word, typed) in table {
            assert_eq!(alloc::format!("{}", Quoted(word.as_bytes())), *typed);
        }
    }
}

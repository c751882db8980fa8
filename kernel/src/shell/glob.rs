//! Patterns: `*` any string, `?` any one character, `[abc]`, `[a-z]`, `[~a]` one of them, or none of them.
//!
//! Only characters that were typed outside quotes are pattern characters ([`Text::patterns`]). A pattern is matched
//! element by element against the names in directories; names that begin with a dot are matched like others, as in
//! rc. What matches nothing stays as it was typed.

use alloc::vec::Vec;

use super::parse::Text;
use crate::ns::{View, path};

/// Does the whole name match? `patterns` are the positions of the pattern characters in `pattern`.
///
/// Only the last `*` is ever tried again with more: what the ones before it matched has been found already, so the
/// time is bounded by the product of the two lengths.
pub fn matches(pattern: &[u8], patterns: &[usize], name: &[u8]) -> bool {
    let matcher = Matcher { pattern, patterns };
    let (mut at, mut left) = (0, name);
    let mut last_star: Option<(usize, &[u8])> = None;
    loop {
        if matcher.is_special(at, b'*') {
            at += 1;
            last_star = Some((at, left));
            continue;
        }
        match matcher.one(at, left) {
            Some((next, used)) => (at, left) = (next, &left[used..]),
            None if at == pattern.len() && left.is_empty() => return true,
            None => match last_star {
                Some((behind, from)) if !from.is_empty() => {
                    last_star = Some((behind, &from[1..]));
                    (at, left) = (behind, &from[1..]);
                }
                _ => return false,
            },
        }
    }
}

struct Matcher<'a> {
    pattern: &'a [u8],
    patterns: &'a [usize],
}

impl Matcher<'_> {
    fn is_special(&self, at: usize, sign: u8) -> bool {
        self.pattern.get(at) == Some(&sign) && self.patterns.binary_search(&at).is_ok()
    }

    /// Matches one character: where the pattern goes on, and how many bytes of the name it took.
    fn one(&self, at: usize, name: &[u8]) -> Option<(usize, usize)> {
        let sign = *self.pattern.get(at)?;
        let first = *name.first()?;
        if self.is_special(at, b'?') {
            return Some((at + 1, character_len(name)));
        }
        if self.is_special(at, b'[') {
            let (found, end) = self.class(at + 1, first)?;
            return found.then_some((end, 1));
        }
        (sign == first).then_some((at + 1, 1))
    }

    /// Is the byte in the class that begins at `at`, and where does the class end?
    fn class(&self, mut at: usize, byte: u8) -> Option<(bool, usize)> {
        let negated = self.pattern.get(at) == Some(&b'~');
        at += usize::from(negated);
        let mut found = false;
        loop {
            let low = *self.pattern.get(at)?;
            if low == b']' {
                return Some((found != negated, at + 1));
            }
            let range = self.pattern.get(at + 1) == Some(&b'-')
                && self.pattern.get(at + 2).is_some_and(|&b| b != b']');
            let high = if range { self.pattern[at + 2] } else { low };
            found |= (low..=high).contains(&byte);
            at += if range { 3 } else { 1 };
        }
    }
}

/// The bytes of the character a name begins with; one for a byte that is none.
fn character_len(name: &[u8]) -> usize {
    let len = match name.first() {
        None => return 0,
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        Some(_) => 1,
    };
    if name.len() >= len && core::str::from_utf8(&name[..len]).is_ok() { len } else { 1 }
}

/// The file names a text stands for, sorted; the text itself if it is no pattern, or matches nothing.
pub async fn names(view: &View, text: &Text) -> Vec<Vec<u8>> {
    if text.patterns.is_empty() {
        return alloc::vec![text.bytes.clone()];
    }
    let mut found: Vec<Vec<u8>> = alloc::vec![Vec::new()];
    let mut start = 0;
    // The slashes stay as they were typed, so that what comes out looks like what went in.
    while start < text.bytes.len() {
        let slashes = text.bytes[start..].iter().take_while(|&&b| b == b'/').count();
        let element = start + slashes;
        let len = text.bytes[element..].iter().position(|&b| b == b'/').unwrap_or(text.bytes.len() - element);
        let end = element + len;
        let patterns: Vec<usize> =
            text.patterns.iter().filter(|&&p| (element..end).contains(&p)).map(|p| p - element).collect();
        let mut next = Vec::new();
        for before in found {
            let dir = [&before, &text.bytes[start..element]].concat();
            if patterns.is_empty() {
                next.push([&dir, &text.bytes[element..end]].concat());
                continue;
            }
            for name in listed(view, &dir).await {
                if matches(&text.bytes[element..end], &patterns, &name) {
                    let shown =
                        if dir.is_empty() && name.starts_with(b"#") { b"./".as_slice() } else { &dir };
                    next.push([shown, &name].concat());
                }
            }
        }
        found = next;
        start = end;
    }
    let mut existing = Vec::new();
    for name in found {
        // A plain element behind a pattern need not exist.
        if view.walk(&name).await.is_ok() {
            existing.push(name);
        }
    }
    existing.sort();
    existing.dedup();
    if existing.is_empty() { alloc::vec![text.bytes.clone()] } else { existing }
}

/// The names of a directory; none if it cannot be read.
async fn listed(view: &View, dir: &[u8]) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    let dir = if dir.is_empty() { b".".as_slice() } else { dir };
    if let Ok(mut reader) = view.read_dir(dir).await {
        while let Ok(batch) = reader.next().await {
            if batch.is_empty() {
                break;
            }
            names
                .extend(batch.into_iter().map(|entry| entry.name.into_vec()).filter(|n| path::is_element(n)));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ns::Space;
    use crate::task::block_on;

    fn pattern(text: &str) -> (Vec<u8>, Vec<usize>) {
        let bytes = text.as_bytes().to_vec();
        let special = |&(_, b): &(usize, &u8)| b"*?[".contains(b);
        let patterns = bytes.iter().enumerate().filter(special).map(|(at, _)| at).collect();
        (bytes, patterns)
    }

    #[test]
    fn patterns_match_whole_names() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("*", &["", "a", "a.c"], &[]),
            ("*.c", &["a.c", ".c", "a.b.c"], &["a.h", "c"]),
            ("a?c", &["abc", "aéc"], &["ac", "abbc"]),
            ("[a-c]x", &["ax", "cx"], &["dx", "x", "abx"]),
            ("[~a-c]", &["d", "-"], &["a", "c", ""]),
            ("[ab", &[], &["a", "[ab"]),
            ("*a*b*", &["ab", "xaybz"], &["ba"]),
        ];
        for (text, yes, no) in table {
            let (bytes, patterns) = pattern(text);
            for name in *yes {
                assert!(matches(&bytes, &patterns, name.as_bytes()), "{text} {name}");
            }
            for name in *no {
                assert!(!matches(&bytes, &patterns, name.as_bytes()), "{text} {name}");
            }
        }
    }

    #[test]
    fn quoted_pattern_characters_are_themselves() {
        assert!(matches(b"*x", &[], b"*x"));
        assert!(!matches(b"*x", &[], b"ax"));
        assert!(matches(b"?", &[0], b"\xff"));
    }

    #[test]
    fn names_come_sorted_from_directories_and_what_matches_nothing_stays() {
        block_on(async {
            let view = View::new(Space::new().unwrap());
            for dir in ["/tmp/glob", "/tmp/glob/b1", "/tmp/glob/a1", "/tmp/glob/a1/deep"] {
                view.make_dir(dir.as_bytes(), 0o777).await.unwrap();
            }
            let names = async |text: &str| {
                let (bytes, patterns) = pattern(text);
                names(&view, &Text { bytes, patterns }).await
            };
            assert_eq!(names("/tmp/glob/*").await, [b"/tmp/glob/a1".to_vec(), b"/tmp/glob/b1".to_vec()]);
            assert_eq!(names("/t*/glob/?1/deep").await, [b"/tmp/glob/a1/deep".to_vec()]);
            assert_eq!(names("/tmp/glob/z*").await, [b"/tmp/glob/z*".to_vec()]);
            assert_eq!(names("plain").await, [b"plain".to_vec()]);
        });
    }
}

//! Names: cleaning, joining, splitting. Pure; used by the name space, the shell and its programs.
//!
//! A name is a string of bytes, not of characters: a share may hold file names that are not UTF-8 and they must be
//! listed, opened and removed like any other. What is shown to a person goes through [`Shown`].
//!
//! A rooted name begins with `/`, or with `#` and a device letter: `#s/vc2` is `vc2` in the directory the device `s`
//! serves, and the root of that name is `#s`. `..` is lexical, as in Plan 9: `/mnt/xxx/..` is `/mnt` whatever is
//! mounted there, so that leaving a mount point always leads back to where one came from.

use alloc::vec::Vec;
use core::fmt;

/// The longest name accepted anywhere, in bytes. Longer ones are refused with "name too long".
pub const NAME_LEN_MAX: usize = 4096;

/// The longest single element: 9P counts strings in 16 bits, hosts stop at 255; this is 9P's side of it, kept small.
pub const ELEMENT_LEN_MAX: usize = 1024;

/// Shows a name to a person: bytes that are not UTF-8 appear as U+FFFD, control characters as `?`.
pub struct Shown<'a>(pub &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                f.write_char(if c.is_control() { '?' } else { c })?;
            }
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

/// Does the name say where it starts (`/...` or `#x...`)?
pub fn is_rooted(name: &[u8]) -> bool {
    matches!(name.first(), Some(b'/' | b'#'))
}

/// The name's root and what is below it: `/a/b` is (`/`, `a/b`), `#s/vc2` is (`#s`, `vc2`), `a/b` is (empty, `a/b`).
pub fn split_root(name: &[u8]) -> (&[u8], &[u8]) {
    match name.first() {
        Some(b'/') => (&name[..1], &name[1..]),
        Some(b'#') => match name.iter().position(|&b| b == b'/') {
            // `#/` is the root device: its letter is the slash.
            Some(1) => match name.get(2) {
                Some(b'/') => (&name[..2], &name[3..]),
                _ => (&name[..2], &name[2..]),
            },
            Some(slash) => (&name[..slash], &name[slash + 1..]),
            None => (name, &[]),
        },
        _ => (&[], name),
    }
}

/// The elements of a name below its root, without empty ones and dots.
pub fn elements(below_root: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> + Clone {
    below_root.split(|&b| b == b'/').filter(|e| !e.is_empty() && *e != b".")
}

/// The shortest name for the same file: no double slashes, no dots, `..` taken back where something precedes it.
///
/// Leading `..` of a name that is not rooted stay; above a root there is nothing, so there they vanish. The empty
/// name is `.`.
pub fn clean(name: &[u8]) -> Vec<u8> {
    let (root, below) = split_root(name);
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in elements(below) {
        if element != b".." {
            kept.push(element);
        } else if kept.last().is_some_and(|last| *last != b"..") {
            kept.pop();
        } else if root.is_empty() {
            kept.push(element);
        }
    }
    let mut cleaned = Vec::with_capacity(name.len().max(1));
    cleaned.extend_from_slice(root);
    if root.is_empty() && kept.first().is_some_and(|first| first.starts_with(b"#")) {
        // A file whose name begins so is no device: the dot keeps the difference.
        cleaned.extend_from_slice(b"./");
    }
    for (at, element) in kept.iter().enumerate() {
        if at > 0 || (!root.is_empty() && root != b"/") {
            cleaned.push(b'/');
        }
        cleaned.extend_from_slice(element);
    }
    if cleaned.is_empty() {
        cleaned.push(b'.');
    }
    cleaned
}

/// `name` as seen from the directory `dir`, cleaned. A rooted name ignores the directory.
pub fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    if is_rooted(name) { clean(name) } else { child(dir, name) }
}

/// The name of a file found in the directory `dir`, whatever it begins with.
pub fn child(dir: &[u8], name: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(dir.len() + 1 + name.len());
    whole.extend_from_slice(dir);
    whole.push(b'/');
    whole.extend_from_slice(name);
    clean(&whole)
}

/// The last element of a cleaned name; the root itself for a root.
pub fn base(name: &[u8]) -> &[u8] {
    let (root, below) = split_root(name);
    elements(below).next_back().unwrap_or(if root.is_empty() { b"." } else { root })
}

/// The directory a cleaned name lies in, and its last element. `None` for a root, or for `.` and `..`.
pub fn split_last(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let (root, below) = split_root(name);
    let last = elements(below).next_back()?;
    if last == b".." {
        return None;
    }
    let dir = &below[..below.len() - last.len()];
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    let dir = match (root.is_empty(), dir.is_empty()) {
        (true, true) => b".".as_slice(),
        (false, true) => root,
        (_, false) => &name[..name.len() - last.len() - 1],
    };
    Some((dir, last))
}

/// May a file have this name in its directory? The same question for every device and for 9P.
pub fn is_element(name: &[u8]) -> bool {
    !name.is_empty()
        && name.len() <= ELEMENT_LEN_MAX
        && name != b"."
        && name != b".."
        && !name.iter().any(|&b| b == b'/' || b == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cleaning_follows_the_manual() {
        let table: &[(&str, &str)] = &[
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("//", "/"),
            ("/..", "/"),
            ("/../a", "/a"),
            ("a//b/./c", "a/b/c"),
            ("a/..", "."),
            ("a/../..", ".."),
            ("../../a", "../../a"),
            ("/mnt/xxx/..", "/mnt"),
            ("/mnt/xxx/../yyy/", "/mnt/yyy"),
            ("#s", "#s"),
            ("#s/", "#s"),
            ("#s/vc2", "#s/vc2"),
            ("#s/../x", "#s/x"),
            ("#/", "#/"),
            ("#/mnt", "#//mnt"),
            ("#//mnt", "#//mnt"),
            ("./#x", "./#x"),
            ("a/../#x/b", "./#x/b"),
        ];
        for (name, cleaned) in table {
            assert_eq!(clean(name.as_bytes()), cleaned.as_bytes(), "clean {name:?}");
        }
    }

    #[test]
    fn joining_starts_where_the_name_says() {
        assert_eq!(join(b"/mnt", b"xxx"), b"/mnt/xxx");
        assert_eq!(join(b"/mnt", b"../dev"), b"/dev");
        assert_eq!(join(b"/mnt", b"/dev/cons"), b"/dev/cons");
        assert_eq!(join(b"/mnt", b"#s/vc2"), b"#s/vc2");
        assert_eq!(join(b"#s", b"vc2"), b"#s/vc2");
        assert_eq!(join(b"/tmp", b"./#c"), b"/tmp/#c");
        assert_eq!(child(b".", b"#c"), b"./#c");
        assert_eq!(child(b"/tmp", b"#c"), b"/tmp/#c");
    }

    #[test]
    fn the_last_element_parts_from_its_directory() {
        let split = |name: &'static str| split_last(name.as_bytes());
        assert_eq!(split("/mnt/xxx"), Some((b"/mnt".as_slice(), b"xxx".as_slice())));
        assert_eq!(split("/mnt"), Some((b"/".as_slice(), b"mnt".as_slice())));
        assert_eq!(split("file"), Some((b".".as_slice(), b"file".as_slice())));
        assert_eq!(split("#s/vc2"), Some((b"#s".as_slice(), b"vc2".as_slice())));
        assert_eq!(split("#//mnt"), Some((b"#/".as_slice(), b"mnt".as_slice())));
        assert_eq!(split("/"), None);
        assert_eq!(split(".."), None);
        assert_eq!(base(b"/mnt/xxx"), b"xxx");
        assert_eq!(base(b"/"), b"/");
    }

    #[test]
    fn names_that_are_not_utf_8_are_kept_and_shown_with_a_mark() {
        assert_eq!(clean(b"/a/\xff/../caf\xe9"), b"/a/caf\xe9");
        assert_eq!(alloc::format!("{}", Shown(b"caf\xe9\n")), "caf\u{fffd}?");
    }

    #[test]
    fn an_element_has_no_slash_no_nul_and_is_not_a_dot() {
        assert!(is_element(b"name with spaces"));
        assert!(is_element(b"caf\xe9"));
        for bad in [b"".as_slice(), b".", b"..", b"a/b", b"a\0b", &[b'x'; ELEMENT_LEN_MAX + 1]] {
            assert!(!is_element(bad), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(name in "[/#.ab]{0,24}") {
            let once = clean(name.as_bytes());
            prop_assert_eq!(clean(&once), once);
        }

        #[test]
        fn a_cleaned_rooted_name_has_no_dots(name in "/[/.ab]{0,24}") {
            let cleaned = clean(name.as_bytes());
            prop_assert!(elements(&cleaned).all(|e| e != b".."));
        }

        #[test]
        fn splitting_and_joining_are_inverse(name in "/[/.ab]{1,24}") {
            let cleaned = clean(name.as_bytes());
            if let Some((dir, last)) = split_last(&cleaned) {
                prop_assert_eq!(join(dir, last), cleaned);
            }
        }
    }
}

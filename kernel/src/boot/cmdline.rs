//! The kernel command line: words separated by spaces, `key=value` or a bare flag.
//!
//! A value that contains spaces is quoted: `user="glenda and co"`. When a key is given twice the last one
//! counts, so that a default in front can be overruled behind. Unknown keys are nobody's error: each part of
//! the kernel, and the image, asks for its own.

/// The longest command line that is kept.
pub const CMDLINE_BYTES_MAX: usize = 4096;

/// The command line the machine was started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cmdline {
    text: &'static str,
}

/// A value that does not read as what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadValue {
    /// The value as given.
    pub value: &'static str,
}

impl Cmdline {
    /// Over the text of a command line.
    pub const fn new(text: &'static str) -> Self {
        Self { text }
    }

    /// All of it.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// The value of the last `key=value`.
    #[inline(never)] // see `boot`
    pub fn get(&self, key: &str) -> Option<&'static str> {
        self.words()
            .filter_map(|word| {
                let rest = word.strip_prefix(key)?.strip_prefix('=')?;
                Some(rest.strip_prefix('"').map_or(rest, |inner| inner.strip_suffix('"').unwrap_or(inner)))
            })
            .last()
    }

    /// Is the bare word `key` there, or `key=1`, `key=on`, `key=yes`?
    pub fn flag(&self, key: &str) -> bool {
        self.words().any(|word| word == key) || matches!(self.get(key), Some("1" | "on" | "yes"))
    }

    /// The value of `key` as a size in bytes: a number with an optional `K`, `M` or `G` (powers of 1024).
    pub fn size(&self, key: &str) -> Option<Result<usize, BadValue>> {
        self.get(key).map(|value| parse_size(value).ok_or(BadValue { value }))
    }

    /// The words, quotes kept together but not removed.
    pub fn words(&self) -> Words {
        Words { rest: self.text }
    }
}

/// See [`Cmdline::words`].
#[derive(Debug, Clone)]
pub struct Words {
    rest: &'static str,
}

impl Iterator for Words {
    type Item = &'static str;

    #[inline(never)] // see `boot`
    fn next(&mut self) -> Option<&'static str> {
        let bytes = self.rest.as_bytes();
        let start = bytes.iter().position(|&byte| !is_blank(byte))?;
        let mut end = start;
        let mut quoted = false;
        while end < bytes.len() && (quoted || !is_blank(bytes[end])) {
            quoted ^= bytes[end] == b'"';
            end += 1;
        }
        // Both ends are next to a blank, which is a character of its own.
        let word = &self.rest[start..end];
        self.rest = &self.rest[end..];
        Some(word)
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t' || byte == b'\n'
}

fn parse_size(text: &str) -> Option<usize> {
    let (digits, unit) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 1 << 10),
        b'm' | b'M' => (&text[..text.len() - 1], 1 << 20),
        b'g' | b'G' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_last_of_two_values_counts() {
        let line = Cmdline::new("mode=shell wait=poll mode=bench");
        assert_eq!(line.get("mode"), Some("bench"));
        assert_eq!(line.get("wait"), Some("poll"));
    }

    #[test]
    fn a_key_is_matched_whole() {
        let line = Cmdline::new("dma.pool=64M xmode=shell mode");
        assert_eq!(line.get("mode"), None);
        assert_eq!(line.get("pool"), None);
        assert!(line.flag("mode"));
    }

    #[test]
    fn a_flag_may_be_switched_off() {
        let line = Cmdline::new("trace=off quiet verbose=on");
        assert!(!line.flag("trace"));
        assert!(line.flag("quiet"));
        assert!(line.flag("verbose"));
    }

    #[test]
    fn quotes_keep_a_value_together() {
        let line = Cmdline::new("  user=\"glenda and co\"\tmode=shell ");
        assert_eq!(line.get("user"), Some("glenda and co"));
        assert_eq!(line.words().collect::<Vec<_>>(), ["user=\"glenda and co\"", "mode=shell"]);
    }

    #[test]
    fn an_unclosed_quote_runs_to_the_end() {
        assert_eq!(Cmdline::new("user=\"glenda and").get("user"), Some("glenda and"));
    }

    #[test]
    fn sizes_have_units() {
        let line = Cmdline::new("a=64M b=4096 c=1g d=many e=99999999999999999999G f=");
        assert_eq!(line.size("a"), Some(Ok(64 << 20)));
        assert_eq!(line.size("b"), Some(Ok(4096)));
        assert_eq!(line.size("c"), Some(Ok(1 << 30)));
        assert_eq!(line.size("d"), Some(Err(BadValue { value: "many" })));
        assert_eq!(line.size("e"), Some(Err(BadValue { value: "99999999999999999999G" })));
        assert_eq!(line.size("f"), Some(Err(BadValue { value: "" })));
        assert_eq!(line.size("g"), None);
    }
}

//! Flags in front of a program's arguments, as Plan 9's programs take them: `-la`, `-d '#9'` or `-d'#9'`, `--` or the
//! first word without a dash ends them.

use alloc::vec::Vec;

/// The flags of one command line, taken one by one.
#[derive(Debug)]
pub struct Flags<'a> {
    words: &'a [Vec<u8>],
    /// What is left of the present word of flags.
    letters: &'a [u8],
}

/// A flag that needs a value has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoValue;

impl<'a> Flags<'a> {
    /// The flags of a command; its first word is its name.
    pub fn of(words: &'a [Vec<u8>]) -> Flags<'a> {
        Flags { words: words.get(1..).unwrap_or_default(), letters: b"" }
    }

    /// The next flag, if there is one more.
    pub fn next_flag(&mut self) -> Option<u8> {
        if self.letters.is_empty() {
            let (first, rest) = self.words.split_first()?;
            match first.strip_prefix(b"-") {
                None | Some(b"") => return None,
                Some(b"-") => {
                    self.words = rest;
                    // Whatever follows is an argument, even with a dash.
                    self.letters = b"";
                    return None;
                }
                Some(letters) => {
                    self.words = rest;
                    self.letters = letters;
                }
            }
        }
        let (&letter, rest) = self.letters.split_first()?;
        self.letters = rest;
        Some(letter)
    }

    /// The value of the flag just taken: the rest of its word, or the next word.
    pub fn value(&mut self) -> Result<&'a [u8], NoValue> {
        if !self.letters.is_empty() {
            return Ok(core::mem::take(&mut self.letters));
        }
        let (first, rest) = self.words.split_first().ok_or(NoValue)?;
        self.words = rest;
        Ok(first)
    }

    /// The arguments behind the flags. Call it when [`next_flag`](Flags::next_flag) has none left.
    pub fn arguments(&self) -> &'a [Vec<u8>] {
        self.words
    }
}

/// A number, with `k`, `M`, `G` for powers of 1024 and `b` for 512.
pub fn number(text: &[u8]) -> Option<u64> {
    let (digits, unit) = match text.split_last()? {
        (b'k' | b'K', digits) => (digits, 1 << 10),
        (b'm' | b'M', digits) => (digits, 1 << 20),
        (b'g' | b'G', digits) => (digits, 1 << 30),
        (b'b', digits) => (digits, 512),
        _ => (text, 1),
    };
    core::str::from_utf8(digits).ok()?.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|w| w.as_bytes().to_vec()).collect()
    }

    #[test]
    fn flags_are_letters_and_arguments_follow() {
        let line = words("mount -bc -d #9 -n -- -odd dir");
        let mut flags = Flags::of(&line);
        assert_eq!(flags.next_flag(), Some(b'b'));
        assert_eq!(flags.next_flag(), Some(b'c'));
        assert_eq!(flags.next_flag(), Some(b'd'));
        assert_eq!(flags.value(), Ok(b"#9".as_slice()));
        assert_eq!(flags.next_flag(), Some(b'n'));
        assert_eq!(flags.next_flag(), None);
        assert_eq!(flags.arguments(), words("-odd dir"));
    }

    #[test]
    fn numbers_have_units() {
        let table = [
            ("7", Some(7)),
            ("4k", Some(4096)),
            ("1M", Some(1 << 20)),
            ("2b", Some(1024)),
            ("1G", Some(1 << 30)),
        ];
        for (text, value) in table {
            assert_eq!(number(text.as_bytes()), value, "{text}");
        }
        for bad in ["", "k", "-1", "x", "99999999999G"] {
            assert_eq!(number(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_value_may_stick_to_its_flag_and_a_lone_dash_is_an_argument() {
        let line = words("dd -bs4096 -");
        let mut flags = Flags::of(&line);
        assert_eq!(flags.next_flag(), Some(b'b'));
        assert_eq!(flags.value(), Ok(b"s4096".as_slice()));
        assert_eq!(flags.next_flag(), None);
        assert_eq!(flags.arguments(), words("-"));
        let line = words("x -d");
        let mut flags = Flags::of(&line);
        assert_eq!(flags.next_flag(), Some(b'd'));
        assert_eq!(flags.value(), Err(NoValue));
    }
}

//! What `lock` and `time` have in common: words become a line again, for a shell that runs it.

use alloc::vec::Vec;

/// The words, each quoted, so that they reach the command as they reached us.
pub(super) fn line(words: &[Vec<u8>]) -> Vec<u8> {
    let mut line = Vec::new();
    for word in words {
        line.push(b'\'');
        line.extend(word.iter().flat_map(|&b| core::iter::repeat_n(b, if b == b'\'' { 2 } else { 1 })));
        line.extend_from_slice(b"' ");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_whatever_they_hold() {
        let words = [b"echo".to_vec(), b"it's".to_vec(), b"".to_vec()];
        assert_eq!(line(&words), b"'echo' 'it''s' '' ");
    }
}

//! What the words of a command become: variables are replaced by their lists, pieces joined, patterns left marked.
//! Pure; matching patterns against file names is [`super::glob`].

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::parse::{Piece, Text, Word};

/// The variables of a shell: lists of strings by name.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    lists: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Variables {
    /// The list of a variable; one that was never set is empty.
    pub fn get(&self, name: &[u8]) -> &[Vec<u8>] {
        self.lists.get(name).map_or(&[], |list| list)
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &[u8], list: Vec<Vec<u8>>) {
        self.lists.insert(name.into(), list);
    }
}

/// Why a word has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpandError {
    /// Two lists of several strings, of different lengths, were to be joined.
    UnlikeLists,
    /// A file name was wanted where the word is a list of none or several.
    NotOneName,
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ExpandError::UnlikeLists => "mismatched list lengths in concatenation",
            ExpandError::NotOneName => "> requires singleton",
        })
    }
}

/// The strings a word stands for.
pub fn expand(word: &Word, variables: &Variables) -> Result<Vec<Text>, ExpandError> {
    let mut whole: Option<Vec<Text>> = None;
    for piece in &word.0 {
        let next: Vec<Text> = match piece {
            Piece::Text(text) => alloc::vec![text.clone()],
            Piece::Variable(name) => variables.get(name).iter().map(|s| Text::plain(s)).collect(),
        };
        whole = Some(match whole {
            None => next,
            Some(before) => join(before, next)?,
        });
    }
    Ok(whole.unwrap_or_default())
}

/// Lists are joined string by string; a list of one is joined to every string of the other; nothing joined to a list
/// of none is nothing.
fn join(before: Vec<Text>, after: Vec<Text>) -> Result<Vec<Text>, ExpandError> {
    let joined = |a: &Text, b: &Text| {
        let mut text = a.clone();
        text.append(b);
        text
    };
    Ok(match (before.len(), after.len()) {
        (0, _) | (_, 0) => Vec::new(),
        (1, _) => after.iter().map(|b| joined(&before[0], b)).collect(),
        (_, 1) => before.iter().map(|a| joined(a, &after[0])).collect(),
        (n, m) if n == m => before.iter().zip(&after).map(|(a, b)| joined(a, b)).collect(),
        _ => return Err(ExpandError::UnlikeLists),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::parse::parse;
    use alloc::string::String;

    fn words(line: &str) -> Result<String, ExpandError> {
        let mut variables = Variables::default();
        variables.set(b"one", alloc::vec![b"1".to_vec()]);
        variables.set(b"two", alloc::vec![b"a".to_vec(), b"b".to_vec()]);
        variables.set(b"three", alloc::vec![b"x".to_vec(), b"y".to_vec(), b"z".to_vec()]);
        let script = parse(line.as_bytes()).unwrap();
        let mut shown = String::new();
        for word in &script[0].pipeline[0].words {
            for text in expand(word, &variables)? {
                shown += &alloc::format!("[{}]", String::from_utf8_lossy(&text.bytes));
            }
        }
        Ok(shown)
    }

    #[test]
    fn a_variable_is_as_many_words_as_its_list_has() {
        assert_eq!(words("e $one $two $none end").unwrap(), "[e][1][a][b][end]");
    }

    #[test]
    fn lists_are_joined_string_by_string() {
        assert_eq!(
            words("pre^$two $two.c $two$two $one$three").unwrap(),
            "[prea][preb][a.c][b.c][aa][bb][1x][1y][1z]"
        );
        assert_eq!(words("x$none").unwrap(), "");
        assert_eq!(words("$two$three"), Err(ExpandError::UnlikeLists));
    }
}

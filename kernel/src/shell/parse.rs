//! What a typed line means: rc's words, quotes, pipes and redirections, as data. Pure; the shell runs what comes out.
//!
//! The part of rc that is spoken here:
//!
//! - words are parted by blanks; `'...'` quotes anything, `''` inside is one quote; `#` begins a comment where a word
//!   could begin; a backslash before a newline joins two lines;
//! - `;` and newline end a command, `&` ends it and does not wait for it, `&&` and `||` go on after success or failure;
//! - `|` joins the output of one command to the input of the next; `< file`, `> file`, `>> file` redirect;
//! - `$name` is replaced by the variable's list, `$status` is how the last command ended; `name=value` and
//!   `name=(a b)` set a variable; `^` or mere nearness joins words;
//! - `*`, `?`, `[...]` outside quotes match file names.
//!
//! A line that stops in the middle (an open quote, a bar at its end) is [`Fault::Unfinished`]: the caller reads on.

use alloc::vec::Vec;
use core::fmt;

/// Commands in the order they are typed.
pub type Script = Vec<Item>;

/// One pipeline and what its end asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The commands joined by bars; at least one.
    pub pipeline: Vec<Command>,
    /// When it is run.
    pub when: When,
    /// It ended with `&`: nobody waits for it.
    pub background: bool,
}

/// Under what outcome of the command before it a pipeline is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It stands alone or after `;`, `&`, a newline.
    Always,
    /// It stands after `&&`.
    Succeeded,
    /// It stands after `||`.
    Failed,
}

/// A simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Variables set before it; for good if there are no words.
    pub assignments: Vec<Assignment>,
    /// The command's name and its arguments.
    pub words: Vec<Word>,
    /// In the order they are typed.
    pub redirections: Vec<Redirection>,
}

/// `name=value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: Vec<u8>,
    /// Its new list.
    pub values: Vec<Word>,
}

/// Where a stream of a command goes instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// Which stream, and how the file is opened.
    pub kind: RedirectionKind,
    /// The file.
    pub file: Word,
}

/// Which stream is redirected, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionKind {
    /// `< file`
    Input,
    /// `> file`: created, or emptied
    Output,
    /// `>> file`: created, or written at its end
    Append,
}

/// A word: pieces that are joined when their values are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word(pub Vec<Piece>);

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Text(Text),
    /// The list of a variable.
    Variable(Vec<u8>),
}

/// Bytes, some of which were typed outside quotes as `*`, `?` or `[` and match file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The bytes, quotes taken off.
    pub bytes: Vec<u8>,
    /// The positions of the pattern characters in `bytes`, ascending.
    pub patterns: Vec<usize>,
}

impl Text {
    /// Text without patterns.
    pub fn plain(bytes: &[u8]) -> Text {
        Text { bytes: bytes.into(), patterns: Vec::new() }
    }

    /// The text with another one behind it.
    pub fn append(&mut self, other: &Text) {
        let shift = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.patterns.extend(other.patterns.iter().map(|at| at + shift));
    }
}

/// Why a line is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It stops in the middle: read another line and try both together.
    Unfinished,
    /// A character stands where none of its kind can.
    Unexpected(char),
    /// A redirection without a file.
    NoFile,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unfinished => f.write_str("syntax error: the line stops in the middle"),
            Fault::Unexpected(c) => write!(f, "token '{c}': syntax error"),
            Fault::NoFile => f.write_str("syntax error: redirection without a file name"),
        }
    }
}

/// Takes a line, or several, apart.
pub fn parse(line: &[u8]) -> Result<Script, Fault> {
    let mut lexer = Lexer { rest: line };
    let mut script = Script::new();
    let mut pipeline: Vec<Command> = Vec::new();
    let mut command = Command::default();
    let mut when = When::Always;
    loop {
        match lexer.next()? {
            Token::Word(word) => command.take(word),
            Token::Set { name, values } if command.words.is_empty() => {
                command.assignments.push(Assignment { name, values });
            }
            Token::Set { name, values } => command.words.extend(spelled_out(name, values)),
            Token::Redirect(kind) => match lexer.next()? {
                Token::Word(file) => command.redirections.push(Redirection { kind, file }),
                _ => return Err(Fault::NoFile),
            },
            Token::Bar if command.is_empty() => return Err(Fault::Unexpected('|')),
            Token::Bar => pipeline.push(core::mem::take(&mut command)),
            Token::End(end) => {
                if command.is_empty() {
                    match end {
                        _ if !pipeline.is_empty() && matches!(end, End::Line | End::Input) => {
                            // A bar at the end of a line waits for the next line.
                            if end == End::Input {
                                return Err(Fault::Unfinished);
                            }
                            continue;
                        }
                        End::Line if when != When::Always => continue,
                        End::Input if when != When::Always => return Err(Fault::Unfinished),
                        End::Line | End::Semicolon if pipeline.is_empty() && when == When::Always => continue,
                        End::Input => return Ok(script),
                        other => return Err(Fault::Unexpected(other.sign())),
                    }
                }
                pipeline.push(core::mem::take(&mut command));
                let background = end == End::Ampersand;
                script.push(Item { pipeline: core::mem::take(&mut pipeline), when, background });
                when = match end {
                    End::AndAnd => When::Succeeded,
                    End::OrOr => When::Failed,
                    End::Input => return Ok(script),
                    End::Line | End::Semicolon | End::Ampersand => When::Always,
                };
            }
        }
    }
}

impl Command {
    fn is_empty(&self) -> bool {
        self.assignments.is_empty() && self.words.is_empty() && self.redirections.is_empty()
    }

    fn take(&mut self, word: Word) {
        self.words.push(word);
    }
}

/// `name=value` among the arguments of a command is an argument like any other.
fn spelled_out(name: Vec<u8>, values: Vec<Word>) -> impl Iterator<Item = Word> {
    let mut text = name;
    text.push(b'=');
    let mut values = values.into_iter();
    let mut first = Word(alloc::vec![Piece::Text(Text::plain(&text))]);
    first.0.extend(values.next().into_iter().flat_map(|w| w.0));
    core::iter::once(first).chain(values)
}

enum Token {
    Word(Word),
    Set { name: Vec<u8>, values: Vec<Word> },
    Redirect(RedirectionKind),
    Bar,
    End(End),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Input,
    Line,
    Semicolon,
    Ampersand,
    AndAnd,
    OrOr,
}

impl End {
    fn sign(self) -> char {
        match self {
            End::Input | End::Line => '\n',
            End::Semicolon => ';',
            End::Ampersand | End::AndAnd => '&',
            End::OrOr => '|',
        }
    }
}

/// Characters that end an unquoted word.
fn ends_word(b: u8) -> bool {
    b" \t\r\n;&|<>()'$^#".contains(&b)
}

fn names_variable(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'*'
}

struct Lexer<'a> {
    rest: &'a [u8],
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn eat(&mut self, sign: &[u8]) -> bool {
        let found = self.rest.starts_with(sign);
        if found {
            self.rest = &self.rest[sign.len()..];
        }
        found
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.rest = &self.rest[1..],
                Some(b'\\') if self.rest.starts_with(b"\\\n") => self.rest = &self.rest[2..],
                Some(b'#') => {
                    let end = self.rest.iter().position(|&b| b == b'\n').unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                _ => return,
            }
        }
    }

    fn next(&mut self) -> Result<Token, Fault> {
        self.skip_blanks();
        let Some(first) = self.peek() else { return Ok(Token::End(End::Input)) };
        // Longer signs first.
        let signs: &[(&[u8], Token)] = &[
            (b"&&", Token::End(End::AndAnd)),
            (b"||", Token::End(End::OrOr)),
            (b">>", Token::Redirect(RedirectionKind::Append)),
            (b">", Token::Redirect(RedirectionKind::Output)),
            (b"<", Token::Redirect(RedirectionKind::Input)),
            (b"|", Token::Bar),
            (b"&", Token::End(End::Ampersand)),
            (b";", Token::End(End::Semicolon)),
            (b"\n", Token::End(End::Line)),
        ];
        for (sign, token) in signs {
            if self.eat(sign) {
                return Ok(match token {
                    Token::Redirect(kind) => Token::Redirect(*kind),
                    Token::End(end) => Token::End(*end),
                    _ => Token::Bar,
                });
            }
        }
        if matches!(first, b'(' | b')' | b'^') {
            return Err(Fault::Unexpected(char::from(first)));
        }
        if let Some(name) = self.assigned_name() {
            let values = if self.eat(b"(") { self.list()? } else { self.one_value()? };
            return Ok(Token::Set { name, values });
        }
        self.word().map(Token::Word)
    }

    /// `name=` at the start of a word.
    fn assigned_name(&mut self) -> Option<Vec<u8>> {
        let length = self.rest.iter().position(|&b| !names_variable(b))?;
        let is_name = length > 0 && self.rest[length] == b'=' && !self.rest[0].is_ascii_digit();
        is_name.then(|| {
            let name = self.rest[..length].to_vec();
            self.rest = &self.rest[length + 1..];
            name
        })
    }

    fn one_value(&mut self) -> Result<Vec<Word>, Fault> {
        match self.peek() {
            Some(b) if !ends_word(b) || b == b'\'' || b == b'$' => Ok(alloc::vec![self.word()?]),
            _ => Ok(Vec::new()),
        }
    }

    fn list(&mut self) -> Result<Vec<Word>, Fault> {
        let mut values = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Err(Fault::Unfinished),
                Some(b'\n') => self.rest = &self.rest[1..],
                Some(b')') => {
                    self.rest = &self.rest[1..];
                    return Ok(values);
                }
                Some(b @ (b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b'^')) => {
                    return Err(Fault::Unexpected(char::from(b)));
                }
                Some(_) => values.push(self.word()?),
            }
        }
    }

    /// A word up to a blank or a sign; at least one piece.
    fn word(&mut self) -> Result<Word, Fault> {
        let mut pieces = Vec::new();
        let mut text: Option<Text> = None;
        while let Some(b) = self.peek() {
            match b {
                b'\'' => self.quoted(text.get_or_insert_default())?,
                b'$' => {
                    self.rest = &self.rest[1..];
                    let length =
                        self.rest.iter().position(|&b| !names_variable(b)).unwrap_or(self.rest.len());
                    if length == 0 {
                        return Err(Fault::Unexpected('$'));
                    }
                    pieces.extend(text.take().map(Piece::Text));
                    pieces.push(Piece::Variable(self.rest[..length].to_vec()));
                    self.rest = &self.rest[length..];
                }
                b'^' => {
                    self.rest = &self.rest[1..];
                    if matches!(self.peek(), None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|')) {
                        return Err(Fault::Unexpected('^'));
                    }
                }
                b'\\' if self.rest.starts_with(b"\\\n") => break,
                // Inside a word a hash is itself: `a#b` is a name, `#` alone begins a comment.
                b'#' => text.get_or_insert_default().push(&mut self.rest),
                b if ends_word(b) => break,
                _ => text.get_or_insert_default().push(&mut self.rest),
            }
        }
        pieces.extend(text.take().map(Piece::Text));
        Ok(Word(pieces))
    }

    fn quoted(&mut self, text: &mut Text) -> Result<(), Fault> {
        self.rest = &self.rest[1..];
        loop {
            let end = self.rest.iter().position(|&b| b == b'\'').ok_or(Fault::Unfinished)?;
            text.bytes.extend_from_slice(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            if !self.eat(b"'") {
                return Ok(());
            }
            text.bytes.push(b'\'');
        }
    }
}

impl Text {
    /// Takes one unquoted byte from the line.
    fn push(&mut self, rest: &mut &[u8]) {
        if matches!(rest[0], b'*' | b'?' | b'[') {
            self.patterns.push(self.bytes.len());
        }
        self.bytes.push(rest[0]);
        *rest = &rest[1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::string::ToString;
    use proptest::prelude::*;

    /// A script in one line of a plain notation, so that expectations can be read.
    fn shown(line: &str) -> String {
        let word = |w: &Word| {
            let mut s = String::from("[");
            for piece in &w.0 {
                match piece {
                    Piece::Text(t) => {
                        s += &String::from_utf8_lossy(&t.bytes);
                        if !t.patterns.is_empty() {
                            s += &alloc::format!("~{:?}", t.patterns);
                        }
                    }
                    Piece::Variable(name) => s += &alloc::format!("${{{}}}", String::from_utf8_lossy(name)),
                }
            }
            s + "]"
        };
        let script = match parse(line.as_bytes()) {
            Ok(script) => script,
            Err(fault) => return fault.to_string(),
        };
        let mut s = String::new();
        for item in &script {
            s += match item.when {
                When::Always => "",
                When::Succeeded => "then ",
                When::Failed => "else ",
            };
            for (nth, command) in item.pipeline.iter().enumerate() {
                s += if nth > 0 { "|" } else { "" };
                for set in &command.assignments {
                    s += &alloc::format!("{}=", String::from_utf8_lossy(&set.name));
                    s.extend(set.values.iter().map(word));
                }
                s.extend(command.words.iter().map(word));
                for r in &command.redirections {
                    s += match r.kind {
                        RedirectionKind::Input => "<",
                        RedirectionKind::Output => ">",
                        RedirectionKind::Append => ">>",
                    };
                    s += &word(&r.file);
                }
            }
            s += if item.background { "& " } else { "; " };
        }
        s.trim_end().into()
    }

    #[test]
    fn lines_of_the_page_are_words() {
        let table = [
            ("mount -d '#9' /dev/null /mnt/xxx harvtmp", "[mount][-d][#9][/dev/null][/mnt/xxx][harvtmp];"),
            (
                "srv -e '9pvpxy /dev/virtcon/virtio-console-2' vc2",
                "[srv][-e][9pvpxy /dev/virtcon/virtio-console-2][vc2];",
            ),
            ("mount -c -n /srv/vc2 /mnt/xxx", "[mount][-c][-n][/srv/vc2][/mnt/xxx];"),
            ("cat /dev/mtags", "[cat][/dev/mtags];"),
        ];
        for (line, expected) in table {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn quotes_keep_everything_and_a_doubled_quote_is_one() {
        assert_eq!(shown("echo 'it''s; a | # $x'"), "[echo][it's; a | # $x];");
        assert_eq!(shown("echo a'b c'd ''"), "[echo][ab cd][];");
        assert_eq!(shown("echo '*'*"), "[echo][**~[1]];");
    }

    #[test]
    fn signs_end_words_and_commands() {
        assert_eq!(shown("ls|wc -l>n;cat<n>>m&echo x"), "[ls]|[wc][-l]>[n]; [cat]<[n]>>[m]& [echo][x];");
        assert_eq!(shown("a && b || c\n d"), "[a]; then [b]; else [c]; [d];");
        assert_eq!(shown("a|\nb"), "[a]|[b];");
        assert_eq!(shown("a &&\n b"), "[a]; then [b];");
        assert_eq!(shown("a & b &"), "[a]& [b]&");
        assert_eq!(shown(" ; ;\n\n"), "");
    }

    #[test]
    fn comments_begin_where_words_do() {
        assert_eq!(shown("# all of it"), "");
        assert_eq!(shown("echo a#b # rest"), "[echo][a#b];");
        assert_eq!(shown("echo a \\\n b"), "[echo][a][b];");
    }

    #[test]
    fn variables_are_set_and_joined() {
        assert_eq!(shown("x=1 y=(a b) echo $x^.c pre$y a=b"), "x=[1]y=[a][b][echo][${x}.c][pre${y}][a=b];");
        assert_eq!(shown("x="), "x=;");
        assert_eq!(shown("echo $status"), "[echo][${status}];");
        assert_eq!(shown("echo 9=x"), "[echo][9=x];");
    }

    #[test]
    fn patterns_are_marked_outside_quotes_only() {
        assert_eq!(shown("ls *.c a'?'[bc]"), "[ls][*.c~[0]][a?[bc]~[2]];");
    }

    #[test]
    fn what_is_wrong_is_named_and_what_is_unfinished_is_told_apart() {
        for line in ["echo 'open", "ls |", "ls &&", "x=(a b"] {
            assert_eq!(parse(line.as_bytes()), Err(Fault::Unfinished), "{line}");
        }
        assert_eq!(shown("| wc"), "token '|': syntax error");
        assert_eq!(shown("ls | ; wc"), "token ';': syntax error");
        assert_eq!(shown("& x"), "token '&': syntax error");
        assert_eq!(shown("a ) b"), "token ')': syntax error");
        assert_eq!(shown("echo $ x"), "token '$': syntax error");
        assert_eq!(shown("echo >"), "syntax error: redirection without a file name");
        assert_eq!(shown("echo > > x"), "syntax error: redirection without a file name");
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_without_panic(line in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&line);
        }

        #[test]
        fn a_quoted_word_comes_back_as_it_was(word in proptest::collection::vec(any::<u8>(), 0..24)) {
            let mut line = b"echo '".to_vec();
            for &b in &word {
                line.push(b);
                if b == b'\'' {
                    line.push(b);
                }
            }
            line.push(b'\'');
            let script = parse(&line).unwrap();
            prop_assert_eq!(&script[0].pipeline[0].words[1], &Word(alloc::vec![Piece::Text(Text::plain(&word))]));
        }
    }
}

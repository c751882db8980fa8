//! Editing a line while it is typed, and the lines typed before. Pure: bytes from a terminal in, bytes to show out.
//!
//! The console feeds every byte that arrives to [`Editor::feed`] and writes what it answers. Nothing is assumed about
//! the terminal except that a backspace (0x08) moves left: there is no prompt to know, no width, no escape sequence
//! in what is written, so the same editor serves a serial line, a console port and a test. Its price: a line longer
//! than the terminal is wide is edited correctly but may look wrong after moving back over the edge.
//!
//! | key | does |
//! |---|---|
//! | left, right, home, end; ^B ^F ^A ^E | move |
//! | backspace, delete; ^H ^D | take a character |
//! | ^W ^U ^K | take the word, the line up to here, the line from here |
//! | up, down; ^P ^N | lines typed before |
//! | ^C | drop the line, interrupt what runs |
//! | ^D on an empty line | end of input |
//!
//! A character is a byte below 0x80 or a whole UTF-8 sequence; a byte that belongs to none is shown as it is.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// The longest line; typing more rings the bell.
pub const LINE_LEN_MAX: usize = 4096;

/// How many lines are remembered.
const HISTORY_LINES_MAX: usize = 100;

const BELL: u8 = 0x07;
const LEFT: u8 = 0x08;

/// What a byte completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Nothing yet.
    Nothing,
    /// A line, without its end.
    Line(Vec<u8>),
    /// ^C: the line typed so far is dropped.
    Interrupt,
    /// ^D on an empty line.
    End,
}

/// A line under the keyboard.
#[derive(Debug, Default)]
pub struct Editor {
    line: Vec<u8>,
    /// Where the next character goes: a byte position in `line`, at a character's start or at the end.
    cursor: usize,
    history: VecDeque<Vec<u8>>,
    /// Which line of the history is shown; `None` is the new line.
    shown: Option<usize>,
    /// The new line while one of the history is shown.
    stash: Vec<u8>,
    escape: Escape,
    /// The first bytes of a character that is still arriving.
    partial: Vec<u8>,
    /// The last byte was a carriage return: a newline right behind it is the same key.
    after_return: bool,
}

/// How far an escape sequence (ECMA-48, 5.4) has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    None,
    Begun,
    /// After `ESC [` or `ESC O`; the number typed so far.
    Control(u16),
}

impl Editor {
    /// An editor with nothing typed and nothing remembered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one byte; what is to be shown is added to `echo`.
    pub fn feed(&mut self, byte: u8, echo: &mut Vec<u8>) -> Typed {
        let after_return = core::mem::take(&mut self.after_return);
        if !self.partial.is_empty() && !is_continuation(byte) {
            // The character never came to its end: its bytes stand for themselves.
            let partial = core::mem::take(&mut self.partial);
            self.insert(&partial, echo);
        }
        match self.escape {
            Escape::None => {}
            Escape::Begun => {
                self.escape = if matches!(byte, b'[' | b'O') { Escape::Control(0) } else { Escape::None };
                return Typed::Nothing;
            }
            Escape::Control(number) => {
                self.control_sequence(number, byte, echo);
                return Typed::Nothing;
            }
        }
        match byte {
            b'\r' => {
                self.after_return = true;
                return self.finish(echo);
            }
            b'\n' if after_return => {}
            b'\n' => return self.finish(echo),
            0x1b => self.escape = Escape::Begun,
            0x01 => self.move_to(0, echo),
            0x02 => self.move_to(self.previous(), echo),
            0x03 => {
                echo.extend_from_slice(b"^C\r\n");
                self.clear();
                return Typed::Interrupt;
            }
            0x04 if self.line.is_empty() => {
                echo.extend_from_slice(b"\r\n");
                return Typed::End;
            }
            0x04 => self.remove(self.cursor, self.next(), echo),
            0x05 => self.move_to(self.line.len(), echo),
            0x06 => self.move_to(self.next(), echo),
            0x08 | 0x7f => self.remove(self.previous(), self.cursor, echo),
            0x0b => self.remove(self.cursor, self.line.len(), echo),
            0x0e => self.later(echo),
            0x10 => self.earlier(echo),
            0x15 => self.remove(0, self.cursor, echo),
            0x17 => self.remove(self.word_start(), self.cursor, echo),
            b'\t' => self.insert(b" ", echo),
            0x00..=0x1f => echo.push(BELL),
            _ => self.part_of_character(byte, echo),
        }
        Typed::Nothing
    }

    /// What has been typed of the present line.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Drops what has been typed of the present line.
    pub fn forget_line(&mut self) {
        self.partial.clear();
        self.escape = Escape::None;
        self.clear();
    }

    /// Shows the present line again, after something else was written.
    pub fn redraw(&self, echo: &mut Vec<u8>) {
        echo.extend_from_slice(&self.line);
        back(characters(&self.line[self.cursor..]), echo);
    }

    fn control_sequence(&mut self, number: u16, byte: u8, echo: &mut Vec<u8>) {
        self.escape = Escape::None;
        match byte {
            b'0'..=b'9' => {
                let number = number.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                self.escape = Escape::Control(number);
            }
            // Modifiers of a key (`1;5C`) are read over: the number in front of them is forgotten with them.
            b';' => self.escape = Escape::Control(0),
            b'A' => self.earlier(echo),
            b'B' => self.later(echo),
            b'C' => self.move_to(self.next(), echo),
            b'D' => self.move_to(self.previous(), echo),
            b'H' => self.move_to(0, echo),
            b'F' => self.move_to(self.line.len(), echo),
            b'~' => match number {
                1 | 7 => self.move_to(0, echo),
                3 => self.remove(self.cursor, self.next(), echo),
                4 | 8 => self.move_to(self.line.len(), echo),
                _ => {}
            },
            _ => {}
        }
    }

    fn finish(&mut self, echo: &mut Vec<u8>) -> Typed {
        echo.extend_from_slice(b"\r\n");
        let line = core::mem::take(&mut self.line);
        self.clear();
        if !line.is_empty() && self.history.back() != Some(&line) {
            if self.history.len() == HISTORY_LINES_MAX {
                self.history.pop_front();
            }
            self.history.push_back(line.clone());
        }
        Typed::Line(line)
    }

    fn clear(&mut self) {
        self.line.clear();
        self.stash.clear();
        self.cursor = 0;
        self.shown = None;
    }

    fn part_of_character(&mut self, byte: u8, echo: &mut Vec<u8>) {
        self.partial.push(byte);
        if self.partial.len() == character_len(self.partial[0]) {
            let whole = core::mem::take(&mut self.partial);
            self.insert(&whole, echo);
        }
    }

    fn insert(&mut self, character: &[u8], echo: &mut Vec<u8>) {
        if self.line.len() + character.len() > LINE_LEN_MAX {
            echo.push(BELL);
            return;
        }
        self.line.splice(self.cursor..self.cursor, character.iter().copied());
        self.cursor += character.len();
        echo.extend_from_slice(character);
        let tail = &self.line[self.cursor..];
        echo.extend_from_slice(tail);
        back(characters(tail), echo);
    }

    fn remove(&mut self, from: usize, to: usize, echo: &mut Vec<u8>) {
        if from == to {
            echo.push(BELL);
            return;
        }
        self.move_to(from, echo);
        let gone = characters(&self.line[from..to]);
        self.line.drain(from..to);
        let tail = &self.line[from..];
        echo.extend_from_slice(tail);
        echo.extend(core::iter::repeat_n(b' ', gone));
        back(characters(tail) + gone, echo);
    }

    fn move_to(&mut self, to: usize, echo: &mut Vec<u8>) {
        if to < self.cursor {
            back(characters(&self.line[to..self.cursor]), echo);
        } else {
            echo.extend_from_slice(&self.line[self.cursor..to]);
        }
        self.cursor = to;
    }

    fn replace(&mut self, line: Vec<u8>, echo: &mut Vec<u8>) {
        self.move_to(0, echo);
        if !self.line.is_empty() {
            self.remove(0, self.line.len(), echo);
        }
        echo.extend_from_slice(&line);
        self.cursor = line.len();
        self.line = line;
    }

    fn earlier(&mut self, echo: &mut Vec<u8>) {
        let at = match self.shown {
            None if !self.history.is_empty() => {
                self.stash = self.line.clone();
                self.history.len() - 1
            }
            Some(at) if at > 0 => at - 1,
            _ => return echo.push(BELL),
        };
        self.shown = Some(at);
        self.replace(self.history[at].clone(), echo);
    }

    fn later(&mut self, echo: &mut Vec<u8>) {
        match self.shown {
            None => echo.push(BELL),
            Some(at) if at + 1 < self.history.len() => {
                self.shown = Some(at + 1);
                self.replace(self.history[at + 1].clone(), echo);
            }
            Some(_) => {
                self.shown = None;
                let stash = core::mem::take(&mut self.stash);
                self.replace(stash, echo);
            }
        }
    }

    fn previous(&self) -> usize {
        let mut at = self.cursor.saturating_sub(1);
        while at > 0 && is_continuation(self.line[at]) {
            at -= 1;
        }
        at
    }

    fn next(&self) -> usize {
        let mut at = (self.cursor + 1).min(self.line.len());
        while at < self.line.len() && is_continuation(self.line[at]) {
            at += 1;
        }
        at
    }

    fn word_start(&self) -> usize {
        let before = &self.line[..self.cursor];
        let word_end = before.iter().rposition(|&b| b != b' ').map_or(0, |at| at + 1);
        before[..word_end].iter().rposition(|&b| b == b' ').map_or(0, |at| at + 1)
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// How many bytes the UTF-8 sequence has that begins so; 1 for a byte that begins none.
fn character_len(first: u8) -> usize {
    match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    }
}

fn characters(text: &[u8]) -> usize {
    text.iter().filter(|&&b| !is_continuation(b)).count()
}

fn back(characters: usize, echo: &mut Vec<u8>) {
    echo.extend(core::iter::repeat_n(LEFT, characters));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use proptest::prelude::*;

    /// A terminal of one endless row that knows characters, backspace and the ends of lines.
    #[derive(Default)]
    struct Screen {
        row: Vec<char>,
        column: usize,
    }

    impl Screen {
        fn show(&mut self, bytes: &[u8]) {
            for c in String::from_utf8_lossy(bytes).chars() {
                match c {
                    '\x08' => {
                        self.column = self.column.checked_sub(1).expect("moved left of the line's start")
                    }
                    '\x07' => {}
                    '\r' => *self = Screen::default(),
                    '\n' => {}
                    c => {
                        if self.column == self.row.len() {
                            self.row.push(c);
                        } else {
                            self.row[self.column] = c;
                        }
                        self.column += 1;
                    }
                }
            }
        }

        fn text(&self) -> String {
            self.row.iter().collect::<String>().trim_end().into()
        }
    }

    struct Desk {
        editor: Editor,
        screen: Screen,
        typed: Vec<Typed>,
    }

    impl Desk {
        fn new() -> Desk {
            Desk { editor: Editor::new(), screen: Screen::default(), typed: Vec::new() }
        }

        fn press(mut self, keys: &str) -> Desk {
            // As a terminal does, a whole character arrives before anything else is looked at.
            for c in keys.chars() {
                let mut echo = Vec::new();
                for &byte in c.encode_utf8(&mut [0; 4]).as_bytes() {
                    match self.editor.feed(byte, &mut echo) {
                        Typed::Nothing => {}
                        typed => self.typed.push(typed),
                    }
                }
                self.screen.show(&echo);
                let line = String::from_utf8(self.editor.line().into()).unwrap();
                assert_eq!(self.screen.text(), line.trim_end(), "after {keys:?}");
                assert_eq!(self.screen.column, characters(&self.editor.line[..self.editor.cursor]));
            }
            self
        }

        fn lines(&self) -> Vec<String> {
            let text = |t: &Typed| match t {
                Typed::Line(line) => String::from_utf8(line.clone()).unwrap(),
                other => alloc::format!("{other:?}"),
            };
            self.typed.iter().map(text).collect()
        }
    }

    #[test]
    fn a_line_ends_with_return_newline_or_both() {
        assert_eq!(Desk::new().press("ls\rcat x\nps\r\n\r\n").lines(), ["ls", "cat x", "ps", ""]);
    }

    #[test]
    fn characters_go_in_and_out_where_the_cursor_is() {
        assert_eq!(Desk::new().press("lz\x08s\r").lines(), ["ls"]);
        assert_eq!(Desk::new().press("cat\x1b[D\x1b[D\x1b[Dx\x1b[C!\r").lines(), ["xc!at"]);
        assert_eq!(Desk::new().press("abc\x01\x04\x05d\r").lines(), ["bcd"]);
        assert_eq!(Desk::new().press("abc\x1b[H\x1b[3~\x1b[F!\r").lines(), ["bc!"]);
        assert_eq!(Desk::new().press("one two  \x17three\r").lines(), ["one three"]);
        assert_eq!(Desk::new().press("abcd\x02\x02\x0b\r").lines(), ["ab"]);
        assert_eq!(Desk::new().press("abcd\x02\x02\x15\r").lines(), ["cd"]);
    }

    #[test]
    fn a_character_of_several_bytes_is_one() {
        assert_eq!(Desk::new().press("grün\x1b[D\x1b[D\x08l\r").lines(), ["glün"]);
        assert_eq!(Desk::new().press("aé日\x7f\x7fb\r").lines(), ["ab"]);
    }

    #[test]
    fn lines_typed_before_come_back_and_the_new_one_is_not_lost() {
        let desk = Desk::new().press("one\rtwo\rtwo\rth\x10\x10").press("!\r");
        assert_eq!(desk.lines().last().unwrap(), "one!");
        let desk = Desk::new().press("one\rtwo\rth\x1b[A\x1b[A\x1b[A\x1b[B\x1b[Bree\r");
        assert_eq!(desk.lines().last().unwrap(), "three");
    }

    #[test]
    fn interrupt_drops_the_line_and_end_needs_an_empty_one() {
        assert_eq!(Desk::new().press("half\x03").typed, [Typed::Interrupt]);
        assert_eq!(Desk::new().press("a\x02\x04\x04").typed, [Typed::End]);
    }

    #[test]
    fn a_line_has_a_longest_length_and_history_has_an_oldest_line() {
        let mut editor = Editor::new();
        let mut echo = Vec::new();
        for _ in 0..LINE_LEN_MAX + 10 {
            editor.feed(b'x', &mut echo);
        }
        assert_eq!(editor.line().len(), LINE_LEN_MAX);
        assert_eq!(echo.last(), Some(&BELL));
        for n in 0..HISTORY_LINES_MAX + 10 {
            for b in alloc::format!("{n}\r").bytes() {
                editor.feed(b, &mut echo);
            }
        }
        assert_eq!(editor.history.len(), HISTORY_LINES_MAX);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_and_the_cursor_stays_inside(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut editor = Editor::new();
            let mut echo = Vec::new();
            for byte in bytes {
                let _ = editor.feed(byte, &mut echo);
                prop_assert!(editor.cursor <= editor.line.len());
            }
        }

        #[test]
        fn the_screen_shows_the_line(keys in "[a-c é\x01\x02\x04\x05\x06\x08\x0b\x0e\x10\x15\x17\r]{0,60}") {
            let _ = Desk::new().press(&keys);
        }
    }
}

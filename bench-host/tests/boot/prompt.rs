//! Somebody at the guest's prompt: types a line, reads until the next prompt.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A line that takes longer hangs.
const ANSWER_MAX: Duration = Duration::from_secs(60);

const PROMPT: &str = "term% ";

/// The host's end of COM1 of a machine in `mode=shell`.
pub(crate) struct Prompt {
    console: UnixStream,
    /// Everything that appeared, with the line ends of a file.
    pub(crate) transcript: String,
}

impl Prompt {
    /// Waits for the first prompt. A line of the log may already stand behind it.
    pub(crate) fn new(console: UnixStream) -> Self {
        console.set_read_timeout(Some(ANSWER_MAX)).unwrap();
        let mut prompt = Self { console, transcript: String::new() };
        prompt.wait_for(PROMPT);
        prompt
    }

    /// What a line makes appear, without the line itself and the prompts.
    pub(crate) fn answer(&mut self, line: &str) -> String {
        let before = self.transcript.len();
        self.send(line.as_bytes());
        self.send(b"\r");
        self.wait();
        let shown = &self.transcript[before..];
        let answer = shown.strip_prefix(line).and_then(|shown| shown.strip_prefix('\n'));
        let answer = answer.and_then(|shown| shown.strip_suffix(PROMPT));
        answer.unwrap_or_else(|| panic!("the line {line:?} became:\n{}", self.transcript)).to_string()
    }

    /// Types each line and compares what it makes appear.
    pub(crate) fn answers(&mut self, table: &[(&str, &str)]) {
        for (line, said) in table {
            assert_eq!(self.answer(line), *said, "{line}");
        }
    }

    /// Types a line again until what appears satisfies `enough`: for what the guest or QEMU does a moment later.
    pub(crate) fn until(&mut self, line: &str, enough: impl Fn(&str) -> bool) -> String {
        let patience = Instant::now() + ANSWER_MAX;
        loop {
            let answer = self.answer(line);
            if enough(&answer) {
                return answer;
            }
            assert!(Instant::now() < patience, "{line:?} still says:\n{answer}");
        }
    }

    /// Keys without a line end.
    pub(crate) fn send(&mut self, keys: &[u8]) {
        self.console.write_all(keys).unwrap();
    }

    /// Reads until a prompt is the last thing that appeared.
    pub(crate) fn wait(&mut self) {
        let before = self.transcript.len();
        while !self.transcript[before..].ends_with(PROMPT) {
            assert!(self.read(), "the guest ended without a prompt:\n{}", self.transcript);
        }
    }

    /// Reads until these words are the last thing that appeared.
    pub(crate) fn wait_until_last(&mut self, words: &str) {
        while !self.transcript.ends_with(words) {
            assert!(self.read(), "the guest ended without {words:?}:\n{}", self.transcript);
        }
    }

    /// Reads until a word has appeared behind what was there when this was called.
    pub(crate) fn wait_for(&mut self, word: &str) {
        let before = self.transcript.len();
        while !self.transcript[before..].contains(word) {
            assert!(self.read(), "the guest ended without {word:?}:\n{}", self.transcript);
        }
    }

    /// Types the last line and reads to the end.
    pub(crate) fn last(mut self, line: &str) -> String {
        self.send(line.as_bytes());
        self.send(b"\r");
        while self.read() {}
        self.transcript
    }

    fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        match self.console.read(&mut bytes) {
            Ok(0) => false,
            Ok(count) => {
                // A character cut by the read shows as two marks; nothing here prints one.
                let text = String::from_utf8_lossy(&bytes[..count]).replace('\r', "");
                self.transcript.push_str(&text);
                true
            }
            Err(error) => panic!("{error} after:\n{}", self.transcript),
        }
    }
}

//! The transcript in the manual: what a person sees who types the page's lines. The test of the page makes it, and fails
//! when the manual has another one.
//!
//! Numbers that count something differ from boot to boot; the manual has those of one. Everything else is compared.
//! `NINEWIRE_WRITE_TRANSCRIPT=1` in the environment of the test writes the manual's anew.

use std::fs;
use std::path::Path;

use crate::prompt::Prompt;

/// Set to write the transcript instead of comparing it.
const WRITE: &str = "NINEWIRE_WRITE_TRANSCRIPT";

const HEAD: &str = "\
# The page's lines, typed

What appears when the lines of Harvey's page \"Using Virtio (QEMU)\" are typed in its order, on its devices. A test types
them on a booted machine and compares; numbers that count something are those of one boot.
";

/// Somebody at the prompt, and who writes down what they do.
pub(crate) struct Session {
    prompt: Prompt,
    text: String,
}

impl Session {
    pub(crate) fn new(prompt: Prompt) -> Self {
        Session { prompt, text: HEAD.into() }
    }

    /// Begins a chapter.
    pub(crate) fn chapter(&mut self, name: &str, words: &str) {
        self.text += &format!("\n## {name}\n\n{words}\n\n");
    }

    /// Says something between two lines.
    pub(crate) fn remark(&mut self, words: &str) {
        self.text += &format!("\n{words}\n\n");
    }

    /// Types a line; what appears.
    pub(crate) fn types(&mut self, line: &str) -> String {
        let answer = self.prompt.answer(line);
        self.text += &format!("    term% {line}\n");
        for shown in answer.lines() {
            self.text += &format!("    {shown}\n");
        }
        answer
    }

    /// The prompt, for what is not to be written down.
    pub(crate) fn aside(&mut self) -> &mut Prompt {
        &mut self.prompt
    }

    /// Compares with the manual's, and gives the prompt back.
    pub(crate) fn finish(self) -> Prompt {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kernel/manual/transcript.md");
        if std::env::var_os(WRITE).is_some() {
            fs::write(&path, &self.text).unwrap();
        }
        let manual = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            without_counts(&self.text),
            without_counts(&manual),
            "{} is stale: run this test once with {WRITE}=1",
            path.display()
        );
        self.prompt
    }
}

/// The text with `#` for every number that counts something: the last two of a mounted tag's line, the count and cycles of
/// an interrupt's.
pub(crate) fn without_counts(text: &str) -> String {
    text.lines().map(|line| without_tags_counts(&without_interrupts_counts(line)) + "\n").collect()
}

fn without_interrupts_counts(line: &str) -> String {
    let row = line.trim_start();
    let fields: Vec<&str> = row.split_whitespace().collect();
    let numbers = fields.iter().take_while(|field| field.bytes().all(|b| b.is_ascii_digit())).count();
    match fields[..] {
        [vector, irq, _, _, kind, ..]
            if numbers == 4 && ["trap", "lapic", "msi", "ioapic"].contains(&kind) =>
        {
            let behind = row.find(kind).map_or("", |at| &row[at..]);
            format!("{vector} {irq} # # {behind}")
        }
        _ => line.into(),
    }
}

fn without_tags_counts(line: &str) -> String {
    let fields: Vec<&str> = line.split(':').collect();
    match fields[..] {
        [tag, dialect, msize, requests, replies]
            if dialect.starts_with("9P2000")
                && [requests, replies].iter().all(|n| n.bytes().all(|b| b.is_ascii_digit())) =>
        {
            format!("{tag}:{dialect}:{msize}:#:#")
        }
        _ => line.into(),
    }
}

//! Whole sessions: somebody types at a terminal and reads what appears.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::task::{Context, Poll, Waker};

use spin::Mutex;

use super::context::End;
use super::login;
use crate::dev::cons::Terminal;
use crate::task::block_on;

/// Types a line when the prompt appears, or a key when a word does, and keeps what it sees.
struct Typist {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lines: VecDeque<String>,
    shown: Vec<u8>,
    /// How much of `shown` was there when the last line was typed.
    answered: usize,
    reader: Option<Waker>,
}

impl Typist {
    fn new(lines: &[&str]) -> Arc<Typist> {
        let lines = lines.iter().map(ToString::to_string).collect();
        Arc::new(Typist { state: Mutex::new(State { lines, ..State::default() }) })
    }

    fn transcript(&self) -> String {
        String::from_utf8(self.state.lock().shown.clone()).unwrap().replace("\r\n", "\n")
    }
}

impl Terminal for Typist {
    fn poll_read(&self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<usize> {
        let mut state = self.state.lock();
        // `^C word` is typed when the word has appeared in a line of its own, other lines when the prompt has.
        let cue = state.lines.front().and_then(|line| line.strip_prefix('^')).map(|key| &key[2..]);
        let due = match cue {
            Some(word) => state.shown.ends_with(alloc::format!("\n{word}\r\n").as_bytes()),
            None => state.shown.ends_with(b"term% ") || state.shown.ends_with(b"\n\t"),
        };
        if !due || state.shown.len() == state.answered {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.answered = state.shown.len();
        let Some(line) = state.lines.pop_front() else { return Poll::Ready(0) };
        let keys = match line.as_bytes() {
            [b'^', key, ..] => char::from(key & 0x1f).to_string(),
            _ => line + "\r",
        };
        into[..keys.len()].copy_from_slice(keys.as_bytes());
        Poll::Ready(keys.len())
    }

    fn poll_write(&self, _cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        let mut state = self.state.lock();
        state.shown.extend_from_slice(bytes);
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
        Poll::Ready(bytes.len())
    }
}

/// What appears when these lines are typed, prompts and echo included.
fn typed(lines: &[&str]) -> String {
    let typist = Typist::new(lines);
    let terminal: Arc<dyn Terminal> = typist.clone();
    let end = block_on(async move {
        let (number, console) = login::console(terminal).unwrap();
        login::sessions(number, console).await.unwrap()
    });
    assert_eq!(end, End::Exit);
    typist.transcript()
}

/// What a line makes appear, without its echo and the prompts.
fn answer(line: &str) -> String {
    let transcript = typed(&[line]);
    let behind_echo = transcript.strip_prefix(&alloc::format!("term% {line}\n")).expect(&transcript);
    behind_echo.strip_suffix("term% ").expect(&transcript).to_string()
}

#[test]
fn a_session_is_a_conversation() {
    assert_eq!(
        typed(&["echo hello, 'it''s me'", "", "echo $status"]),
        "term% echo hello, 'it''s me'\nhello, it's me\nterm% \nterm% echo $status\n\nterm% "
    );
}

#[test]
fn devices_are_listed_as_on_the_page() {
    assert_eq!(answer("ls -l /dev/irqalloc"), "--r--r--r-- P 0 harvey harvey 0 Feb  7  2006 /dev/irqalloc\n");
    assert_eq!(answer("ls -ld /dev/null"), "--rw-rw-rw- c 0 harvey harvey 0 Feb  7  2006 /dev/null\n");
    let dev = answer("ls /dev");
    for name in ["/dev/cons", "/dev/irqalloc", "/dev/null", "/dev/pool", "/dev/zero"] {
        assert!(dev.lines().any(|line| line == name), "{name} in {dev}");
    }
}

#[test]
fn errors_are_those_of_plan_9_and_the_prompt_lives_on() {
    let table = [
        ("ls /mnt/nothing", "ls: /mnt/nothing: '/mnt/nothing' does not exist\n"),
        ("cat /mnt/nothing", "cat: can't open /mnt/nothing: '/mnt/nothing' does not exist\n"),
        ("nonsense", "nonsense: '/bin/nonsense' does not exist\n"),
        ("unmount /mnt/xxx", "unmount: /mnt/xxx: not mounted\n"),
        ("unmount", "usage: unmount mountpoint\n       unmount mounted mountpoint\n"),
        ("bind /dev/null /mnt/xxx", "bind: /dev/null /mnt/xxx: inconsistent mount\n"),
        ("bind -ab /dev /mnt", "usage: bind [-q] [-b|-a|-c|-bc|-ac] new old\n"),
        ("bind '#9' /mnt", "bind: #9 /mnt: '#9' mount/attach disallowed\n"),
        ("echo > /mnt/new", "rc: /mnt/new: '/mnt/new' permission denied\n"),
        ("echo x > /dev/irqalloc", "rc: /dev/irqalloc: '/dev/irqalloc' permission denied\n"),
        ("cat < ", "rc: syntax error: redirection without a file name\n"),
        ("echo $x$", "rc: token '$': syntax error\n"),
        ("cd /dev/null", "cd: '/dev/null' not a directory\n"),
        ("sleep", "usage: sleep seconds\n"),
        ("kill 999999", "kill: 999999: no such task\n"),
    ];
    for (line, complaint) in table {
        assert_eq!(answer(line), complaint, "{line}");
    }
}

#[test]
fn the_status_names_program_number_and_word() {
    let transcript = typed(&["cat /mnt/nothing; echo $status", "true-is-no-program; echo $status"]);
    let status = transcript.lines().find(|line| line.starts_with("cat ") && line.ends_with(": open"));
    assert!(status.is_some(), "{transcript}");
    assert!(transcript.contains("\nnot found\n"), "{transcript}");
}

#[test]
fn pipes_and_conditions_join_commands() {
    assert_eq!(answer("echo one two | wc -w"), "      2\n");
    assert_eq!(answer("echo a | cat | cat | wc -c"), "      2\n");
    assert_eq!(answer("cat /dev/null && echo well"), "well\n");
    assert_eq!(answer("cat /no || echo failed"), "cat: can't open /no: '/no' does not exist\nfailed\n");
    assert_eq!(answer("dd -if /dev/zero -bs 64k -count 3 -quiet 1 | wc -c"), " 196608\n");
}

#[test]
fn a_reader_that_stops_early_ends_its_writer() {
    let transcript = typed(&["cat /dev/zero | dd -bs 10 -count 1 -quiet 1 | wc -c", "echo $status"]);
    assert!(transcript.contains("\n     10\n"), "{transcript}");
    assert!(transcript.contains("cat: write error copying /dev/zero: i/o on hungup channel"), "{transcript}");
    assert!(transcript.contains(": write||"), "{transcript}");
}

#[test]
fn a_name_space_prints_as_it_is_typed_and_can_be_forked() {
    let transcript = typed(&[
        "mkdir /tmp/shell-ns /tmp/shell-ns/a",
        "bind '#c' /tmp/shell-ns/a",
        "ns",
        "rfork; unmount /tmp/shell-ns/a; ls /tmp/shell-ns/a",
    ]);
    let expected = "bind -a '#c' /dev\nbind -a '#P' /dev\nbind -a '#C' /dev\nbind -c '#s' /srv\n";
    assert!(transcript.contains(expected), "{transcript}");
    assert!(transcript.contains("bind '#c' /tmp/shell-ns/a\ncd /\nterm% "), "{transcript}");
    assert!(transcript.ends_with("ls /tmp/shell-ns/a\nterm% "), "{transcript}");
}

#[test]
fn an_interrupt_ends_what_runs_and_the_shell_goes_on() {
    let transcript = typed(&["echo up; cat", "^C up", "echo $status"]);
    assert!(transcript.contains("^C\nterm% echo $status\ninterrupted\n"), "{transcript}");
    let transcript = typed(&["echo up; sleep 1000 | cat | cat", "^C up", "ps"]);
    assert!(!transcript.contains("sleep\n"), "something of the pipeline is left: {transcript}");
}

#[test]
fn the_end_of_input_ends_a_program_that_reads_the_console() {
    let transcript = typed(&["echo up; wc -l", "^D up", "echo next"]);
    assert!(transcript.contains("      0\n"), "{transcript}");
    assert!(transcript.ends_with("next\nterm% "), "{transcript}");
}

#[test]
fn an_unfinished_line_is_read_on() {
    assert_eq!(typed(&["echo 'a", "b'"]), "term% echo 'a\n\tb'\na\nb\nterm% ");
}

#[test]
fn a_background_task_is_not_waited_for_and_can_be_killed() {
    let transcript = typed(&["sleep 1000 &", "kill $apid", "ps"]);
    assert!(!transcript.contains(" sleep\n"), "{transcript}");
}

#[test]
fn patterns_match_names_and_quoted_ones_do_not() {
    assert_eq!(answer("echo /dev/nul?"), "/dev/null\n");
    assert_eq!(answer("echo '/dev/nul?'"), "/dev/nul?\n");
    assert_eq!(answer("echo /dev/[nz]* | wc -w"), "      2\n");
}

#[test]
fn help_lists_every_program_and_shows_its_page() {
    let help = answer("help");
    for program in super::programs::all() {
        assert!(help.lines().any(|line| line.starts_with(program.name)), "{}", program.name);
    }
    assert!(answer("help ls").starts_with("ls - names in directories"));
    assert_eq!(answer("help nonsense"), "help: no page about nonsense\n");
}

#[test]
fn halt_ends_the_session_and_says_how() {
    let typist = Typist::new(&["cat /no; halt $status", "echo never"]);
    let terminal: Arc<dyn Terminal> = typist.clone();
    let end = block_on(async move {
        let (number, console) = login::console(terminal).unwrap();
        login::sessions(number, console).await.unwrap()
    });
    assert_eq!(end, End::Halt { success: false });
    assert!(typist.transcript().ends_with("does not exist\n"), "{}", typist.transcript());
}

#[test]
fn nothing_is_left_in_the_pool_by_a_session() {
    // Other tests use the pool at the same time: a session of its own in a loop must not make it grow.
    let transcript = typed(&[
        "cat /dev/pool",
        "dd -if /dev/zero -bs 4k -count 3000 -quiet 1 | cat > /dev/null",
        "cat /dev/pool",
    ]);
    let live = |nth| {
        let line = transcript.lines().filter(|line| line.starts_with("live ")).nth(nth);
        line.and_then(|line| line["live ".len()..].parse::<u64>().ok()).unwrap()
    };
    assert!(live(1) < live(0) + 1000, "{transcript}");
}

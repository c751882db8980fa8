//! The shell at a terminal: lines are edited while they are typed, and mean what they mean in rc. On the serial line and on
//! a console port.

use bench_host::qemu::{Device, Ended};

use crate::host::share;
use crate::machine::Machine;
use crate::prompt::Prompt;

const LEFT: &[u8] = b"\x1b[D";
const RIGHT: &[u8] = b"\x1b[C";
const UP: &[u8] = b"\x1b[A";
const DOWN: &[u8] = b"\x1b[B";
const HOME: &[u8] = b"\x1b[H";
const END: &[u8] = b"\x1b[F";
const DELETE: &[u8] = b"\x1b[3~";
const ENTER: &[u8] = b"\r";

/// Types keys and compares what the line they made printed.
fn keys(prompt: &mut Prompt, keys: &[&[u8]], printed: &str) {
    let before = prompt.transcript.len();
    prompt.send(&keys.concat());
    prompt.send(ENTER);
    prompt.wait();
    let shown = &prompt.transcript[before..];
    assert!(shown.ends_with(&format!("\n{printed}term% ")), "{keys:?}: {shown:?}");
}

fn editing(prompt: &mut Prompt) {
    keys(prompt, &[b"echo lime", b"\x08\x08", b"ne"], "line\n");
    keys(prompt, &[b"echo lime", b"\x7f\x7f", b"ne"], "line\n");
    keys(prompt, &[b"echo ac", LEFT, b"b"], "abc\n");
    keys(prompt, &[b"echo abd", LEFT, LEFT, RIGHT, b"c"], "abcd\n");
    keys(prompt, &[b"cho x", HOME, b"e"], "x\n");
    keys(prompt, &[b"cho x", b"\x01", b"e", END, b"y"], "xy\n");
    keys(prompt, &[b"echo abc", LEFT, LEFT, DELETE], "ac\n");
    keys(prompt, &[b"echo abc", LEFT, b"\x0b"], "ab\n");
    keys(prompt, &[b"nonsense words", b"\x15", b"echo new"], "new\n");
    keys(prompt, &[b"echo one two", b"\x17", b"three"], "one three\n");
    keys(prompt, &[b"echo b\xc3\xb6se", LEFT, LEFT, b"\x08", b"o"], "bose\n");
    // History, the line that was begun included.
    keys(prompt, &[b"echo first"], "first\n");
    keys(prompt, &[b"echo second"], "second\n");
    keys(prompt, &[UP, UP], "first\n");
    keys(prompt, &[b"echo begun", UP, UP, DOWN, DOWN], "begun\n");
    keys(prompt, &[b"\x10", b" again"], "begun again\n");
    // ^C drops what was typed.
    prompt.send(b"echo dropped\x03");
    prompt.wait();
    assert!(prompt.transcript.ends_with("^C\nterm% "), "{}", prompt.transcript);
    // ^D is the end of what a program reads.
    prompt.send(b"wc -l\rone\rtwo\r\x04");
    prompt.wait();
    assert!(prompt.transcript.ends_with("\n      2\nterm% "), "{}", prompt.transcript);
}

fn language(prompt: &mut Prompt) {
    prompt.answers(&[
        ("echo 'it''s  quoted' $nothing '$status'", "it's  quoted $status\n"),
        ("echo one; echo two", "one\ntwo\n"),
        ("# a comment", ""),
        ("mount -c -d '#9' /dev/null /mnt/xxx tmp; cd /mnt/xxx", ""),
        ("echo one > f; echo two >> f; cat < f | cat | wc -l", "      2\n"),
        ("rm f", ""),
        ("echo new >> f; cat f; rm f", "new\n"),
        ("cd /; unmount /mnt/xxx", ""),
        ("cat /dev/null && echo well || echo badly", "well\n"),
        ("x=value; echo $x", "value\n"),
        ("echo /dev/nul? '/dev/nul?'", "/dev/null /dev/nul?\n"),
        ("sleep 1000 &", ""),
        ("kill $apid; cat /dev/null; echo $status", "\n"),
        ("cat /no | cat", "cat: can't open /no: '/no' does not exist\n"),
    ]);
}

#[test]
fn lines_are_edited_and_mean_what_they_mean_in_rc_on_every_terminal() {
    let mut machine = Machine::new();
    let (console, chardev) = machine.wire();
    let dir = tempfile::tempdir().unwrap();
    let devices = vec![Device::Console(chardev), share("tmp", dir.path())];
    let (mut guest, mut prompt) = machine.devices(devices).shell();
    prompt.answer("console /dev/virtcon/virtio-console-0 &");
    let mut there = Prompt::new(console);
    for terminal in [&mut prompt, &mut there] {
        editing(terminal);
        language(terminal);
    }
    // What is typed before it can be read waits, and an unfinished line is read on.
    prompt.send(b"echo fir''st\recho sec''ond\r");
    prompt.wait_until_last("\nsecond\nterm% ");
    prompt.send(b"echo 'two\rlines'\r");
    prompt.wait_until_last("\n\tlines'\ntwo\nlines\nterm% ");
    // Everybody's programs have manual pages.
    let help = prompt.answer("help");
    for line in help.lines().take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        let page = prompt.answer(&format!("help {name}"));
        assert!(
            page.starts_with(&format!("{name} - ")) && page.contains("\nDESCRIPTION\n"),
            "{name}: {page}"
        );
    }
    // One of them stops the machine for both.
    there.send(b"halt\r");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn a_machine_ends_as_its_shell_says() {
    let (mut guest, prompt) = Machine::new().shell();
    prompt.last("cat /nothing; halt $status");
    assert_eq!(guest.ended(), Ended::Failure);
}

#[test]
fn an_interrupt_gives_the_prompt_back() {
    let (mut guest, mut prompt) = Machine::new().shell();
    prompt.send(b"echo be''gun; sleep 1000\r");
    prompt.wait_for("begun");
    prompt.send(b"\x03");
    prompt.wait();
    assert_eq!(prompt.answer("echo $status"), "interrupted\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

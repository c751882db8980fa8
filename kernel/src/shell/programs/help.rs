//! `help`: what there is to type, and the manual page of each program.

use core::fmt::Write;

use super::all;
use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};

/// What is not a program but a part of the shell, or of the terminal.
const SHELL: &str = "\
cd [dir]           goes to a directory; without one to /
exit               ends this shell
rfork              gives the shell a name space of its own

cmd > file         writes to a file, >> at its end; < reads from one
cmd | cmd          joins programs; cmd & does not wait; cmd ; cmd one by one
cmd && cmd         the second if the first succeeded; || if it failed
'...'              quotes anything; '' inside is one quote
name=value $name   variables; $status is empty when the last command was well
^C                 interrupts; ^D ends the input; up and down bring lines back
help console       the keys a line is edited with
";

const CONSOLE: &str = "\
console - the keys a line is edited with

left, right, ^B, ^F         move by a character
home, end, ^A, ^E           move to the line's begin and end
backspace, ^H; delete, ^D   take the character before, under the cursor
^W, ^U, ^K                  take the word, the line before, behind the cursor
up, down, ^P, ^N            lines typed before
^C                          drop the line, interrupt what runs
^D on an empty line         the end of what is typed
";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let names = cx.words[1..].to_vec();
    if names.is_empty() {
        for program in all() {
            // The first line is `name - words`; the shell's own list is laid out alike.
            let words = program.page.lines().next().and_then(|line| line.split_once(" - "));
            let printed = writeln!(cx.out, "{:<18} {}", program.name, words.map_or("", |(_, words)| words));
            debug_assert!(printed.is_ok(), "printing to pages does not fail");
        }
        cx.out.bytes(b"\n");
        cx.out.bytes(SHELL.as_bytes());
        return Ok(());
    }
    for name in &names {
        match all().iter().find(|program| program.name.as_bytes() == &**name) {
            Some(program) => cx.out.bytes(program.page.as_bytes()),
            None if name == b"console" => cx.out.bytes(CONSOLE.as_bytes()),
            None => return cx.fail("not found", format_args!("no page about {}", Shown(name))),
        }
    }
    Ok(())
}

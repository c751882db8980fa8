//! `time`: how long a command takes.

use core::fmt::Write;

use super::retyped;
use crate::ns::path::Shown;
use crate::shell::Shell;
use crate::shell::context::{Context, Exit};
use crate::time::now;

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words[1..].to_vec();
    if words.is_empty() {
        return cx.usage("time command [argument...]");
    }
    let line = retyped::line(&words);
    let begun = now();
    let mut shell = Shell::new(cx.view.clone(), cx.streams(), cx.session.clone());
    let exit = shell.run(&line).await;
    let ms = (now() - begun).as_millis();
    let command = words.join(&b' ');
    let printed = writeln!(cx.errors, "{}.{:03}r \t {}", ms / 1000, ms % 1000, Shown(&command));
    debug_assert!(printed.is_ok(), "printing to pages does not fail");
    exit
}

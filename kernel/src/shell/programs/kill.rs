//! `kill`: ends tasks.

use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};
use crate::task::{self, TaskId};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    if words.len() < 2 {
        return cx.usage("kill task...");
    }
    let mut exit = Ok(());
    for word in &words[1..] {
        let number = core::str::from_utf8(word).ok().and_then(|digits| digits.parse().ok());
        let killed = match number {
            Some(number) => task::kill_anywhere(TaskId::from_number(number)).await,
            None => Err(task::KillError::NoSuchTask),
        };
        if let Err(error) = killed {
            exit = cx.fail("kill", format_args!("{}: {error}", Shown(word)));
        }
    }
    exit
}

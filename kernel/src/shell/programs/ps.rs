//! `ps`: the tasks there are.

use alloc::vec::Vec;
use core::fmt::Write;

use crate::ns::user;
use crate::shell::context::{Context, Exit};
use crate::task::{self, State};

pub(super) async fn main(cx: &mut Context) -> Exit {
    if cx.words.len() > 1 {
        return cx.usage("ps");
    }
    let mut rows = Vec::new();
    for core in task::cores() {
        if core == task::this_core() {
            rows.extend(task::rows());
            continue;
        }
        match task::on(core, task::rows).await {
            // The one that runs there is the one that was asked.
            Ok(others) => rows.extend(others.into_iter().filter(|row| row.state != State::Running)),
            Err(lost) => cx.complain(format_args!("core {core}: {lost}")),
        }
    }
    for row in rows {
        let ms = row.busy.as_millis();
        let (minutes, seconds, hundredths) = (ms / 60_000, ms / 1000 % 60, ms / 10 % 100);
        let printed = writeln!(
            cx.out,
            "{:<10} {:>8} {minutes:>4}:{seconds:02}.{hundredths:02} {:>10} {:<8} {}",
            user(),
            row.id.number(),
            row.polls,
            row.state,
            row.name,
        );
        debug_assert!(printed.is_ok(), "printing to pages does not fail");
    }
    Ok(())
}

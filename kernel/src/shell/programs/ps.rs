//! `ps`: the tasks there are.

use core::fmt::Write;

use crate::ns::user;
use crate::shell::context::{Context, Exit};
use crate::task;

pub(super) async fn main(cx: &mut Context) -> Exit {
    if cx.words.len() > 1 {
        return cx.usage("ps");
    }
    for row in task::rows() {
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

//! `on`: a command on another core.

use super::retyped;
use crate::ns::path::Shown;
use crate::shell::Shell;
use crate::shell::context::{Context, Exit};
use crate::task::{CoreId, RemoteHandle, spawn_on};

/// Killed when the program is.
struct Away(RemoteHandle<Exit>);

impl Drop for Away {
    fn drop(&mut self) {
        self.0.kill();
    }
}

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let [_, number, command @ ..] = &words[..] else { return cx.usage("on core command [argument...]") };
    if command.is_empty() {
        return cx.usage("on core command [argument...]");
    }
    let parsed = core::str::from_utf8(number).ok().and_then(|digits| digits.parse().ok());
    let Some(core) = parsed.and_then(CoreId::from_number) else {
        return cx.fail("no core", format_args!("{}: no such core; /dev/sysstat lists them", Shown(number)));
    };
    let line = retyped::line(command);
    let (view, streams, session) = (cx.view.clone(), cx.streams(), cx.session.clone());
    let name = alloc::format!("{}", Shown(&command[0]));
    let mut away =
        Away(spawn_on(
            core,
            &name,
            move || async move { Shell::new(view, streams, session).run(&line).await },
        ));
    match (&mut away.0).await {
        Ok(exit) => exit,
        Err(lost) => cx.fail("no task", format_args!("core {core}: {lost}")),
    }
}

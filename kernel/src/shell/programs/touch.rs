//! `touch`: sets the date of last writing.

use crate::ns::path::Shown;
use crate::ns::stat::{Change, UnixTime, When};
use crate::ns::{Error, OpenMode};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::{Flags, number};

const USAGE: &str = "touch [-c] [-t time] file...";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let (mut create, mut when) = (true, When::Now);
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'c' => create = false,
            b't' => match flags.value().ok().and_then(number) {
                Some(seconds) => when = When::At(UnixTime(seconds)),
                None => return cx.usage(USAGE),
            },
            _ => return cx.usage(USAGE),
        }
    }
    if flags.arguments().is_empty() {
        return cx.usage(USAGE);
    }
    let mut exit = Ok(());
    for name in flags.arguments() {
        if let Err(error) = touch(cx, name, create, when).await {
            exit = cx.fail("touch", format_args!("{}: {error}", Shown(name)));
        }
    }
    exit
}

async fn touch(cx: &Context, name: &[u8], create: bool, when: When) -> Result<(), Error> {
    match cx.view.walk(name).await {
        Err(error) if error.is_absent() && create => {
            cx.view.create(name, OpenMode::WRITE, 0o666).await?;
            // What has just been made has the date of now.
            if when == When::Now {
                return Ok(());
            }
        }
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    cx.view.change(name, &Change { modified: Some(when), ..Change::default() }).await
}

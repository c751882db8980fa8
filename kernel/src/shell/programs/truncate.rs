//! `truncate`: sets the length of files.

use crate::ns::path::Shown;
use crate::ns::stat::Change;
use crate::shell::context::{Context, Exit};
use crate::shell::flags::number;

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let length = words.get(1).and_then(|length| number(length));
    let (Some(length), [_, _, files @ ..]) = (length, &words[..]) else { return cx.usage(USAGE) };
    if files.is_empty() {
        return cx.usage(USAGE);
    }
    let mut exit = Ok(());
    for name in files {
        let change = Change { length: Some(length), ..Change::default() };
        if let Err(error) = cx.view.change(name, &change).await {
            exit = cx.fail("truncate", format_args!("{}: {error}", Shown(name)));
        }
    }
    exit
}

const USAGE: &str = "truncate length file...";

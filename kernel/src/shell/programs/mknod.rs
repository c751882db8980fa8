//! `mknod`: makes pipes, sockets and devices of the host.

use crate::ns::device::{DeviceNumber, Special};
use crate::ns::path::Shown;
use crate::shell::context::{Context, Exit};

const USAGE: &str = "mknod name b|c major minor\n       mknod name p|s";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let number = |word: &[u8]| core::str::from_utf8(word).ok()?.parse::<u32>().ok();
    let (name, what) = match &words[1..] {
        [name, kind] => match &kind[..] {
            b"p" => (name, Special::Pipe),
            b"s" => (name, Special::Socket),
            _ => return cx.usage(USAGE),
        },
        [name, kind, major, minor] => {
            let (Some(major), Some(minor)) = (number(major), number(minor)) else { return cx.usage(USAGE) };
            let number = DeviceNumber { major, minor };
            match &kind[..] {
                b"c" => (name, Special::CharDevice(number)),
                b"b" => (name, Special::BlockDevice(number)),
                _ => return cx.usage(USAGE),
            }
        }
        _ => return cx.usage(USAGE),
    };
    match cx.view.make_special(name, what, 0o666).await {
        Ok(()) => Ok(()),
        Err(error) => cx.fail("mknod", format_args!("can't make {}: {error}", Shown(name))),
    }
}

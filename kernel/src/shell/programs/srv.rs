//! `srv`: posts a channel to a 9P server in `/srv`, and starts the server.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;

use crate::dev::{mnt, pipe};
use crate::ns::mount::{MountFlags, Order, Origin};
use crate::ns::path::Shown;
use crate::ns::{Chan, Error, Node, OpenMode};
use crate::shell::Shell;
use crate::shell::context::{Context, Exit, Streams};
use crate::shell::flags::Flags;
use crate::task::spawn;

const USAGE: &str =
    "srv [-abcCm] /dev/virtcon/port [srvname [mtpt]]\n    or srv -e [-abcCm] command [srvname [mtpt]]";

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let (mut execute, mut mounting) = (false, false);
    let mut mount_flags = MountFlags::default();
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'e' => execute = true,
            b'a' => (mount_flags.order, mounting) = (Order::After, true),
            b'b' => (mount_flags.order, mounting) = (Order::Before, true),
            b'c' => (mount_flags.create, mounting) = (true, true),
            b'C' | b'm' => mounting = true,
            _ => return cx.usage(USAGE),
        }
    }
    let (what, name, mount_point) = match flags.arguments() {
        [what] => (what, last_word(what), None),
        [what, name] => (what, name.clone(), None),
        [what, name, mount_point] => (what, name.clone(), Some(mount_point.clone())),
        _ => return cx.usage(USAGE),
    };
    let file = [b"/srv/", &*name].concat();
    match cx.view.walk(&file).await {
        Ok(_) => {
            // As Plan 9's does: complains, and is content, because the name is served.
            cx.complain(format_args!("{} already exists", Shown(&file)));
            return Ok(());
        }
        Err(error) if error.is_absent() => {}
        Err(error) => return cx.fail("srv", format_args!("{error}")),
    }
    let chan = match execute {
        true => start(cx, what),
        false => cx.view.open(what, OpenMode::READ_WRITE).await,
    };
    let chan = match chan {
        Ok(chan) => chan,
        Err(error) => return cx.fail("open", format_args!("{}: {error}", Shown(what))),
    };
    if let Err(error) = post(cx, &file, &chan).await {
        return cx.fail("post", format_args!("{}: {error}", Shown(&file)));
    }
    cx.errors.bytes(b"post...\n");
    if !mounting && mount_point.is_none() {
        return Ok(());
    }
    let dir = mount_point.unwrap_or_else(|| [b"/n/", &*name].concat());
    match mount(cx, &chan, &file, &dir, mount_flags).await {
        Ok(()) => Ok(()),
        Err(error) => cx.fail("mount", format_args!("mount {}: {error}", Shown(&dir))),
    }
}

/// What a service is called when nobody says: the last part of what is served.
fn last_word(what: &[u8]) -> Vec<u8> {
    let separator = |b: &u8| matches!(b, b'/' | b' ' | b'!');
    what.rsplit(separator).next().unwrap_or(what).to_owned()
}

/// Runs a command in the background with one end of a pipe as its input and output; the other end.
fn start(cx: &Context, command: &[u8]) -> Result<alloc::sync::Arc<Chan>, Error> {
    let (ours, servers) = pipe::pair();
    let chan = |end| Chan::new(Node::Pipe(pipe::Node::End(end)), OpenMode::READ_WRITE, b"#|"[..].into());
    let servers = chan(servers);
    let streams = Streams { input: servers.clone(), output: servers, errors: cx.errors.chan().clone() };
    let mut shell = Shell::new(cx.view.clone(), streams, cx.session.clone());
    let command = command.to_owned();
    let server: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
        // How it ends is for its own complaints: nobody waits for a server.
        let _ = shell.run(&command).await;
    });
    spawn("srv", server).map_err(|_| Error::NoMemory)?;
    Ok(chan(ours))
}

async fn post(cx: &Context, file: &[u8], chan: &alloc::sync::Arc<Chan>) -> Result<(), Error> {
    let made = cx.view.create(file, OpenMode::WRITE, 0o666).await?;
    match made.node() {
        Node::Srv(service) => service.post(chan.clone()),
        // Something else is mounted on /srv.
        _ => Err(Error::BadUse),
    }
}

async fn mount(
    cx: &Context,
    chan: &alloc::sync::Arc<Chan>,
    file: &[u8],
    dir: &[u8],
    flags: MountFlags,
) -> Result<(), Error> {
    cx.view.mount_point(dir).await?;
    let root = mnt::mount_channel(chan, b"").await?;
    let origin = Origin::Mount { device: 'M', server: file.into(), spec: Box::default(), cache: false };
    cx.view.mount_node(Node::Mnt(root), chan.key(), dir, flags, origin).await
}

//! `mount`: lets a name mean the files of a 9P server.

use alloc::sync::Arc;

use crate::dev::mnt;
use crate::ns::mount::{MountFlags, Order, Origin};
use crate::ns::path::Shown;
use crate::ns::{Chan, Error, Node, OpenMode};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;

const USAGE: &str = "mount [-a|-b] [-cCnq] [-d '#X'] [-k keypattern] /srv/service dir [spec]";

/// What the words ask for.
struct Wanted<'a> {
    flags: MountFlags,
    quiet: bool,
    cache: bool,
    /// `M`, or what `-d` says.
    device: char,
    server: &'a [u8],
    dir: &'a [u8],
    spec: &'a [u8],
}

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let Some(wanted) = wanted(&words) else { return cx.usage(USAGE) };
    let server = match cx.view.open(wanted.server, OpenMode::READ_WRITE).await {
        Ok(server) => server,
        Err(_) if wanted.quiet => return Err("open".into()),
        Err(error) => {
            return cx.fail("open", format_args!("can't open {}: {error}", Shown(wanted.server)));
        }
    };
    match mount(cx, &wanted, &server).await {
        Ok(()) => Ok(()),
        Err(_) if wanted.quiet => Err("mount".into()),
        Err(error) => cx.fail("mount", format_args!("mount {}: {error}", Shown(wanted.dir))),
    }
}

async fn mount(cx: &Context, wanted: &Wanted<'_>, server: &Arc<Chan>) -> Result<(), Error> {
    // No server is troubled for a place that is not there.
    cx.view.mount_point(wanted.dir).await?;
    let root = match wanted.device {
        '9' => mnt::mount_named(wanted.spec).await?,
        'M' => mnt::mount_channel(server, wanted.spec).await?,
        // Only these two devices can be mounted; what else there is can be bound.
        _ => return Err(Error::BadArg),
    };
    let origin = Origin::Mount {
        device: wanted.device,
        server: cx.view.full_name(wanted.server).into(),
        spec: wanted.spec.into(),
        cache: wanted.cache,
    };
    if wanted.cache {
        root.cache();
    }
    cx.view.mount_node(Node::Mnt(root), server.key(), wanted.dir, wanted.flags, origin).await
}

fn wanted(words: &[alloc::vec::Vec<u8>]) -> Option<Wanted<'_>> {
    let mut flags = Flags::of(words);
    let (mut before, mut after, mut create, mut quiet, mut cache) = (false, false, false, false, false);
    let mut device = 'M';
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'a' => after = true,
            b'b' => before = true,
            b'c' => create = true,
            b'q' => quiet = true,
            b'C' => cache = true,
            // No server here is asked to authenticate: the flag asks for what happens anyway.
            b'n' => {}
            b'k' => drop(flags.value().ok()?),
            b'd' => {
                let mut letters = core::str::from_utf8(flags.value().ok()?).ok()?.strip_prefix('#')?.chars();
                device = letters.next()?;
                if letters.next().is_some() {
                    return None;
                }
            }
            _ => return None,
        }
    }
    let (server, dir, spec) = match flags.arguments() {
        [server, dir] => (server, dir, b"".as_slice()),
        [server, dir, spec] => (server, dir, spec.as_slice()),
        _ => return None,
    };
    let order = match (before, after) {
        (false, false) => Order::Replace,
        (true, false) => Order::Before,
        (false, true) => Order::After,
        (true, true) => return None,
    };
    Some(Wanted { flags: MountFlags { order, create }, quiet, cache, device, server, dir, spec })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn the_pages_lines_are_understood() {
        let native = words("mount -d #9 /dev/null /mnt/xxx harvtmp");
        let native = wanted(&native).unwrap();
        assert_eq!(
            (native.device, native.dir, native.spec),
            ('9', b"/mnt/xxx".as_slice(), b"harvtmp".as_slice())
        );
        assert_eq!((native.flags, native.cache), (MountFlags::default(), false));
        let serial = words("mount -c -n /srv/vc2 /mnt/xxx");
        let serial = wanted(&serial).unwrap();
        assert_eq!(
            (serial.device, serial.server, serial.spec),
            ('M', b"/srv/vc2".as_slice(), b"".as_slice())
        );
        assert!(serial.flags.create);
        let cached = words("mount -bC -d #9 /dev/null /mnt/xxx harvtmp");
        assert!(wanted(&cached).unwrap().cache);
    }

    #[test]
    fn other_lines_are_told_the_usage() {
        for line in [
            "mount",
            "mount /srv/x",
            "mount -ab /srv/x /mnt",
            "mount -d 9 /dev/null /mnt x",
            "mount -d #99 /dev/null /mnt x",
            "mount -d",
            "mount -x /srv/x /mnt",
            "mount /srv/x /mnt spec more",
        ] {
            assert!(wanted(&words(line)).is_none(), "{line}");
        }
    }
}

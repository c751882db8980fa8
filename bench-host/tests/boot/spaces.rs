//! Name spaces: what is printed makes them again, tasks can have their own, unions are looked through in order.

use bench_host::qemu::Ended;
use bench_host::server::{Access, Export};

use crate::host::{page_devices, populated};
use crate::machine::Machine;

#[test]
fn a_name_space_prints_as_lines_that_make_it_again() {
    let (harvtmp, hosttmp) = (populated(), populated());
    let mut machine = Machine::new();
    let (server, chardev) = machine.wire();
    let _server = Export::open(hosttmp.path(), Access::ReadWrite).unwrap().serve(server).unwrap();
    let devices = page_devices(harvtmp.path(), hosttmp.path(), chardev);
    let (mut guest, mut prompt) = machine.devices(devices).shell();
    prompt.answers(&[
        ("mkdir /tmp/a /tmp/b /tmp/'it''s'", ""),
        ("mount -c -d '#9' /dev/null /mnt/xxx harvtmp", ""),
        ("bind -a /mnt/xxx/sub /tmp/a", ""),
        ("bind -bc /tmp/b /tmp/a", ""),
        ("mount -n /dev/virtcon/virtio-console-2 /tmp/'it''s'", ""),
        ("bind '#c/zero' /dev/null", ""),
        ("cd /tmp/a", ""),
    ]);
    let lines = prompt.answer("ns");
    assert_eq!(
        lines,
        "bind -a '#c' /dev\n\
         bind -a '#P' /dev\n\
         bind -a '#C' /dev\n\
         bind -c '#s' /srv\n\
         mount -c -d '#9' /dev/null /mnt/xxx harvtmp\n\
         bind -a /mnt/xxx/sub /tmp/a\n\
         bind -bc /tmp/b /tmp/a\n\
         mount -n /dev/virtcon/virtio-console-2 '/tmp/it''s'\n\
         bind '#c/zero' /dev/null\n\
         cd /tmp/a\n"
    );
    // All of it is taken away, and typed again.
    prompt.answers(&[
        ("cd /", ""),
        ("unmount /dev/null; unmount '/tmp/it''s'; unmount /tmp/a; unmount /mnt/xxx; unmount /srv", ""),
    ]);
    let made = lines.lines().skip(3).map(|line| (line, "")).collect::<Vec<_>>();
    prompt.answers(&made);
    assert_eq!(prompt.answer("ns"), lines);
    assert_eq!(prompt.answer("cat deep; cat '/tmp/it''s/hello'"), "deeper\nhello from the host\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn unions_are_looked_through_in_order_and_files_are_made_where_that_is_allowed() {
    let dir = populated();
    let (mut guest, mut prompt) =
        Machine::new().devices(vec![crate::host::share("harvtmp", dir.path())]).shell();
    prompt.answers(&[
        ("mount -d '#9' /dev/null /mnt/xxx harvtmp", ""),
        ("mkdir /tmp/u /tmp/front /tmp/front/only", ""),
        ("bind -a /mnt/xxx/sub /tmp/u", ""),
        ("bind -b /tmp/front /tmp/u", ""),
        ("ls -n /tmp/u", "/tmp/u/only\n/tmp/u/deep\n"),
        ("cat /tmp/u/deep", "deeper\n"),
        ("echo x > /tmp/u/new", "rc: /tmp/u/new: '/tmp/u/new' mounted directory forbids creation\n"),
        ("bind -ac /mnt/xxx/sub /tmp/u", ""),
        ("echo x > /tmp/u/new; cat /mnt/xxx/sub/new; rm /tmp/u/new", "x\n"),
        ("unmount /tmp/front /tmp/u", ""),
        ("ls -n /tmp/u", "/tmp/u/deep\n/tmp/u/deep\n"),
        ("unmount /tmp/u", ""),
        ("ls /tmp/u", ""),
        // A mount point itself takes new files only with -c, as in Plan 9; the directories below it always do.
        ("echo x > /mnt/xxx/new", "rc: /mnt/xxx/new: '/mnt/xxx/new' mounted directory forbids creation\n"),
        ("echo x > /mnt/xxx/sub/new; rm /mnt/xxx/sub/new", ""),
    ]);
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn a_task_with_a_name_space_of_its_own_is_not_seen_by_others() {
    let dir = populated();
    let mut machine = Machine::new();
    let (console, chardev) = machine.wire();
    let devices = page_devices(dir.path(), dir.path(), chardev);
    let (mut guest, mut prompt) = machine.devices(devices).shell();
    prompt.answer("console /dev/virtcon/virtio-console-2 &");
    let mut there = crate::prompt::Prompt::new(console);
    there.answers(&[
        ("mount -d '#9' /dev/null /mnt/xxx harvtmp", ""),
        ("cat /mnt/xxx/hello", "hello from the host\n"),
    ]);
    prompt.answers(&[
        ("ls /mnt/xxx", ""),
        ("rfork; mount -d '#9' /dev/null /mnt/xxx hosttmp; cat /mnt/xxx/sub/deep", "deeper\n"),
        ("cat /dev/mtags | wc -l", "      2\n"),
    ]);
    there.answers(&[("unmount /mnt/xxx", ""), ("ls /mnt/xxx", "")]);
    assert_eq!(prompt.answer("cat /mnt/xxx/hello"), "hello from the host\n");
    // Posted channels are everybody's.
    prompt.answers(&[("srv -e 'sleep 1000' shared", "post...\n")]);
    assert_eq!(there.answer("ls /srv"), "/srv/shared\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

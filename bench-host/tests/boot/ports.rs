//! Console ports as files: what arrives is what is read, what is written arrives, and everybody learns of an end.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use bench_host::qemu::{Device, Ended, Port};

use crate::host::number;
use crate::machine::{Machine, Running};
use crate::prompt::Prompt;

const PATIENCE: Duration = Duration::from_secs(60);

/// A machine with a console port and three named ports, and the host's ends.
struct Bench {
    guest: Running,
    prompt: Prompt,
    console: UnixStream,
    named: Vec<UnixStream>,
}

const CTL: &str = "cat /dev/virtcon/ctl";

const NAMES: [&str; 3] = ["org.ninewire.one", "org.ninewire.two", "org.ninewire.three"];

fn bench() -> Bench {
    let mut machine = Machine::new();
    let (console, chardev) = machine.wire();
    let mut devices = vec![Device::Console(chardev)];
    let mut named = Vec::new();
    let mut ports = Vec::new();
    for name in NAMES {
        let (ours, chardev) = machine.wire();
        named.push(ours);
        ports.push(Port { name, chardev });
    }
    devices.push(Device::Ports(ports));
    for ours in named.iter().chain([&console]) {
        ours.set_read_timeout(Some(PATIENCE)).unwrap();
    }
    let (guest, prompt) = machine.devices(devices).shell();
    Bench { guest, prompt, console, named }
}

fn read_exactly(from: &mut UnixStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    from.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn ports_are_files_by_number_and_by_the_hosts_name() {
    let Bench { mut guest, mut prompt, mut console, mut named } = bench();
    prompt.answers(&[
        (
            "ls -l /dev/virtcon",
            "--rw-rw-rw- C 0 harvey harvey 0 Feb  7  2006 /dev/virtcon/ctl\n\
             --rw-rw-rw- C 0 harvey harvey 0 Feb  7  2006 /dev/virtcon/virtio-console-0\n\
             --rw-rw-rw- C 0 harvey harvey 0 Feb  7  2006 /dev/virtcon/virtio-console-1.1\n\
             --rw-rw-rw- C 0 harvey harvey 0 Feb  7  2006 /dev/virtcon/virtio-console-1.2\n\
             --rw-rw-rw- C 0 harvey harvey 0 Feb  7  2006 /dev/virtcon/virtio-console-1.3\n",
        ),
        ("ls -d /dev/virtcon/org.ninewire.two", "/dev/virtcon/org.ninewire.two\n"),
        (
            "ls /dev/virtcon/virtio-console-1",
            "ls: /dev/virtcon/virtio-console-1: '/dev/virtcon/virtio-console-1' does not exist\n",
        ),
        ("rm /dev/virtcon/ctl", "rm: /dev/virtcon/ctl: '/dev/virtcon/ctl' permission denied\n"),
        ("echo zero > /dev/virtcon/virtio-console-0", ""),
        ("echo one > /dev/virtcon/virtio-console-1.1", ""),
        ("echo two > /dev/virtcon/org.ninewire.two", ""),
    ]);
    assert_eq!(read_exactly(&mut console, 5), b"zero\n");
    assert_eq!(read_exactly(&mut named[0], 4), b"one\n");
    assert_eq!(read_exactly(&mut named[1], 4), b"two\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn a_read_gives_what_has_arrived_and_blocks_while_nothing_has() {
    let Bench { mut guest, mut prompt, mut console, mut named } = bench();
    for (file, host) in [("virtio-console-0", &mut console), ("org.ninewire.one", &mut named[0])] {
        let file = format!("/dev/virtcon/{file}");
        // Far more is asked for than arrives: neither padding nor waiting for the rest.
        prompt.send(format!("echo be''gun; dd -if {file} -bs 64k -count 1 -quiet 1 | wc -c\r").as_bytes());
        prompt.wait_for("begun");
        host.write_all(b"arrived").unwrap();
        prompt.wait();
        assert!(prompt.transcript.ends_with("\n      7\nterm% "), "{}", prompt.transcript);
        // What is left of it is there for the next read.
        host.write_all(b"in two pieces\n").unwrap();
        assert_eq!(prompt.answer(&format!("dd -if {file} -bs 7 -count 1 -quiet 1; echo")), "in two \n");
        // Nothing more has arrived: a read blocks until it is interrupted.
        prompt.send(format!("echo wai''ting; dd -if {file} -bs 1 -count 100\r").as_bytes());
        prompt.wait_for("waiting");
        prompt.send(b"\x03");
        prompt.wait();
        assert_eq!(prompt.answer("echo $status"), "interrupted\n");
        assert_eq!(
            prompt.answer(&format!("dd -if {file} -iseek 1 -quiet 1")),
            "dd: seek: seek on a stream\n"
        );
        assert_eq!(prompt.answer(&format!("echo -n > {file}; echo $status")), "\n", "nothing is written");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn a_named_port_is_lossless_and_its_ends_are_seen() {
    const BYTES: usize = 3 << 20;
    let Bench { mut guest, mut prompt, named, .. } = bench();
    let [mut one, two, three]: [UnixStream; 3] = named.try_into().unwrap();
    let state = |prompt: &mut Prompt, port: &str, key: &str| {
        let ctl = prompt.answer(CTL);
        let line = ctl.lines().find_map(|line| line.strip_prefix(&format!("{port} {key} ")));
        line.unwrap_or_else(|| panic!("{port} {key} in:\n{ctl}")).to_string()
    };
    assert_eq!(state(&mut prompt, "virtio-console-1.1", "name"), "org.ninewire.one");
    assert_eq!(state(&mut prompt, "virtio-console-1.1", "host"), "open");
    assert_eq!(state(&mut prompt, "virtio-console-0", "host"), "unknown");
    // More than any socket holds, written before the host reads any: the writer waits, nothing is lost.
    let blocks = BYTES >> 16;
    prompt.answer(&format!(
        "dd -if /dev/zero -of /dev/virtcon/org.ninewire.one -bs 64k -count {blocks} -quiet 1 &"
    ));
    assert_eq!(read_exactly(&mut one, BYTES), vec![0; BYTES]);
    prompt.until("ps", |tasks| !tasks.contains(" dd\n"));
    assert_eq!(state(&mut prompt, "virtio-console-1.1", "bytesout"), BYTES.to_string());
    assert_eq!(state(&mut prompt, "virtio-console-1.1", "dropped"), "0");
    // The host's end closes behind what has arrived: all of that is read, then the end. (What QEMU still has in hand when
    // its socket ends, it throws away.)
    prompt.answer("sleep 1000 < /dev/virtcon/org.ninewire.one &");
    one.write_all(b"the last words\n").unwrap();
    prompt.until(CTL, |ctl| ctl.contains("virtio-console-1.1 bytesin 15\n"));
    drop(one);
    prompt.until(CTL, |ctl| ctl.contains("virtio-console-1.1 host closed\n"));
    prompt.answers(&[("cat /dev/virtcon/org.ninewire.one; kill $apid", "the last words\n")]);
    // Who writes to a closed end is not kept waiting; what is lost is counted.
    prompt.answers(&[
        ("echo lost > /dev/virtcon/org.ninewire.one", ""),
        ("cat /dev/virtcon/org.ninewire.one", ""),
    ]);
    assert_eq!(state(&mut prompt, "virtio-console-1.1", "dropped"), "1");
    // A port that closes while somebody waits in a read wakes them.
    prompt.send(b"echo wai''ting; cat /dev/virtcon/org.ninewire.two\r");
    prompt.wait_for("waiting");
    drop(two);
    prompt.wait();
    drop(three);
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn interrupts_are_coalesced_as_the_control_files_say_and_nothing_is_left_lying() {
    let Bench { mut guest, mut prompt, mut named, .. } = bench();
    let (nine_p, ports) = ("/dev/9p/ctl", "/dev/virtcon/ctl");
    for ctl in [nine_p, ports] {
        let told = prompt.answer(&format!("cat {ctl}"));
        assert!(told.lines().any(|line| line == "coalesce 1 0"), "{told}");
        assert_eq!(prompt.answer(&format!("echo coalesce 8 500 > {ctl}; echo $status")), "\n");
        let told = prompt.answer(&format!("cat {ctl}"));
        assert!(told.lines().any(|line| line == "coalesce 8 500"), "{told}");
        let refused = prompt.answer(&format!("echo coalesce 8 0 > {ctl}"));
        assert_eq!(refused, "echo: write error: bad arg in system call\n", "chains would lie there for ever");
    }
    // One byte at a time, far fewer than eight pieces: each is found when the time is over, if not before.
    prompt.answer("cat /dev/virtcon/org.ninewire.one > /dev/virtcon/org.ninewire.two &");
    for byte in 0..=255 {
        named[0].write_all(&[byte]).unwrap();
        assert_eq!(read_exactly(&mut named[1], 1), [byte]);
    }
    // And a flow comes through whole.
    let flow: Vec<u8> = (0..1 << 20).map(|at: u32| (at ^ at >> 8) as u8).collect();
    let mut sender = named[0].try_clone().unwrap();
    let sent = flow.clone();
    let sending = std::thread::spawn(move || sender.write_all(&sent));
    assert!(read_exactly(&mut named[1], flow.len()) == flow);
    sending.join().unwrap().unwrap();
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn what_is_written_while_nobody_listens_is_lost_and_nobody_waits() {
    let sockets = tempfile::tempdir().unwrap();
    let at = |name: &str| sockets.path().join(name).display().to_string();
    let chardev = |id: &str| format!("socket,id={id},path={},server=on,wait=off", at(id));
    let (console, named) = (chardev("console"), chardev("named"));
    let arguments = [
        "-chardev",
        &console,
        "-device",
        "virtio-serial-pci,max_ports=1",
        "-device",
        "virtconsole,chardev=console",
        "-chardev",
        &named,
        "-device",
        "virtio-serial-pci,id=second",
        "-device",
        "virtserialport,bus=second.0,chardev=named,name=org.ninewire.later",
    ];
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    prompt.answers(&[
        ("echo lost > /dev/virtcon/virtio-console-0", ""),
        ("echo lost > /dev/virtcon/org.ninewire.later", ""),
    ]);
    let counts = prompt.answer(CTL);
    assert_eq!(number(&counts, "virtio-console-0 blind"), 1, "port 0 cannot know, and says so");
    assert_eq!(number(&counts, "virtio-console-1.1 dropped"), 1);
    assert!(counts.contains("virtio-console-1.1 host unopened\n"), "{counts}");
    // The host comes later, in server mode: nothing of before is there, everything of now is.
    let mut listener = UnixStream::connect(at("named")).unwrap();
    listener.set_read_timeout(Some(PATIENCE)).unwrap();
    prompt.until(CTL, |counts| counts.contains("virtio-console-1.1 host open\n"));
    prompt.answer("echo heard > /dev/virtcon/org.ninewire.later");
    assert_eq!(read_exactly(&mut listener, 6), b"heard\n");
    let mut listener = UnixStream::connect(at("console")).unwrap();
    listener.set_read_timeout(Some(PATIENCE)).unwrap();
    listener.write_all(b"hello\n").unwrap();
    assert_eq!(prompt.answer("dd -if /dev/virtcon/virtio-console-0 -bs 100 -count 1 -quiet 1"), "hello\n");
    prompt.answer("echo heard > /dev/virtcon/virtio-console-0");
    assert_eq!(read_exactly(&mut listener, 6), b"heard\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn ctl_tells_everything_about_a_port() {
    let Bench { mut guest, mut prompt, mut named, .. } = bench();
    prompt.answer("echo 12345 > /dev/virtcon/org.ninewire.two");
    read_exactly(&mut named[1], 6);
    let ctl = prompt.answer(CTL);
    let told: Vec<&str> = ctl.lines().filter_map(|line| line.strip_prefix("virtio-console-1.2 ")).collect();
    let names: Vec<&str> = told.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(
        names,
        [
            "name",
            "host",
            "console",
            "queues",
            "opens",
            "bytesin",
            "bytesout",
            "posted",
            "starved",
            "chains",
            "descriptors",
            "kicks",
            "dropped",
            "blind"
        ]
    );
    // Queues of port 2 (virtio 1.2, 5.3.2): two for port 0, two for control, two a port from then on.
    for line in [
        "name org.ninewire.two",
        "host open",
        "console no",
        "queues 6 7",
        "opens 0",
        "bytesout 6",
        "dropped 0",
    ] {
        assert!(told.contains(&line), "{line} in:\n{ctl}");
    }
    assert!(number(&ctl, "virtio-console-1.2 posted") > 0, "{ctl}");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

#[test]
fn a_device_with_every_port_there_can_be_has_all_their_names() {
    let mut arguments = vec!["-device".to_string(), "virtio-serial-pci".to_string()];
    for nth in 1..31 {
        let device = format!("virtserialport,chardev=p{nth},name=org.ninewire.p{nth}");
        arguments.extend(["-chardev".into(), format!("null,id=p{nth}"), "-device".into(), device]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    prompt.until("ls /dev/virtcon | wc -l", |lines| lines == "     31\n");
    prompt.until(CTL, |ctl| (1..31).all(|nth| ctl.contains(&format!("name org.ninewire.p{nth}\n"))));
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

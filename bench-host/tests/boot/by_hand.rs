//! What a person does who follows Harvey's page by hand: the server started with the page's words, QEMU typed with the
//! page's fragments and all the devices QEMU adds by itself, and the kernel that `boot --print` names.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bench_host::child::{Supervised, wait_readable};
use bench_host::qemu::{Ended, Program};

use crate::machine::Machine;
use crate::prompt::Prompt;

const NINEWIRE: &str = env!("CARGO_BIN_EXE_ninewire");
/// A program that is not there within this does not come.
const STARTED_MAX: Duration = Duration::from_secs(60);

/// The word behind `option` in the line that `boot --print` prints.
fn printed(option: &str) -> String {
    let output = Command::new(NINEWIRE).args(["boot", "--print"]).stdin(Stdio::null()).output().unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    let mut words = line.split_whitespace().skip_while(|word| *word != option).skip(1);
    words.next().unwrap_or_else(|| panic!("no {option} in {line:?}")).to_string()
}

#[test]
fn the_pages_fragments_typed_by_hand_boot_to_the_pages_names() {
    // Builds the image where it is not built yet; by hand, a first `boot` has done so.
    drop(Machine::new());
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    for name in ["tmp", "host", "served"] {
        fs::create_dir(at(name)).unwrap();
        fs::write(at(&format!("{name}/file")), format!("in {name}\n")).unwrap();
    }
    let (addr, root) = (format!("-addr={}", at("vc02")), format!("-root={}", at("served")));
    let mut ufs = Command::new(NINEWIRE);
    ufs.args(["serve", "-ntype=unix", &addr, &root, "-debug=1"]).stdin(Stdio::null()).stdout(Stdio::null());
    let _ufs = Supervised::spawn("ninewire serve", &mut ufs, &[]).unwrap();
    let until = Instant::now() + STARTED_MAX;
    while !dir.path().join("vc02").exists() {
        assert!(Instant::now() < until, "the server does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }

    let com1 = UnixListener::bind(at("com1")).unwrap();
    let mut qemu = Command::new(Program::find(None).unwrap().path);
    let fragments = format!(
        "-device virtio-9p-pci,fsdev=hrvtmp,mount_tag=harvtmp \
         -fsdev local,path={},id=hrvtmp,security_model=none \
         -device virtio-9p-pci,fsdev=fstmp,mount_tag=hosttmp \
         -fsdev local,path={},id=fstmp,security_model=none \
         -device virtio-serial-pci,max_ports=1 \
         -device virtconsole,chardev=vc02 \
         -chardev socket,id=vc02,path={} \
         -kernel {}",
        at("tmp"),
        at("host"),
        at("vc02"),
        printed("-kernel")
    );
    qemu.args(fragments.split_whitespace());
    // Where a person has a window, a test has none; and it types at the first serial line over a socket.
    qemu.args(["-display", "none", "-serial", &format!("unix:{}", at("com1")), "-monitor", "none"]);
    qemu.stdin(Stdio::null());
    let _qemu = Supervised::spawn("QEMU", &mut qemu, &[]).unwrap();
    let ready =
        wait_readable(&[std::os::fd::AsFd::as_fd(&com1)], Some(Instant::now() + STARTED_MAX)).unwrap();
    assert!(!ready.is_empty(), "QEMU does not start");
    let mut prompt = Prompt::new(com1.accept().unwrap().0);

    let irqalloc = prompt.answer("cat /dev/irqalloc");
    let names: Vec<&str> = irqalloc
        .lines()
        .filter_map(|line| line.rsplit(' ').next())
        .filter(|name| name.starts_with("virtio"))
        .collect();
    assert_eq!(names, ["virtio-9p-0", "virtio-9p-1", "virtio-console-2"]);
    assert_eq!(prompt.answer("cat /dev/mtags"), "harvtmp:-\nhosttmp:-\n");
    for (before, mount, file, after) in [
        ("", "mount -d '#9' /dev/null /mnt/xxx harvtmp", "tmp", ""),
        ("", "mount -d '#9' /dev/null /mnt/xxx hosttmp", "host", ""),
        (
            "srv -e '9pvpxy /dev/virtcon/virtio-console-2' vc2",
            "mount -c -n /srv/vc2 /mnt/xxx",
            "served",
            "rm /srv/vc2",
        ),
    ] {
        for line in [before, mount] {
            let said = prompt.answer(line);
            assert_eq!(said, if line.starts_with("srv") { "post...\n" } else { "" }, "{line}");
        }
        assert_eq!(prompt.answer("cat /mnt/xxx/file"), format!("in {file}\n"));
        assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
        assert_eq!(prompt.answer(after), "");
    }
    // The server speaks 9P2000.L and 9P2000; who wants only 9P2000.u is told.
    for (dialect, said) in [
        ("9P2000.L", ""),
        ("9P2000", ""),
        ("9P2000.u", "mount: mount /mnt/xxx: bad 9P version returned from server\n"),
    ] {
        assert_eq!(prompt.answer(&format!("echo dialect {dialect} > /dev/9p/ctl")), "");
        assert_eq!(prompt.answer("mount -c -n /dev/virtcon/virtio-console-2 /mnt/xxx"), said);
        if said.is_empty() {
            assert_eq!(prompt.answer("cat /mnt/xxx/file"), "in served\n");
            assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
        }
    }
}

/// `ninewire serve` with these words, and the TCP port it says it listens at.
fn serve_tcp(words: &[&str]) -> (Supervised, String) {
    let mut serve = Command::new(NINEWIRE);
    serve.args(["serve", "--ntype=tcp", "--addr=127.0.0.1:0"]).args(words);
    serve.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut server = Supervised::spawn("ninewire serve", &mut serve, &[]).unwrap();
    let mut line = String::new();
    BufReader::new(server.take_stdout().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim_end().rsplit_once("tcp!127.0.0.1!").unwrap_or_else(|| panic!("{line:?}")).1;
    (server, port.to_string())
}

#[test]
fn the_embedded_server_answers_by_tcp_out_of_memory_and_read_only() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "read only\n").unwrap();
    let (_memory, memory) = serve_tcp(&["--memory", "100000"]);
    let (_directory, directory) = serve_tcp(&["--read-only", dir.path().to_str().unwrap()]);
    let arguments: Vec<String> = [memory, directory]
        .iter()
        .zip(["m", "d"])
        .flat_map(|(port, id)| {
            [
                "-device".to_string(),
                format!("virtio-serial-pci,id={id},max_ports=1"),
                "-chardev".to_string(),
                format!("socket,id={id}c,host=127.0.0.1,port={port}"),
                "-device".to_string(),
                format!("virtconsole,bus={id}.0,chardev={id}c"),
            ]
        })
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (mut guest, mut prompt) = Machine::new().arguments(&arguments).shell();
    for (line, said) in [
        ("mount -c -n /dev/virtcon/virtio-console-0 /mnt/xxx", ""),
        ("echo kept > /mnt/xxx/new; mkdir /mnt/xxx/dir; cp /mnt/xxx/new /mnt/xxx/dir/copy", ""),
        ("cat /mnt/xxx/dir/copy", "kept\n"),
        ("dd -if /dev/zero -of /mnt/xxx/large -bs 64k -count 4 -quiet 1", "dd: write: File too large\n"),
        ("rm /mnt/xxx/large; ls /mnt/xxx", "/mnt/xxx/dir\n/mnt/xxx/new\n"),
        ("unmount /mnt/xxx", ""),
        ("mount -c -n /dev/virtcon/virtio-console-1 /mnt/xxx", ""),
        ("cat /mnt/xxx/file", "read only\n"),
        ("echo changed > /mnt/xxx/file", "rc: /mnt/xxx/file: '/mnt/xxx/file' read only file system\n"),
        ("rm /mnt/xxx/file", "rm: /mnt/xxx/file: '/mnt/xxx/file' read only file system\n"),
        ("unmount /mnt/xxx", ""),
    ] {
        assert_eq!(prompt.answer(line), said, "{line}\n{}", prompt.transcript);
    }
    assert_eq!(fs::read_to_string(dir.path().join("file")).unwrap(), "read only\n");
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
}

//! A guest that goes wrong and a directory of somebody's: QEMU shares it, and the guest asks for every change there is.

use std::fs;
use std::path::Path;
use std::process::Command;

use bench_host::qemu::{Confinement, Device, Ended, Kept};

use crate::machine::Machine;

/// Names, contents and sizes below `dir`, the scratch folder left out.
fn all(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            match entry.file_type().unwrap() {
                kind if kind.is_dir() && entry.file_name() == "scratch" => {}
                kind if kind.is_dir() => pending.push(path.clone()),
                _ => found.push((path.display().to_string(), fs::read(&path).unwrap())),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_guest_changes_nothing_of_a_directory_beside_its_scratch_folder() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    fs::create_dir_all(root.join("sub/deep")).unwrap();
    fs::create_dir(root.join("scratch")).unwrap();
    for file in ["file", "sub/file", "sub/deep/file"] {
        fs::write(root.join(file), format!("contents of {file}\n")).unwrap();
    }
    let before = all(&root);
    let confinement = Confinement { dir: root.clone(), writable: vec![root.join("scratch")] };
    if confinement.apply(&mut Command::new("true")).unwrap() == Kept::ByNobody {
        eprintln!("not run: this kernel knows no Landlock");
        return;
    }
    let share = Device::NineP { tag: "dir".into(), dir: root.clone(), readonly: false };
    let (mut guest, mut prompt) = Machine::new().devices(vec![share]).confined(confinement).shell();
    for dialect in ["9P2000.L", "9P2000.u"] {
        prompt.answer(&format!("echo dialect {dialect} > /dev/9p/ctl"));
        assert_eq!(prompt.answer("mount -c -d '#9' /dev/null /mnt/xxx dir"), "");
        assert_eq!(prompt.answer("cat /mnt/xxx/sub/deep/file"), "contents of sub/deep/file\n");
        for damage in [
            "echo changed > /mnt/xxx/file",
            "echo changed >> /mnt/xxx/sub/file",
            "rm /mnt/xxx/sub/deep/file",
            "rm /mnt/xxx/sub/deep",
            "mv /mnt/xxx/file /mnt/xxx/other",
            "mkdir /mnt/xxx/new",
            "cp /mnt/xxx/file /mnt/xxx/new",
        ] {
            let said = prompt.answer(damage);
            assert!(said.contains("permission denied"), "{dialect}: {damage}: {said}");
        }
        let scratch = "echo mine > /mnt/xxx/scratch/new; mv /mnt/xxx/scratch/new /mnt/xxx/scratch/newer";
        assert_eq!(prompt.answer(scratch), "");
        assert_eq!(prompt.answer("cat /mnt/xxx/scratch/newer; rm /mnt/xxx/scratch/newer"), "mine\n");
        assert_eq!(prompt.answer("unmount /mnt/xxx"), "");
    }
    prompt.last("halt");
    assert_eq!(guest.ended(), Ended::Success);
    assert_eq!(all(&root), before);
}

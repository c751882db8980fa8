//! Every command the read-me shows does what it says.

use std::path::Path;
use std::process::Command;

/// Command lines of the read-me: indented, with the command in them, comments taken off.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    let commands = lines.filter(|line| line.contains("cargo ninewire "));
    commands.map(|line| line.split(" # ").next().unwrap().trim().to_string()).collect()
}

#[test]
fn every_command_of_the_read_me_ends_well() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let commands = commands(&std::fs::read_to_string(root.join("README.md")).unwrap());
    assert!(commands.iter().any(|line| line == "cargo ninewire run"), "{commands:?}");
    for line in commands {
        // This is what is running.
        if line == "cargo ninewire test" {
            continue;
        }
        let script = line.replace("cargo ninewire", &format!("'{}'", env!("CARGO_BIN_EXE_ninewire")));
        let output =
            Command::new("sh").arg("-c").arg(script).current_dir(root).env_remove("QEMU").output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{line}:\n{stdout}{stderr}");
    }
}

//! The shape of the workspace, read from `cargo metadata`: which package may know which, and that the packages the
//! project is asked to stand on are there.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may depend on whom, tests and benches aside. Arrows point one way: downwards in this list.
const ARROWS: &[(&str, &[&str])] = &[
    ("ninewire", &["ninewire-bench-guest", "ninewire-linux-guest", "ninewire-kernel"]),
    ("ninewire-linux-guest", &["ninewire-bench-guest"]),
    ("ninewire-bench-guest", &["ninewire-kernel"]),
    ("ninewire-kernel", &["ninewire-queue", "ninewire-dma"]),
    ("ninewire-queue", &["ninewire-dma"]),
    ("ninewire-dma", &[]),
];

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).other_options(["--locked".to_string()]).exec().unwrap()
}

#[test]
fn arrows_between_packages_point_one_way() {
    let metadata = metadata();
    let members: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    let known: BTreeSet<String> = ARROWS.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(members, known, "every package of the workspace has its row of arrows");
    for package in metadata.workspace_packages() {
        let (_, allowed) = ARROWS.iter().find(|(name, _)| *name == package.name.as_str()).unwrap();
        for dependency in &package.dependencies {
            let inside = known.contains(&dependency.name) && dependency.kind != DependencyKind::Development;
            assert!(
                !inside || allowed.contains(&dependency.name.as_str()),
                "{} may not depend on {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn the_host_parts_never_pull_in_the_image() {
    let metadata = metadata();
    let guest = metadata.workspace_packages();
    let guest = guest.iter().find(|package| package.name.as_str() == "ninewire-bench-guest").unwrap();
    let kernel = guest.dependencies.iter().find(|dependency| dependency.name == "ninewire-kernel").unwrap();
    assert!(kernel.optional, "the library shared with the host stands without the kernel");
    assert!(guest.features.get("default").is_none_or(Vec::is_empty));
    let image = guest.targets.iter().find(|target| target.name == "ninewire-image").unwrap();
    assert_eq!(image.required_features, ["image"]);
    assert!(!image.test, "the image is no test harness");
}

#[test]
fn dma_and_queue_know_no_machine() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        if !["ninewire-dma", "ninewire-queue"].contains(&package.name.as_str()) {
            continue;
        }
        // A peer in the benches' tables is no dependency of the crate.
        let used = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        for dependency in used {
            let machine = ["x86_64", "linked_list_allocator", "log"].contains(&dependency.name.as_str());
            assert!(!machine, "{} may not depend on {}", package.name, dependency.name);
        }
    }
}

#[test]
fn the_packages_asked_for_by_name_are_used() {
    let metadata = metadata();
    let kinds_of = |name: &str| -> Vec<DependencyKind> {
        let packages = metadata.workspace_packages();
        let all = packages.iter().flat_map(|package| &package.dependencies);
        all.filter(|dependency| dependency.name == name).map(|dependency| dependency.kind).collect()
    };
    for name in ["x86_64", "linked_list_allocator", "crossbeam-utils", "bitvec"] {
        assert!(kinds_of(name).contains(&DependencyKind::Normal), "{name} is on no live path");
    }
    for name in ["criterion", "iai-callgrind"] {
        assert!(kinds_of(name).contains(&DependencyKind::Development), "{name} runs no bench");
    }
}

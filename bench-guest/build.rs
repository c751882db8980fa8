//! Hands the linker what the boot image needs, and host builds nothing: the script that says where the image
//! lies belongs to the kernel.

use std::env;
use std::path::Path;

fn main() {
    let manifest = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR for build scripts");
    let script = Path::new(&manifest).join("../kernel/build/link.ld");
    println!("cargo:rerun-if-changed={}", script.display());
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "none") {
        for argument in ["--build-id=none", "-zmax-page-size=4096", "-znorelro"] {
            println!("cargo:rustc-link-arg-bins={argument}");
        }
        println!("cargo:rustc-link-arg-bins=-T{}", script.display());
    }
}

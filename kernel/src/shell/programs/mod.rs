//! The programs the shell runs: a file each, with a manual page under `manual/1` that `help` shows.
//!
//! A program is `async fn main(&mut Context) -> Exit`. It reads and writes channels, complains on its error stream, and
//! ends with a word for `$status`. Programs that copy pass windows on and never look into them.

mod bench;
mod bind;
mod cat;
mod chmod;
mod cmp;
mod console;
mod copy;
mod cp;
mod dd;
mod df;
mod echo;
mod halt;
mod help;
mod kill;
mod ln;
mod lock;
mod ls;
mod mkdir;
mod mknod;
mod mount;
mod mv;
mod ns;
mod on;
mod ps;
mod pvpxy;
mod pwd;
mod readlink;
mod retyped;
mod rm;
mod sleep;
mod srv;
mod time;
mod touch;
mod truncate;
mod unmount;
mod wc;
mod xattr;

use alloc::vec::Vec;

use spin::Mutex;

use super::context::{Program, boxed};

macro_rules! programs {
    ($($name:literal $module:ident,)*) => {
        /// The programs of this kernel, by name.
        const PROGRAMS: &[Program] = &[$(Program {
            name: $name,
            page: include_str!(concat!("../../../manual/1/", $name)),
            start: |context| boxed(context, $module::main),
        }),*];
    };
}

programs! {
    "9pvpxy" pvpxy,
    "bench" bench,
    "bind" bind,
    "cat" cat,
    "chmod" chmod,
    "cmp" cmp,
    "console" console,
    "cp" cp,
    "dd" dd,
    "df" df,
    "echo" echo,
    "halt" halt,
    "help" help,
    "kill" kill,
    "ln" ln,
    "lock" lock,
    "ls" ls,
    "mkdir" mkdir,
    "mknod" mknod,
    "mount" mount,
    "mv" mv,
    "ns" ns,
    "on" on,
    "ps" ps,
    "pwd" pwd,
    "readlink" readlink,
    "rm" rm,
    "sleep" sleep,
    "srv" srv,
    "time" time,
    "touch" touch,
    "truncate" truncate,
    "unmount" unmount,
    "wc" wc,
    "xattr" xattr,
}

/// Programs an image brings along.
static MORE: Mutex<Vec<Program>> = Mutex::new(Vec::new());

/// Adds a program. One of the same name is hidden by the kernel's own.
pub fn add(program: Program) {
    MORE.lock().push(program);
}

/// The program of this name.
pub fn find(name: &[u8]) -> Option<Program> {
    all().into_iter().find(|program| program.name.as_bytes() == name)
}

/// All programs, by name.
pub fn all() -> Vec<Program> {
    let mut all = PROGRAMS.to_vec();
    all.extend_from_slice(&MORE.lock());
    all.sort_by_key(|program| program.name);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_begins_with_its_programs_name_and_says_how_it_is_called() {
        for program in PROGRAMS {
            let first = program.page.lines().next().unwrap();
            assert!(first.starts_with(&alloc::format!("{} - ", program.name)), "{}: {first}", program.name);
            assert!(program.page.contains("\nSYNOPSIS\n"), "{}", program.name);
            assert!(program.page.contains("\nDESCRIPTION\n"), "{}", program.name);
            assert!(program.page.lines().all(|line| line.len() <= 80), "{}", program.name);
        }
    }
}

//! The command `ninewire`, called as `cargo ninewire`.

use std::process::ExitCode;

use bench_host::cli::{self, one_line};
use bench_host::commands;
use bench_host::interrupt::{Interrupted, Interrupts};

/// The words on the command line make no sense.
const EXIT_USAGE: u8 = 2;

/// As a shell says it of a program that SIGPIPE has ended.
const EXIT_NO_READER: i32 = 128 + 13;

fn main() -> ExitCode {
    end_with_our_reader();
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => match one_line(&error) {
            Some(line) => {
                eprintln!("ninewire: {line}");
                return ExitCode::from(EXIT_USAGE);
            }
            None => error.exit(),
        },
    };
    let result = Interrupts::install()
        .map_err(anyhow::Error::from)
        .and_then(|interrupts| commands::run(cli.command, &interrupts));
    match result {
        Ok(code) => code,
        Err(error) => {
            // The chain in one line: what was tried, and why it failed.
            eprintln!("ninewire: {error:#}");
            match error.downcast_ref::<Interrupted>() {
                Some(interrupted) => ExitCode::from(128 + interrupted.signal as u8),
                None => ExitCode::FAILURE,
            }
        }
    }
}

/// Ends quietly when whoever reads our output has had enough of it, as `head` has. Printing panics then.
fn end_with_our_reader() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if words.starts_with("failed printing to ") && words.contains("Broken pipe") {
            std::process::exit(EXIT_NO_READER);
        }
        tell(panic);
    }));
}

//! 9P servers nobody here wrote, as programs: `foreign_server p9 DIR` serves a directory by the crate `p9` (9P2000.L),
//! `foreign_server ninep DIR` by the crate `ninep` (9P2000). What is served is the one stream socket that is standard
//! input, as inetd hands it over, until the client closes it.
//!
//! The boot tests mount them, and nothing of ours takes part: the codec, the fids and the files are theirs.

use std::io::{self, BufReader, BufWriter};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let served = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["p9", dir] => p9(Path::new(dir)),
        ["ninep", dir] => ninep(Path::new(dir)),
        _ => {
            eprintln!("foreign_server p9|ninep DIR, with a connected socket as standard input");
            return ExitCode::from(2);
        }
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("foreign_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The socket that is our standard input. Whether unix or TCP makes no difference to who only reads and writes.
fn connection() -> io::Result<UnixStream> {
    Ok(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
}

fn p9(dir: &Path) -> io::Result<()> {
    let stream = connection()?;
    let (mut reader, mut writer) = (BufReader::new(stream.try_clone()?), BufWriter::new(stream));
    let mut server = p9::Server::new(dir, Default::default(), Default::default())?;
    loop {
        match server.handle_message(&mut reader, &mut writer) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

fn ninep(dir: &Path) -> io::Result<()> {
    let files = ninep::util::local_proxy::LocalProxyFs::new(dir)?;
    ninep::sync::server::Server::new(files).handle_single_client_stream(connection()?);
    Ok(())
}

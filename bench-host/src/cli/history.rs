//! The options by which the history is shown and handed on.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How the history is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A page in one file.
    #[default]
    Html,
    /// Tables for a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For programs; results/README.md tells the fields.
    Json,
}

/// Whose form results are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExchangeFormat {
    /// Bencher's metric format: bmf.json, of one run.
    Bencher,
    /// For github-action-benchmark: bigger-is-better.json and smaller-is-better.json of one run, and data.js of the
    /// whole history.
    Action,
    /// Go's benchmark lines, which benchstat compares: bench.txt, of one run.
    Go,
    /// Apache Otava: a table of each machine's history, and otava.yaml that names their columns.
    Otava,
}

/// Options of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Whose form.
    #[arg(value_enum)]
    pub format: ExchangeFormat,
    /// The run; without one the newest of the results.
    #[arg(value_name = "RUN")]
    pub run: Option<PathBuf>,
    /// Where the history lies, instead of results/.
    #[arg(long, value_name = "DIR")]
    pub results: Option<PathBuf>,
    /// Where the files go, instead of target/ninewire/export.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The web address where commits can be looked at: data.js links there.
    #[arg(long, value_name = "URL", default_value = "")]
    pub repository: String,
}

/// Options of `fio`.
#[derive(Debug, Args)]
pub struct FioArgs {
    /// What fio wrote: fio --output-format=json.
    #[arg(value_name = "FIO")]
    pub fio: PathBuf,
    /// The run to put beside it; without one the newest of the results.
    #[arg(value_name = "RUN")]
    pub run: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    #[test]
    fn a_form_is_asked_for_by_name_and_the_rest_has_a_place() {
        let cli =
            Cli::try_parse_from(["ninewire", "export", "otava", "--results", "r", "--out", "o"]).unwrap();
        let Command::Export(args) = cli.command else { panic!("export was asked for") };
        assert_eq!((args.format, args.run, args.out), (ExchangeFormat::Otava, None, Some("o".into())));
        let error = Cli::try_parse_from(["ninewire", "export", "xml"]).unwrap_err().to_string();
        assert!(["bencher", "action", "go", "otava"].iter().all(|form| error.contains(form)), "{error}");
        let cli = Cli::try_parse_from(["ninewire", "fio", "fio.json"]).unwrap();
        assert!(matches!(cli.command, Command::Fio(args) if args.run.is_none()));
    }
}

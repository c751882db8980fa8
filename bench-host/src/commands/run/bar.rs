//! Progress over all boots: a bar on a terminal, a line a boot elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ingest::Progress;

pub(in crate::commands) struct Bar {
    bar: ProgressBar,
    boots: u32,
}

impl Bar {
    /// For `boots` boots, those of all sides together.
    pub(in crate::commands) fn new(boots: u32) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:24} {pos:>3}/{len} {elapsed} {wide_msg}");
        bar.set_style(style.expect("the template is right"));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, boots }
    }

    /// Shows what boot number `boot`, counted over all sides, is doing.
    pub(in crate::commands) fn show(&self, boot: u32, side: &str, progress: Progress) {
        match progress {
            Progress::Hello { guest } if self.bar.is_hidden() => {
                eprintln!("ninewire: boot {} of {}{side}: {guest} is up", boot + 1, self.boots);
            }
            Progress::Hello { .. } | Progress::Repetition | Progress::Told => {}
            Progress::Visit { done, all, name, path } => {
                let (boot, boots, all) = (u64::from(boot), u64::from(self.boots), all as u64);
                self.bar.set_length(boots * all);
                self.bar.set_position(boot * all + done as u64);
                self.bar.set_message(format!("boot {} of {boots}{side}: {name} {path}", boot + 1));
            }
            Progress::Log(line) if self.bar.is_hidden() => eprintln!("guest: {line}"),
            Progress::Log(line) => self.bar.println(format!("guest: {line}")),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        // An error's text belongs on a line of its own.
        self.bar.finish_and_clear();
    }
}

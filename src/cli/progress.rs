//! The progress bar of a run, on a terminal only.

use dateline::pipeline::Report;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

pub struct Progress {
    bar: Option<ProgressBar>,
    done: Arc<AtomicU64>,
    start: Instant,
}

impl Progress {
    /// A bar over `total` bytes of input, of which `done` are read.
    pub fn new(done: Arc<AtomicU64>, total: u64, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let template =
                if total > 0 { "{bar:30} {percent:>3} %  {msg}  {eta} left" } else { "{spinner} {elapsed}  {msg}" };
            ProgressBar::new(total).with_style(ProgressStyle::with_template(template).expect("a template of ours"))
        });
        Progress { bar, done, start: Instant::now() }
    }

    /// Shows the state of the run.
    pub fn show(&self, report: &Report) {
        if let Some(bar) = &self.bar {
            let seconds = self.start.elapsed().as_secs_f64().max(1e-3);
            bar.set_position(self.done.load(Ordering::Relaxed));
            bar.set_message(format!(
                "{} articles, {:.0} a second, {:.1} MB/s",
                report.articles,
                report.articles as f64 / seconds,
                report.bytes as f64 / seconds / 1e6
            ));
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

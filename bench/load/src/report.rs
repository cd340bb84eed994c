//! What is told: progress on standard error, the table on standard output.

use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::flow::Watched;

/// Tells progress.
pub fn say(what: &str) {
    eprintln!("{what}");
}

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// A bar and what was seen of it.
#[derive(Clone, Debug)]
pub struct Row {
    scenario: &'static str,
    what: String,
    bar: String,
    seen: String,
    /// None: told, not judged.
    pub holds: Option<bool>,
}

impl Row {
    /// A bar that is judged.
    pub fn judged(scenario: &'static str, what: &str, bar: &str, seen: String, holds: bool) -> Self {
        Self { scenario, what: what.to_owned(), bar: bar.to_owned(), seen, holds: Some(holds) }
    }

    /// What is told beside it.
    pub fn told(scenario: &'static str, what: &str, seen: String) -> Self {
        Self { scenario, what: what.to_owned(), bar: String::new(), seen, holds: None }
    }

    /// A scenario that came to no end.
    pub fn broken(scenario: &'static str, error: &anyhow::Error) -> Self {
        Self::judged(scenario, "it came to its end", "", format!("{error:#}"), false)
    }
}

/// The rows as a table, of which its reader sees what was shortened.
pub fn table(rows: &[Row]) -> String {
    let verdict = |row: &Row| match row.holds {
        Some(true) => "holds",
        Some(false) => "FAILS",
        None => "",
    };
    let mut lines = vec![["scenario", "what", "bar", "seen", ""].map(str::to_owned)];
    for row in rows {
        let (scenario, holds) = (row.scenario.to_owned(), verdict(row).to_owned());
        lines.push([scenario, row.what.clone(), row.bar.clone(), row.seen.clone(), holds]);
    }
    let mut widths = [0; 5];
    for line in &lines {
        for (width, text) in widths.iter_mut().zip(line) {
            *width = (*width).max(text.chars().count());
        }
    }
    let padded = lines.iter().map(|line| {
        let cells = line.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    padded.collect::<Vec<_>>().join("\n")
}

/// Tells now and then how flows go, until it is dropped.
pub struct Progress(JoinHandle<()>);

impl Progress {
    /// Of these flows, by their names; `more` says what else is to be told.
    pub fn of(flows: Vec<(&'static str, Watched)>, every: Duration, more: Rc<dyn Fn() -> String>) -> Self {
        let started = Instant::now();
        Self(tokio::task::spawn_local(async move {
            let mut before: Vec<(u64, u64)> = flows.iter().map(|_| (0, 0)).collect();
            loop {
                sleep(every).await;
                let mut told = Vec::new();
                for ((name, seen), before) in flows.iter().zip(&mut before) {
                    let mut seen = seen.borrow_mut();
                    let lately = std::mem::take(&mut seen.lately);
                    let per_second = |count: u64| count as f64 / every.as_secs_f64();
                    told.push(format!(
                        "{name}: {:.0}/s served, p99 {}, {:.0}/s shed, {} limited, {} failed",
                        per_second(seen.served - before.0),
                        millis(lately.quantile(0.99)),
                        per_second(seen.shed - before.1),
                        seen.limited,
                        seen.failed,
                    ));
                    *before = (seen.served, seen.shed);
                }
                say(&format!("  {:4.0} s  {}; {}", started.elapsed().as_secs_f64(), told.join("; "), more()));
            }
        }))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_of_each_bar_whether_it_holds() {
        let rows = [
            Row::judged("overload", "goodput", "at least 0.9 ×", "0.95 ×".into(), true),
            Row::judged("overload", "p99", "under 250 ms", "300.0 ms".into(), false),
            Row::told("overload", "saturation", "9,000/s".into()),
        ];
        let table = table(&rows);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[1].ends_with("0.95 ×    holds") && lines[2].ends_with("300.0 ms  FAILS"), "{table}");
        assert!(lines[3].ends_with("9,000/s"), "{table}");
    }
}

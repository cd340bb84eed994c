//! The page of metrics, in the Prometheus text format. Each crate writes its own part.

use std::fmt::{Display, Write as _};

use crate::Counters;
use crate::counters::{CALL_OUTCOMES, Name, UPSTREAM_CALLS, UPSTREAM_MICROS};
use crate::http::UpstreamName;
use crate::key_value::StoreError;

/// The page as it grows.
pub struct MetricsPage<'a> {
    counters: &'a Counters,
    text: String,
}

impl<'a> MetricsPage<'a> {
    /// An empty page that reads from `counters`.
    pub fn new(counters: &'a Counters) -> Self {
        Self { counters, text: String::new() }
    }

    /// The counters that the page reads from.
    pub fn counters(&self) -> &'a Counters {
        self.counters
    }

    /// The page.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Begins a metric: `kind` is `counter`, `gauge` or `summary`.
    pub fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP bheem_edge_{name} {help}\n# TYPE bheem_edge_{name} {kind}");
    }

    /// Writes one value. Names and values of labels are the edge's own: none needs escaping.
    pub fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "bheem_edge_{name}{labels} {value}");
    }

    /// Writes the value of the counter `counted`, whose last two words are the values of `labels`; gives it.
    pub async fn counter(&mut self, name: &str, labels: [&str; 2], counted: Name) -> Result<i64, StoreError> {
        let count = self.counters.read(counted).await?;
        let ([one, other], [_, is_one, is_other]) = (labels, counted);
        self.line(name, &[(one, is_one), (other, is_other)], count);
        Ok(count)
    }

    /// Writes the metrics of calls to upstreams.
    pub async fn upstreams(&mut self) -> Result<(), StoreError> {
        let name = "upstream_calls_total";
        self.head(name, "counter", "Calls to upstreams, by what came of them; failed: answered with a 5xx.");
        let mut calls = Vec::new();
        for upstream in UpstreamName::ALL.map(UpstreamName::as_str) {
            let mut all = 0_i64;
            for outcome in CALL_OUTCOMES {
                let count = self.counter(name, ["upstream", "outcome"], [UPSTREAM_CALLS, upstream, outcome]).await?;
                all = all.saturating_add(count);
            }
            calls.push((upstream, all));
        }
        self.head("upstream_seconds", "summary", "How long calls to upstreams took together, and how many there were.");
        for (upstream, all) in calls {
            let micros = self.counters.read([UPSTREAM_MICROS, upstream, ""]).await?;
            let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
            self.line("upstream_seconds_sum", &[("upstream", upstream)], format_args!("{seconds}.{rest:06}"));
            self.line("upstream_seconds_count", &[("upstream", upstream)], all);
        }
        Ok(())
    }
}

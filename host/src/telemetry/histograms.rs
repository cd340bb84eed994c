//! How long requests and calls took, as explicit-bucket histograms since the node started.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::spans::Kind;

/// The upper bounds of the buckets, seconds: those that the conventions advise, and below them some for answers from a cache.
pub const BOUNDS: [f64; 19] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5,
    10.0,
];

/// Series that are kept. What comes beyond them is counted without its route and server.
const MAX_SERIES: usize = 2000;

/// What the requests and calls of one histogram have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Series {
    /// Requests or calls.
    pub kind: Kind,
    /// Their method.
    pub method: &'static str,
    /// The route of requests.
    pub route: Option<String>,
    /// Host and port of calls.
    pub server: Option<(String, u16)>,
    /// Their status.
    pub status: Option<u16>,
    /// Why they failed.
    pub error: Option<String>,
}

/// A histogram.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// By bucket, that beyond the last bound included.
    pub counts: [u64; BOUNDS.len() + 1],
    /// The sum, seconds.
    pub sum: f64,
}

/// All histograms.
#[derive(Default)]
pub struct Histograms(Mutex<HashMap<Series, Histogram>>);

impl Histograms {
    /// Counts one more of `series`.
    pub fn observe(&self, mut series: Series, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_SERIES && !all.contains_key(&series) {
            series = Series { route: None, server: None, ..series };
        }
        let histogram = all.entry(series).or_default();
        if let Some(count) = histogram.counts.get_mut(bucket) {
            *count = count.saturating_add(1);
        }
        histogram.sum += seconds;
    }

    /// What they are now.
    pub fn read(&self) -> Vec<(Series, Histogram)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(series, histogram)| (series.clone(), histogram.clone())).collect()
    }
}

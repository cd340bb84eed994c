//! A pause in which an instance starts no refresh, after one that got no answer from the ERP. Without it each check of a stale
//! verdict would start one, and each of them would elect a leader, read and write the cache and read the record, only to find
//! out the same: while the ERP is down that is many times the cost of the check.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_upstreams::UpstreamError;

use crate::error::{ErpError, VerificationError};

/// How long no refresh is started. It is also what the return of the ERP takes at most to be noticed.
const PAUSE: Duration = Duration::from_millis(500);

/// The most applications that are remembered.
const MAX_APPLICATIONS: usize = 256;

/// The pauses of an instance, by application: the seats of some are in the edge's own record, which the ERP does not concern.
/// Times are those of [`edge_capabilities::Clock::elapsed`].
#[derive(Default)]
pub(crate) struct RefreshPauses(Mutex<HashMap<String, Duration>>);

impl RefreshPauses {
    fn ends(&self) -> MutexGuard<'_, HashMap<String, Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether refreshes for `application` pause at `now`.
    pub(crate) fn holds(&self, application: &str, now: Duration) -> bool {
        self.ends().get(application).is_some_and(|end| now < *end)
    }

    /// A refresh for `application` came to `result` at `now`.
    pub(crate) fn note<T>(&self, application: &str, result: &Result<T, VerificationError>, now: Duration) {
        match result {
            Ok(_) => drop(self.ends().remove(application)),
            Err(error) if is_silence(error) => {
                let mut ends = self.ends();
                if ends.len() >= MAX_APPLICATIONS {
                    ends.clear();
                }
                ends.insert(application.to_owned(), now.saturating_add(PAUSE));
            }
            Err(_) => {}
        }
    }
}

/// Whether the ERP gave no answer. An answer that cannot be used, and a failure of the ERP, say something of one subject alone.
const fn is_silence(error: &VerificationError) -> bool {
    matches!(
        error,
        VerificationError::Erp(ErpError::Upstream(UpstreamError::NoResponse(..)) | ErpError::Status(502..=504))
    )
}

#[cfg(test)]
mod tests {
    use edge_capabilities::http::HttpError;

    use super::*;

    const SILENCE: VerificationError = VerificationError::Erp(ErpError::Upstream(UpstreamError::NoResponse(
        "the ERP",
        HttpError::TimedOut(Duration::from_secs(2)),
    )));

    #[test]
    fn refreshes_of_an_application_pause_after_one_that_got_no_answer() {
        let (pauses, start) = (RefreshPauses::default(), Duration::from_secs(9));
        for silence in [SILENCE, VerificationError::Erp(ErpError::Status(503))] {
            pauses.note::<()>("healos", &Err(silence), start);
            assert!(pauses.holds("healos", start) && pauses.holds("healos", start + PAUSE - Duration::from_millis(1)));
            assert!(!pauses.holds("healos", start + PAUSE) && !pauses.holds("socialselling", start));
            pauses.note("healos", &Ok(()), start);
            assert!(!pauses.holds("healos", start));
        }
        for of_one_subject in [
            VerificationError::Erp(ErpError::Status(500)),
            VerificationError::Erp(ErpError::Unreadable(String::new())),
            VerificationError::OtherInstance,
        ] {
            pauses.note::<()>("healos", &Err(of_one_subject), start);
            assert!(!pauses.holds("healos", start));
        }
    }

    #[test]
    fn the_applications_that_are_remembered_are_bounded() {
        let pauses = RefreshPauses::default();
        for number in 0..10 * MAX_APPLICATIONS {
            pauses.note::<()>(&number.to_string(), &Err(SILENCE), Duration::ZERO);
            assert!(pauses.holds(&number.to_string(), Duration::ZERO));
        }
        assert!(pauses.ends().len() <= MAX_APPLICATIONS);
    }
}

//! The decision what to do with a cached value. It depends on nothing but the value's age, its times and its fence.

/// What to do with a cached value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Serve it.
    Serve,
    /// Serve it, and fetch a newer one behind the answer.
    ServeAndRefresh,
    /// Fetch a newer one, and serve this one only if that fails.
    Fetch,
    /// Fetch a newer one, and never serve this one.
    Discard,
}

/// How long a value may be used, by its age: the time since its source was asked for it. Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Below this age it is served as it is.
    pub fresh: i64,
    /// Below this age it is served while a newer one is fetched.
    pub stale: i64,
    /// Below this age it is served if no newer one can be fetched.
    pub outage: i64,
    /// How far it may seem to come from the future, because a clock was set back or another machine's is ahead.
    pub skew: i64,
    /// What to do with a value that seems to come from further in the future.
    pub ahead: Decision,
}

/// What is known of the fence that a value was read under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FenceState {
    /// It was not raised since, or there is none.
    Holds,
    /// It was raised: the value may have changed.
    Raised,
    /// It cannot be read: nobody knows whether the value has changed.
    Unknown,
}

/// What to do with a value that is `age` milliseconds old.
pub fn decide(age: i64, times: &Times, fence: FenceState) -> Decision {
    let by_age = if age < times.skew.saturating_neg() {
        times.ahead
    } else if age < times.fresh {
        Decision::Serve
    } else if age < times.stale {
        Decision::ServeAndRefresh
    } else if age < times.outage {
        Decision::Fetch
    } else {
        Decision::Discard
    };
    match (fence, by_age) {
        (FenceState::Raised, _) => Decision::Discard,
        (FenceState::Unknown, Decision::ServeAndRefresh) => Decision::Fetch,
        (FenceState::Holds | FenceState::Unknown, decision) => decision,
    }
}

#[cfg(test)]
mod tests {
    use super::Decision::{Discard, Fetch, Serve, ServeAndRefresh};
    use super::FenceState::{Holds, Raised, Unknown};
    use super::*;

    #[test]
    fn a_value_is_served_by_its_age_and_never_under_a_raised_fence() {
        let times = Times { fresh: 10, stale: 20, outage: 30, skew: 5, ahead: Fetch };
        for (ages, by_fence) in [
            (-9..-5, [Fetch, Fetch]),
            (-5..10, [Serve, Serve]),
            (10..20, [ServeAndRefresh, Fetch]),
            (20..30, [Fetch, Fetch]),
            (30..40, [Discard, Discard]),
        ] {
            for age in ages {
                assert_eq!([Holds, Unknown].map(|fence| decide(age, &times, fence)), by_fence, "{age}");
                assert_eq!(decide(age, &times, Raised), Discard, "{age}");
            }
        }
        let always = Times { stale: i64::MAX, ahead: ServeAndRefresh, ..times };
        assert_eq!([i64::MIN, i64::MAX - 1].map(|age| decide(age, &always, Holds)), [ServeAndRefresh; 2]);
        assert_eq!(decide(i64::MIN, &always, Unknown), Fetch);
    }

    #[test]
    fn times_of_zero_mean_never() {
        let never = Times { fresh: 0, stale: 0, outage: 0, skew: 0, ahead: Discard };
        assert!((-3..3).all(|age| decide(age, &never, Holds) == Discard));
    }
}

//! How many files the process may open at once. Connections are files too, and the usual limit of 1,024 is soon used up.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is asked for where there is no limit: the system has one of its own, which is no less than this.
const WHERE_UNLIMITED: u64 = 1 << 20;

/// Raises the limit as far as the process may; gives the limit that holds then.
pub fn raise_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(WHERE_UNLIMITED);
    let current = limit.current.unwrap_or(WHERE_UNLIMITED);
    if current < most {
        let raised = Rlimit { current: Some(most), maximum: limit.maximum };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            return most;
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_it_goes() {
        let before = getrlimit(Resource::Nofile);
        let most = before.maximum.unwrap_or(WHERE_UNLIMITED);
        let lower = Rlimit { current: Some(most.min(512)), maximum: before.maximum };
        setrlimit(Resource::Nofile, lower).unwrap();
        assert_eq!(raise_limit(), most);
        assert_eq!(getrlimit(Resource::Nofile).current, Some(most));
    }
}

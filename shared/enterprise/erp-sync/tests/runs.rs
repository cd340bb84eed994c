//! Runs, from the request that starts one to what stands in the database: with an HR that pages, breaks off, repeats
//! itself and loses people, and instances that die at every call they make.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by a panic")]

mod runs {
    mod addresses;
    pub(crate) mod company;
    mod confirmation;
    mod crashes;
    mod employees;
    mod projects;
    mod start;
}

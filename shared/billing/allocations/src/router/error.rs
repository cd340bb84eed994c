//! Errors as HTTP answers.

use edge_http::{Code, Problem};

use crate::error::AllocationError;

impl From<AllocationError> for Problem {
    fn from(error: AllocationError) -> Self {
        match error {
            AllocationError::DepartmentNotFound => Self::new(Code::DepartmentNotFound, "There is no such department."),
            AllocationError::CodeTaken => {
                Self::new(Code::AlreadyExists, "Another department of the entity has this code.")
            }
            AllocationError::Cycle => Self::new(Code::HierarchyCycle, "A department cannot be below itself."),
            AllocationError::Exceeded => {
                let detail = "The shares would be more than all of the source at some time.";
                Self::new(Code::AllocationExceeded, detail)
            }
            AllocationError::Overlaps => {
                let detail = "The department has a share of this source at that time.";
                Self::new(Code::AllocationOverlaps, detail)
            }
            AllocationError::Posted(until) => {
                let detail = format!("Lines were posted up to {until}: choose a day after that.");
                Self::new(Code::AllocationPosted, detail).with("postedTo", format!("\"{until}\""))
            }
            AllocationError::NoDriver => {
                let detail = "The headcounts or amounts of usage that the source is split by add up to 0.";
                Self::new(Code::DriverTotalZero, detail)
            }
            AllocationError::OtherCurrency => Self::field("currency", "must be the currency of the fixed amounts"),
            AllocationError::Invalid(errors) => Self::fields(errors),
            AllocationError::OtherAmount => {
                Self::new(Code::AlreadyExists, "The document was posted with another amount.")
            }
            AllocationError::Busy => {
                Self::new(Code::StoreUnavailable, "Too many callers change this at once; try again.").retry_after(1)
            }
            AllocationError::Db(error) => error.into(),
        }
    }
}

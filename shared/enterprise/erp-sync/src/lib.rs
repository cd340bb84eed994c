//! The sync of employees and projects of the group's own companies from the ERP.
//!
//! A run reads the ERP page by page in the background. After each page it saves its progress, so that another instance
//! can resume it if this one dies. Unchanged records are not written again.
//!
//! * [`run`]: runs, their progress and their API; a run has one worker at a time.
//! * [`worker`]: executes a run; [`page`]: the requests to the ERP.
//! * [`employee`], [`project`]: how changes of employees and projects are applied.
//! * [`record`]: the last state of the ERP's records, and the deactivation of missing ones.
//! * [`router`]: the routes; [`error`]: errors.

mod employee;
mod error;
mod page;
mod project;
mod record;
mod router;
mod run;
mod settings;
mod worker;

pub use router::{ApiDoc, router};

//! The rules engine: four typed decisions, each made by a Rhai script that admins may change, and that can break
//! nothing.
//!
//! * [`rule`](Rule): the rules there are; [`contract`]: what each is given and has to give.
//! * [`Engine`]: compiles, evaluates and checks scripts, JSON in and out. Numbers are exact from text to text.
//! * [`shipped`]: the rules as shipped; [`fingerprint`]: the name of a version.
//!
//! What a script may not do, it cannot: no error can be caught, so no limit can be hidden; no clock, no chance, no
//! store and no network can be reached; every step is counted, also within functions that call functions.

mod amount;
mod check;
pub mod contract;
mod coverage;
mod engine;
mod failure;
mod functions;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod lint;
#[cfg(feature = "reference")]
mod reference;
mod rule;
mod run;
mod sandbox;
mod shipped;
mod suite;
mod switches;
mod tokens;

pub use check::{Json, Report, TestResult};
pub use contract::schema;
pub use coverage::Coverage;
pub use engine::{Compiled, Engine, Evaluation};
pub use failure::{Failure, FailureKind, Finding, Limit};
#[cfg(feature = "reference")]
pub use reference::{Described, known_to_checks, reference};
pub use rule::Rule;
pub use shipped::{Shipped, fingerprint, shipped};

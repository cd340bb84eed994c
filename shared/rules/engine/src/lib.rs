//! The rules engine: four typed decisions, each made by a sandboxed Rhai script that admins may change.
//!
//! * [`rule`](Rule): the rules; [`contract`]: the input and the outcome of each rule.
//! * [`Engine`]: compiles, evaluates and checks scripts, with JSON input and output. Numbers are exact decimals
//!   throughout.
//! * [`shipped`]: the rules as shipped; [`fingerprint`]: the name of a version.
//!
//! The sandbox: a script cannot catch errors, so it cannot hide that it hit a limit; it has no access to clocks, random
//! numbers, stores or the network; every operation is counted, also within callbacks.

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
pub use reference::{FunctionReference, checked_functions, reference};
pub use rule::Rule;
pub use shipped::{Shipped, fingerprint, shipped};

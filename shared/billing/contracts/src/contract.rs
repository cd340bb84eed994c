//! Contracts: what is agreed on, from when to when, and what it charges.

pub(crate) mod api;
mod figures;
mod model;
mod quantity;
mod reader;
mod request;
mod response;
mod schedule;
mod store;
mod terms;

pub use figures::{Backlog, recognised};
pub(crate) use model::monthly;
pub use model::{Contract, ContractStatus};
pub use quantity::Quantity;
pub(crate) use quantity::{Number, decimal};
pub(crate) use reader::{LEVEL_DECIMALS, MAX_RENEWAL_MONTHS, scaled_percentage};
pub(crate) use request::ContractFields;
pub(crate) use response::{ContentResponse, ContractResponse, amount};
pub use schedule::{ChargeKind, ContractValue, DueCharge};
pub(crate) use store::ContractRow;
pub use store::Contracts;
pub(crate) use store::MAX_ATTEMPTS;
pub use terms::{
    Content, CreditStep, Cycle, Document, Fee, Line, LineKind, Period, Renewal, RenewalMode, ServiceLevel, Term,
    Version,
};
pub(crate) use terms::{WHOLE_BASIS_POINTS, rounded};

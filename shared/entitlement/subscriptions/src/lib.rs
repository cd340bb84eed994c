//! Subscriptions and seats, where an application keeps them in the edge's own record.
//!
//! * [`subscription`]: what an organization pays for, and the state machine that follows a gateway.
//! * [`seat`]: who may use the application.
//! * [`movement`]: every change of either, append-only; what there is follows from them.
//! * [`service`]: how a change is made; [`settlement`]: what is left to do where its maker has died.
//! * [`due`]: the movements of what comes due by itself.
//! * [`message`]: what people are told of a change.
//! * [`renewal`]: telling of renewals before they come.
//! * [`erp_event`]: what the ERP is told of a change.
//! * [`gateway`]: what is needed of a payment gateway.

mod due;
mod erp_event;
mod error;
mod gateway;
mod message;
mod movement;
mod relation;
mod renewal;
mod restoration;
mod router;
mod seat;
mod service;
mod settlement;
mod subscription;

pub use error::SubscriptionError;
pub use gateway::{
    Acknowledged, Buyer, Cancellation, CheckoutOrder, Denial, Effective, GatewayError, GatewaySubscription, Gateways,
    Manual, PaymentGateway, Preview, PreviewLine, Started, TermsChange, preview,
};
pub use movement::{
    Account, AccountHistory, AssignedSeats, Balance, Cutoff, LevelHistory, Movement, MovementKind, Movements,
    RecordedTerms, StoredSubscription, SubscriptionLevel,
};
pub use relation::RELATIONS;
pub use router::{ApiDoc, router, routes};
pub use seat::{Decided, Proof, RecordedSeats, Seat, SeatCommand, SeatError, SeatState, fold_address};
pub use service::{EventOutcome, Subscriptions};
pub use settlement::{SETTLE, SETTLE_EVERY, SettleMovements};
pub use subscription::{
    Checkout, Contradiction, Dated, EventKind, GRACE, GatewayFacts, GatewayName, Imported, NotImportable, PlanTerms,
    Reported, ReportedStatus, Scheduled, Status, SubscriptionEvent, Terms, Transition, UnpaidIncrease,
};

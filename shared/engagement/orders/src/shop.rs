//! Shops: whose orders come by webhooks, and by asking for what was lost.

pub(crate) mod api;
mod merge;
mod model;
mod orders;
mod poll;
mod report;
mod secret;
mod shopify;
mod store;
mod woocommerce;

pub use model::{Platform, Shop};
pub use orders::ShopOrders;
pub use store::Shops;

pub(crate) use poll::{POLL, POLLS, POLLS_EVERY, PollHandler, PollsHandler};

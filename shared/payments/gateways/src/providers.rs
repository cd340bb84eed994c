//! The providers, one file for each: how it signs, and what its bodies mean.

pub(crate) mod bheempay;
pub(crate) mod clerk;
pub(crate) mod erp;
pub(crate) mod razorpay;
pub(crate) mod shopify;
pub(crate) mod standard;
pub(crate) mod stripe;
pub(crate) mod woocommerce;

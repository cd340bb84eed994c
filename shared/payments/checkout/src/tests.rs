//! The billing API, tested over HTTP.

mod access;
mod checkout;
mod fixture;
mod permission;
mod refused;
mod subscription;

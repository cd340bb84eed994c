//! A budget's current period: its balance day by day, and a forecast of its end.

pub(crate) mod api;
mod forecast;

#[cfg(test)]
pub(crate) use forecast::{burn_down, forecast};

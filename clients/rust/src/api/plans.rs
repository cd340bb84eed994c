//! Plans.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List plans: `GET /api/v1/billing/plans`.
    ///
    /// Returns the plans on sale in the ERP, from the edge's cache; `Age` is the age of the cached snapshot. While the ERP
    /// is down, the last known plans are served for a day.
    pub async fn list_plans(&self) -> Result<Plans, EdgeError> {
        let path = Path::new("/api/v1/billing/plans");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get a plan: `GET /api/v1/billing/plans/{plan}`.
    pub async fn get_plan(&self, plan: &str) -> Result<Plan, EdgeError> {
        let path = Path::new("/api/v1/billing/plans/").value(plan);
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// A plan.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    /// `base_price`.
    pub base_price: Option<f64>,
    /// `monthly`, `quarterly`, `annual`.
    pub billing_cycle: Option<String>,
    /// The ISO 4217 currency code.
    pub currency: String,
    /// `description`.
    pub description: Option<String>,
    /// `name`.
    pub name: String,
    /// The price that currently applies instead of the base price.
    pub offer_price: Option<f64>,
    /// A one-time fee, charged in addition to the first price.
    pub setup_fee: Option<f64>,
    /// `sku_code`.
    pub sku_code: Option<String>,
    /// `sku_id`.
    pub sku_id: String,
    /// `tiers`.
    pub tiers: Vec<Tier>,
    /// `trial_period_days`.
    pub trial_period_days: Option<i64>,
}

/// The plans on sale.
#[derive(Clone, Debug, Deserialize)]
pub struct Plans {
    /// `plans`.
    pub plans: Vec<Plan>,
}

/// `Tier`.
#[derive(Clone, Debug, Deserialize)]
pub struct Tier {
    /// `features_included`.
    pub features_included: serde_json::Value,
    /// `is_featured`.
    pub is_featured: bool,
    /// The storage limit in GB; null means unlimited.
    pub max_storage_gb: Option<i64>,
    /// The maximum number of users; null means unlimited.
    pub max_users: Option<i64>,
    /// The price; null means the plan's own price.
    pub price: Option<f64>,
    /// `tier_code`.
    pub tier_code: String,
    /// `tier_name`.
    pub tier_name: Option<String>,
}

//! The gateways that a component has.

use std::sync::Arc;

use edge_capabilities::Capabilities;

use super::{GatewayError, Manual, PaymentGateway};
use crate::subscription::GatewayName;

/// The gateways that subscriptions may be paid through.
#[derive(Clone)]
pub struct Gateways {
    manual: Arc<dyn PaymentGateway>,
    stripe: Option<Arc<dyn PaymentGateway>>,
    bheempay: Option<Arc<dyn PaymentGateway>>,
}

impl Gateways {
    /// Subscriptions without a gateway alone.
    pub fn manual(capabilities: &Capabilities) -> Self {
        Self { manual: Arc::new(Manual::new(capabilities.clock.clone())), stripe: None, bheempay: None }
    }

    /// And those through Stripe.
    #[must_use]
    pub fn with_stripe(self, stripe: Arc<dyn PaymentGateway>) -> Self {
        Self { stripe: Some(stripe), ..self }
    }

    /// And those through BheemPay.
    #[must_use]
    pub fn with_bheempay(self, bheempay: Arc<dyn PaymentGateway>) -> Self {
        Self { bheempay: Some(bheempay), ..self }
    }

    /// The gateway with this name.
    pub(crate) fn get(&self, name: GatewayName) -> Result<&dyn PaymentGateway, GatewayError> {
        let gateway = match name {
            GatewayName::Manual => Some(&self.manual),
            GatewayName::Stripe => self.stripe.as_ref(),
            GatewayName::Bheempay => self.bheempay.as_ref(),
        };
        gateway.map(|gateway| &**gateway).ok_or(GatewayError::NotConfigured)
    }
}

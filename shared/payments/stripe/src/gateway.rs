//! Stripe, as subscriptions need it.

use async_trait::async_trait;
use edge_capabilities::Capabilities;
use edge_capabilities::config::url;
use edge_subscriptions::{
    Acknowledged, Cancellation, CheckoutOrder, GatewayError, GatewaySubscription, PaymentGateway, Preview, Started,
    TermsChange,
};

use crate::api::Api;
use crate::{session, subscription};

/// Stripe.
#[derive(Clone)]
pub struct Stripe {
    capabilities: Capabilities,
}

impl Stripe {
    /// Stripe at the variable `stripe_url`, opened by `stripe_secret_key`. Without a key it is not configured.
    pub fn new(capabilities: &Capabilities) -> Self {
        Self { capabilities: capabilities.clone() }
    }

    async fn api(&self) -> Result<Api, GatewayError> {
        Api::new(&self.capabilities).await
    }
}

#[async_trait]
impl PaymentGateway for Stripe {
    async fn start_checkout(&self, order: &CheckoutOrder<'_>) -> Result<Started, GatewayError> {
        let api = self.api().await?;
        let public_url = url(&*self.capabilities.config, "public_url").await;
        let public_url = public_url.map_err(|error| GatewayError::Unavailable(error.to_string()))?;
        session::open(&api, order, &public_url).await
    }

    async fn change(&self, change: &TermsChange<'_>) -> Result<Acknowledged, GatewayError> {
        Ok(Acknowledged::at(subscription::change(&self.api().await?, change).await?))
    }

    async fn preview(&self, change: &TermsChange<'_>) -> Result<Preview, GatewayError> {
        subscription::preview(&self.api().await?, change).await
    }

    async fn cancel(&self, cancellation: &Cancellation<'_>) -> Result<Acknowledged, GatewayError> {
        let api = self.api().await?;
        let one = &cancellation.subscription;
        let at = match (&one.terms.reference, &one.terms.checkout) {
            (None, Some(checkout)) => session::close(&api, &checkout.id, one.key).await?,
            _ if cancellation.immediate => subscription::end(&api, one, self.capabilities.clock.now()).await?,
            _ => subscription::set_ending(&api, one, true).await?,
        };
        Ok(Acknowledged::at(at))
    }

    async fn reactivate(&self, one: &GatewaySubscription<'_>) -> Result<Acknowledged, GatewayError> {
        Ok(Acknowledged::at(subscription::set_ending(&self.api().await?, one, false).await?))
    }
}

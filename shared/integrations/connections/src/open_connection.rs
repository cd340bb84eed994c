//! A connection that is open for a run, and the renewal of its tokens: by one instance at a time, stored before they are used.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use edge_accounting::{AccountingClient, AccountingError, SignIn, Tokens};
use edge_capabilities::{Timestamp, random};
use edge_database::DatabaseError;
use serde_json::json;

use crate::connections::{Connections, edge, task};
use crate::error::ConnectionError;
use crate::integration::{Integration, IntegrationStatus, Notice, Task};
use crate::sealed::Content;

/// Tokens that are good for less than this are renewed before they are used.
const MARGIN: Duration = Duration::from_secs(60);

/// How often a renewal is tried with the same refresh token while it is not known whether the provider answered: providers
/// take the old one again for a while.
const ATTEMPTS: u32 = 3;

/// How long whoever waits for a renewal waits before looking again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How long it is waited for somebody else's renewal. Theirs is taken over once their lease has ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is tried to store new tokens: the old ones may be worthless by now.
const STORE_ATTEMPTS: u32 = 12;

/// Whether the tokens are to be renewed here.
enum Claim {
    /// By this instance.
    Mine,
    /// Somebody else is renewing them.
    Held,
    /// Somebody else has renewed them.
    Renewed,
}

/// A connection that is open for a run.
pub struct OpenConnection {
    connections: Connections,
    integration: Integration,
    client: Arc<dyn AccountingClient>,
    /// Which tokens the client has.
    version: AtomicI64,
    /// Until when they are good, milliseconds since 1970; the greatest there is where there are none.
    expires_at: AtomicI64,
}

impl OpenConnection {
    pub(crate) fn new(
        connections: Connections,
        integration: Integration,
        client: Arc<dyn AccountingClient>,
        expires_at: Option<Timestamp>,
    ) -> Self {
        Self {
            version: AtomicI64::new(integration.tokens_version),
            expires_at: AtomicI64::new(expires_at.map_or(i64::MAX, Timestamp::as_millis)),
            connections,
            integration,
            client,
        }
    }

    /// The client. It speaks for the company [`Integration::company`].
    pub const fn client(&self) -> &Arc<dyn AccountingClient> {
        &self.client
    }

    /// The integration, as it was when it was opened.
    pub const fn integration(&self) -> &Integration {
        &self.integration
    }

    /// To be called before each document. Takes tokens over that another instance renewed, and renews those that expire
    /// soon. [`ConnectionError::NotConnected`]: somebody disconnected it, or has to consent again; the run stops.
    pub async fn ready(&self) -> Result<(), ConnectionError> {
        let current = self.connections.get(&self.integration.tenant, &self.integration.id).await?;
        if current.status != IntegrationStatus::Connected {
            return Err(ConnectionError::NotConnected(current.status));
        }
        if current.company_id != self.integration.company_id {
            // What this client writes goes to the company that it was opened for, so no more is to be written.
            return Err(ConnectionError::NotConnected(IntegrationStatus::NeedsCompany));
        }
        if current.tokens_version != self.version.load(Ordering::Relaxed) {
            self.take(&current).await?;
        }
        let left = self.expires_at.load(Ordering::Relaxed).saturating_sub(self.connections.now().as_millis());
        if left >= edge_capabilities::clock::millis(MARGIN) {
            return Ok(());
        }
        match self.renew().await {
            // They are still good for a moment.
            Err(ConnectionError::Accounting(error)) if left > 0 && error.is_passing() => Ok(()),
            renewed => renewed,
        }
    }

    /// Notes that documents are written to the company from now on: no other one follows it. To be called before the first
    /// document is written.
    pub async fn note_written(&self) -> Result<(), ConnectionError> {
        let company = self.integration.company_id.clone();
        let change = |current: &mut Integration| match &current.written_company {
            Some(written) if Some(written) == company.as_ref() => Ok(None),
            Some(written) => Err(ConnectionError::CompanyChanged(written.clone())),
            None if current.company_id != company => {
                Err(ConnectionError::NotConnected(IntegrationStatus::NeedsCompany))
            }
            None => {
                current.written_company.clone_from(&company);
                Ok(Some(Vec::new()))
            }
        };
        let Integration { tenant, id, .. } = &self.integration;
        self.connections.integrations.change(tenant, id, self.connections.now(), change).await.map(drop)
    }

    /// Gives the client the tokens of `current`.
    async fn take(&self, current: &Integration) -> Result<(), ConnectionError> {
        let seal = self.connections.seal(current).await?;
        if let Some(tokens) = Connections::tokens(&seal, current)? {
            self.use_tokens(tokens, current.tokens_version);
        }
        Ok(())
    }

    fn use_tokens(&self, tokens: Tokens, version: i64) {
        self.expires_at.store(tokens.expires_at.as_millis(), Ordering::Relaxed);
        self.client.set_tokens(tokens);
        self.version.store(version, Ordering::Relaxed);
    }

    /// To be called once after [`AccountingError::Unauthorized`]: the client has tokens then that the provider takes, or
    /// nobody is let in any more ([`ConnectionError::NotConnected`]) and people were told.
    pub async fn renew(&self) -> Result<(), ConnectionError> {
        if self.client.sign_in() == SignIn::Credentials {
            return self.check_credentials().await;
        }
        let lease = random::hex::<8>(&*self.connections.capabilities.random);
        // Each attempt may take its whole time, and the tokens must be stored then.
        let timeout = self.connections.timeout().await?;
        let lasts = timeout.saturating_mul(ATTEMPTS).saturating_add(Duration::from_secs(60));
        let since = self.connections.capabilities.clock.elapsed();
        loop {
            let (claim, current) = self.claim(&lease, lasts).await?;
            match claim {
                Claim::Mine => return self.renew_as(&lease).await,
                Claim::Renewed => return self.take(&current).await,
                Claim::Held => {}
            }
            let waited = self.connections.capabilities.clock.elapsed().saturating_sub(since);
            if waited > PATIENCE {
                return Err(ConnectionError::Renewing);
            }
            self.connections.capabilities.clock.sleep(LOOK_AGAIN).await;
        }
    }

    async fn claim(&self, lease: &str, lasts: Duration) -> Result<(Claim, Integration), ConnectionError> {
        let (now, version) = (self.connections.now(), self.version.load(Ordering::Relaxed));
        let mut claim = Claim::Held;
        let change = |current: &mut Integration| {
            if current.status != IntegrationStatus::Connected {
                return Err(ConnectionError::NotConnected(current.status));
            }
            if current.tokens_version != version {
                claim = Claim::Renewed;
                return Ok(None);
            }
            if current.lease_until.is_some_and(|until| until > now) && current.lease.as_deref() != Some(lease) {
                claim = Claim::Held;
                return Ok(None);
            }
            claim = Claim::Mine;
            (current.lease, current.lease_until) = (Some(lease.to_owned()), Some(now.plus(lasts)));
            Ok(Some(Vec::new()))
        };
        let Integration { tenant, id, .. } = &self.integration;
        let current = self.connections.integrations.change(tenant, id, now, change).await?;
        Ok((claim, current))
    }

    /// Renews the tokens; this instance holds the lease.
    async fn renew_as(&self, lease: &str) -> Result<(), ConnectionError> {
        let clock = &*self.connections.capabilities.clock;
        let mut outcome = self.client.renew(clock.now()).await;
        for attempt in 1..ATTEMPTS {
            if !matches!(outcome, Err(AccountingError::Unknown(_))) {
                break;
            }
            clock.sleep(Duration::from_millis(500).saturating_mul(attempt)).await;
            outcome = self.client.renew(clock.now()).await;
        }
        match outcome {
            Ok(tokens) => self.store(tokens, lease).await,
            Err(AccountingError::NeedsReauth(reason) | AccountingError::Unauthorized(reason)) => {
                self.note_needs_reauth(&reason).await
            }
            Err(error) => {
                self.release(lease).await?;
                Err(error.into())
            }
        }
    }

    /// Stores `tokens`, and uses them then.
    async fn store(&self, tokens: Tokens, lease: &str) -> Result<(), ConnectionError> {
        let capabilities = &self.connections.capabilities;
        let version = self.version.load(Ordering::Relaxed);
        let seal = self.connections.seal(&self.integration).await?;
        let sealed = seal.seal(&*capabilities.random, Content::Tokens, &tokens);
        let now = self.connections.now();
        let Integration { tenant, id, .. } = &self.integration;
        let mut wait = Duration::from_millis(50);
        for _ in 0..STORE_ATTEMPTS {
            let change = |current: &mut Integration| {
                if current.status == IntegrationStatus::Disconnected {
                    return Err(ConnectionError::NotConnected(current.status));
                }
                // An attempt of which nothing was heard may have stored them.
                if current.tokens_version != version || current.lease.as_deref() != Some(lease) {
                    return Ok(None);
                }
                current.take_tokens(Some(sealed.clone()), now);
                Ok(Some(Vec::new()))
            };
            match self.connections.integrations.change(tenant, id, now, change).await {
                Ok(current) if current.tokens.as_deref() == Some(&sealed) => {
                    self.use_tokens(tokens, current.tokens_version);
                    return Ok(());
                }
                Ok(current) => return self.take(&current).await,
                Err(ConnectionError::Db(DatabaseError::Unavailable(_))) => {
                    capabilities.clock.sleep(wait).await;
                    wait = wait.saturating_mul(2).min(Duration::from_secs(5));
                }
                Err(ConnectionError::NotConnected(status)) => {
                    // Somebody disconnected it meanwhile: nobody else knows these tokens.
                    self.client.set_tokens(tokens);
                    let _ = self.client.revoke().await;
                    return Err(ConnectionError::NotConnected(status));
                }
                Err(error) => return Err(error),
            }
        }
        Err(DatabaseError::Unavailable("the new tokens could not be stored".to_owned()).into())
    }

    async fn release(&self, lease: &str) -> Result<(), ConnectionError> {
        let change = |current: &mut Integration| {
            if current.lease.as_deref() != Some(lease) {
                return Ok::<_, ConnectionError>(None);
            }
            (current.lease, current.lease_until) = (None, None);
            Ok(Some(Vec::new()))
        };
        let Integration { tenant, id, .. } = &self.integration;
        self.connections.integrations.change(tenant, id, self.connections.now(), change).await.map(drop)
    }

    /// To be called where the provider refuses tokens that are new, or says that somebody has to consent again. People are
    /// told once.
    pub async fn refused(&self, reason: &str) -> Result<(), ConnectionError> {
        match self.note_needs_reauth(reason).await {
            Err(ConnectionError::NotConnected(_)) => Ok(()),
            noted => noted,
        }
    }

    /// Notes that the provider lets nobody in any more, and has people be told. Where somebody signed in meanwhile, their
    /// tokens are used.
    async fn note_needs_reauth(&self, reason: &str) -> Result<(), ConnectionError> {
        let (now, version) = (self.connections.now(), self.version.load(Ordering::Relaxed));
        let change = |current: &mut Integration| {
            if current.status != IntegrationStatus::Connected || current.tokens_version != version {
                return Ok::<_, ConnectionError>(None);
            }
            let before = current.clone();
            current.take_tokens(None, now);
            (current.status, current.problem) = (IntegrationStatus::NeedsReauth, Some(reason.to_owned()));
            let task =
                task(Some(&before), current, "integration.needs_reauth", json!({"reason": reason}), &edge(), now);
            Ok(Some(vec![Task { notice: Some(Notice::NeedsReauth), ..task }]))
        };
        let Integration { tenant, id, .. } = &self.integration;
        let current = self.connections.integrations.change(tenant, id, now, change).await?;
        let current = self.connections.flush(current).await?;
        match current.status {
            IntegrationStatus::Connected => self.take(&current).await,
            status => Err(ConnectionError::NotConnected(status)),
        }
    }

    /// Whether the provider lets the edge in by its credentials: a request may be refused as if it did not, for other
    /// reasons.
    async fn check_credentials(&self) -> Result<(), ConnectionError> {
        match self.client.companies().await {
            Ok(_) => Ok(()),
            Err(AccountingError::NeedsReauth(reason) | AccountingError::Unauthorized(reason)) => {
                self.note_needs_reauth(&reason).await
            }
            Err(error) => Err(error.into()),
        }
    }
}

//! What is done with integrations: configured, signed in to, opened.

use std::sync::Arc;
use std::time::Duration;

use edge_accounting::{AccountingClient, AccountingError, Company, Connection, SignIn, Tokens, Transport};
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Http, Timestamp, config};
use edge_database::{DatabaseError, Db};
use edge_keys::mac;
use edge_notifications::event_types::WORKSPACE_INTEGRATION_REAUTH;
use edge_notifications::{NewEvent, Notifications, Recipient};
use edge_tenants::{Mode, Tenant, Tenants};
use serde_json::{Value, json};

use crate::consent::Consents;
use crate::credentials::{self, Credentials};
use crate::endpoints;
use crate::error::ConnectionError;
use crate::integration::{
    ConfigureRequest, Integration, IntegrationSettings, IntegrationStatus, Integrations, Notice, Task,
};
use crate::open_connection::OpenConnection;
use crate::sealed::{Content, Seal};

/// How long a provider has for an answer: some take long to post a document.
const TIMEOUT_MS: u64 = 20_000;

/// How often configuring starts anew after somebody else was faster.
const MAX_ATTEMPTS: u32 = 10;

/// The edge itself, as an actor.
const EDGE: &str = "bheem-edge";

/// Makes the client of a connection.
pub type Open = Arc<dyn Fn(Connection, Transport) -> Arc<dyn AccountingClient> + Send + Sync>;

/// Connections of tenants to accounting systems.
#[derive(Clone)]
pub struct Connections {
    pub(crate) capabilities: Capabilities,
    pub(crate) integrations: Integrations,
    pub(crate) consents: Consents,
    audit: AuditLog,
    notifications: Notifications,
    tenants: Tenants,
    open: Open,
}

/// What came of signing in.
pub(crate) enum SignedIn {
    /// The edge is in.
    In { tokens: Option<Tokens>, companies: Vec<Company> },
    /// The provider does not let it in.
    Refused(String),
    /// It is not known.
    Unreached(String),
}

/// The edge as the one who changes something.
pub(crate) fn edge() -> Actor {
    Actor { id: EDGE.to_owned(), address: None }
}

/// An integration as the audit log shows it.
fn snapshot(integration: &Integration) -> Value {
    json!({
        "environment": integration.environment.as_str(),
        "status": integration.status.as_str(),
        "settings": integration.settings,
        "company": integration.company_id,
        "has_credentials": integration.credentials.is_some(),
    })
}

/// What is left to do about the change from `before` to `after`, which `actor` makes. `more`: members of the entry's detail.
pub(crate) fn task(
    before: Option<&Integration>,
    after: &Integration,
    action: &str,
    more: Value,
    actor: &Actor,
    now: Timestamp,
) -> Task {
    let (old, new) = (before.map_or_else(|| json!({}), snapshot), snapshot(after));
    let pick = |of: &Value| -> Value {
        let fields = of.as_object().into_iter().flatten();
        fields.filter(|(name, _)| old.get(name) != new.get(name)).map(|(name, it)| (name.clone(), it.clone())).collect()
    };
    let mut detail = json!({
        "integration_id": after.id, "provider": after.provider.as_str(), "name": after.name,
        "before": pick(&old), "after": pick(&new),
    });
    if let (Some(detail), Value::Object(more)) = (detail.as_object_mut(), more) {
        detail.extend(more);
    }
    // Of all changes of one revision one is stored.
    let revision = before.map_or(0, |before| before.revision);
    let entry = AuditEntry::with_id(format!("{}.{revision}", after.id), action, &detail, actor, now);
    Task { entry, notice: None }
}

impl Connections {
    /// The connections in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let (clock, random) = (capabilities.clock.clone(), capabilities.random.clone());
        Self {
            integrations: Integrations::new(db.clone()),
            consents: Consents::new(db.clone()),
            audit: AuditLog::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            open: Arc::new(move |connection, transport| {
                edge_accounting::open(connection, transport, clock.clone(), random.clone())
            }),
            capabilities: capabilities.clone(),
        }
    }

    /// The same, with clients that `open` makes.
    #[must_use]
    pub fn with_open(self, open: Open) -> Self {
        Self { open, ..self }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// The integration `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Integration>, DatabaseError> {
        self.integrations.find(tenant, id).await
    }

    pub(crate) async fn get(&self, tenant: &str, id: &str) -> Result<Integration, ConnectionError> {
        self.find(tenant, id).await?.ok_or(ConnectionError::NotFound)
    }

    pub(crate) async fn seal(&self, integration: &Integration) -> Result<Seal, ConnectionError> {
        Ok(Seal::load(&*self.capabilities.config, &integration.tenant, &integration.id).await?)
    }

    /// How long a provider has for an answer.
    pub(crate) async fn timeout(&self) -> Result<Duration, ConnectionError> {
        Ok(config::millis(&*self.capabilities.config, "integrations_timeout_ms", TIMEOUT_MS).await?)
    }

    async fn is_own(&self, tenant: &str) -> Result<bool, DatabaseError> {
        Ok(self.tenants.find(tenant).await?.is_some_and(|tenant| tenant.mode == Mode::Internal))
    }

    /// A client of `integration` that signs in with what `given` says.
    async fn client_with(
        &self,
        integration: &Integration,
        given: &Credentials,
        tokens: Option<Tokens>,
        company_id: Option<String>,
        http: &Arc<dyn Http>,
    ) -> Result<Arc<dyn AccountingClient>, ConnectionError> {
        let (config, provider) = (&*self.capabilities.config, integration.provider);
        let all = credentials::complete(config, provider, given, self.is_own(&integration.tenant).await?).await?;
        let missing = credentials::missing(provider, &all);
        if !missing.is_empty() {
            return Err(ConnectionError::Fields(missing));
        }
        // Again: what the operator allows may be less by now.
        if let Some((field, message)) = endpoints::check(config, provider, &all).await? {
            return Err(AccountingError::Misconfigured(format!("{field} {message}")).into());
        }
        let endpoints = endpoints::endpoints(config, provider, integration.environment, &all).await?;
        let connection = Connection {
            provider,
            environment: integration.environment,
            endpoints,
            credentials: all,
            options: integration.settings.options.clone(),
            company_id,
            tokens,
        };
        let transport = Transport::new(http.clone(), provider, self.timeout().await?);
        Ok((self.open)(connection, transport))
    }

    /// The credentials that the tenant gave.
    fn given(seal: &Seal, integration: &Integration) -> Result<Credentials, ConnectionError> {
        let sealed = integration.credentials.as_deref();
        Ok(sealed.map(|sealed| seal.open(Content::Credentials, sealed)).transpose()?.unwrap_or_default())
    }

    /// The tokens of `integration`.
    pub(crate) fn tokens(seal: &Seal, integration: &Integration) -> Result<Option<Tokens>, ConnectionError> {
        Ok(integration.tokens.as_deref().map(|sealed| seal.open(Content::Tokens, sealed)).transpose()?)
    }

    /// A client of `integration`, with `tokens`, for the company `company_id`.
    pub(crate) async fn client(
        &self,
        integration: &Integration,
        tokens: Option<Tokens>,
        company_id: Option<String>,
    ) -> Result<Arc<dyn AccountingClient>, ConnectionError> {
        let given = Self::given(&self.seal(integration).await?, integration)?;
        self.client_with(integration, &given, tokens, company_id, &self.capabilities.http).await
    }

    /// A client that says what it would write, and asks nobody: also where nobody has signed in.
    pub async fn planner(&self, tenant: &str, id: &str) -> Result<Arc<dyn AccountingClient>, ConnectionError> {
        let integration = self.get(tenant, id).await?;
        if integration.status == IntegrationStatus::Disconnected {
            return Err(ConnectionError::NotConnected(integration.status));
        }
        self.client(&integration, None, integration.company_id.clone()).await
    }

    /// All integrations that are connected and whose runs start by themselves, of whichever tenant.
    pub async fn recurring(&self) -> Result<Vec<Integration>, DatabaseError> {
        let connected = self.integrations.connected().await?;
        Ok(connected.into_iter().filter(|integration| integration.settings.every_minutes.is_some()).collect())
    }

    /// Does the tasks of `integration`: each may be repeated.
    pub(crate) async fn flush(&self, integration: Integration) -> Result<Integration, ConnectionError> {
        if integration.tasks.is_empty() {
            return Ok(integration);
        }
        let entries: Vec<AuditEntry> = integration.tasks.iter().map(|task| task.entry.clone()).collect();
        self.audit.append_all(&integration.tenant, &entries).await?;
        for task in &integration.tasks {
            if task.notice == Some(Notice::NeedsReauth) {
                self.tell_needs_reauth(&integration, &task.entry.id).await?;
            }
        }
        self.integrations.done(&integration).await?;
        Ok(Integration { tasks: Vec::new(), ..integration })
    }

    /// Tells the tenant's billing contact, and whoever consented, that somebody has to consent again. Once for each `name`.
    async fn tell_needs_reauth(&self, integration: &Integration, name: &str) -> Result<(), ConnectionError> {
        let Some(tenant) = self.tenants.find(&integration.tenant).await? else { return Ok(()) };
        let id = format!("integration.{name}.needs_reauth");
        let mut event = NewEvent::new(&WORKSPACE_INTEGRATION_REAUTH, &integration.tenant, id)
            .to(Recipient::by_email(tenant.billing_address()).named(&tenant.name))
            .with(json!({
                "integration_id": integration.id, "integration_name": integration.name,
                "provider": integration.provider.label(), "company": integration.company_name,
            }));
        let consented = integration.connected_by.as_deref().and_then(|by| by.strip_prefix("user:"));
        if let Some(user) = consented {
            event = event.to(Recipient::by_user(user));
        }
        Ok(self.notifications.raise(&event, self.now()).await?)
    }

    /// Configures an integration of `tenant`; gives it, and whether it is new.
    pub(crate) async fn configure(
        &self,
        tenant: &Tenant,
        name: &str,
        request: &ConfigureRequest,
        actor: &Actor,
    ) -> Result<(Integration, bool), ConnectionError> {
        for _ in 0..MAX_ATTEMPTS {
            match self.try_to_configure(tenant, name, request, actor).await {
                Err(ConnectionError::Busy) => {}
                done => return done,
            }
        }
        Err(ConnectionError::Busy)
    }

    async fn try_to_configure(
        &self,
        tenant: &Tenant,
        name: &str,
        request: &ConfigureRequest,
        actor: &Actor,
    ) -> Result<(Integration, bool), ConnectionError> {
        let (provider, now) = (request.provider, self.now());
        let digest = mac(b"bheem-edge integration", &[&tenant.id, provider.as_str(), name]);
        let id = format!("int_{}", hex::encode(digest.get(..10).unwrap_or_default()));
        let existing = self.find(&tenant.id, &id).await?;
        let draft = existing.clone().unwrap_or_else(|| Integration {
            id,
            tenant: tenant.id.clone(),
            provider,
            name: name.to_owned(),
            environment: request.environment.unwrap_or_default(),
            status: IntegrationStatus::Configured,
            settings: IntegrationSettings::default(),
            credentials: None,
            tokens: None,
            tokens_version: 0,
            tokens_at: None,
            companies: Vec::new(),
            company_id: None,
            company_name: None,
            written_company: None,
            lease: None,
            lease_until: None,
            problem: None,
            connected_by: None,
            connected_at: None,
            created_by: actor.id.clone(),
            created_at: now,
            updated_at: now,
            tasks: Vec::new(),
            revision: 1,
        });
        let seal = self.seal(&draft).await?;
        let before = Self::given(&seal, &draft)?;
        let given = credentials::merge(provider, before.clone(), &request.credentials);
        let settings = draft.settings.with(provider, &request.settings);
        let (given, settings) = match (given, settings) {
            (Ok(given), Ok(settings)) => (given, settings),
            (given, settings) => {
                let mut errors = given.err().unwrap_or_default();
                errors.extend(settings.err().unwrap_or_default());
                return Err(ConnectionError::Fields(errors));
            }
        };
        if let Some((field, message)) = endpoints::check(&*self.capabilities.config, provider, &given).await? {
            return Err(ConnectionError::Fields(vec![edge_http::FieldError::new(field, message)]));
        }
        let mut wanted = draft.clone();
        wanted.environment = request.environment.unwrap_or(draft.environment);
        wanted.settings = settings;
        let is_new = existing.is_none();
        if let Some(written) = &draft.written_company {
            let is_other = wanted.settings.company_id.as_ref().is_some_and(|company| company != written);
            if is_other || wanted.environment != draft.environment {
                return Err(ConnectionError::CompanyChanged(written.clone()));
            }
        }
        let client = self
            .client_with(&wanted, &given, None, wanted.settings.company_id.clone(), &self.capabilities.http)
            .await?;
        let needs_consent = matches!(client.sign_in(), SignIn::Consent { .. });
        let is_open = matches!(draft.status, IntegrationStatus::Connected | IntegrationStatus::NeedsCompany);
        let is_elsewhere = wanted.environment != draft.environment;
        if needs_consent {
            // A consent is to one client in one environment; another secret of the client changes nothing about it.
            let is_other_client = before.get("client_id") != given.get("client_id");
            if is_new || is_elsewhere || is_other_client || draft.status == IntegrationStatus::Disconnected {
                wanted.forget_tokens();
                (wanted.status, wanted.problem) = (IntegrationStatus::NeedsConsent, None);
            }
        } else if is_elsewhere || given != before || !is_open {
            wanted.forget_tokens();
            self.sign_in(&mut wanted, &*client, actor).await?;
        }
        if !wanted.companies.is_empty() && is_open {
            wanted.choose_company().map_err(ConnectionError::CompanyChanged)?;
        }
        if given != before || is_new || draft.credentials.is_none() {
            wanted.credentials = Some(seal.seal(&*self.capabilities.random, Content::Credentials, &given));
        }
        if !is_new && wanted == draft {
            return Ok((draft, false));
        }
        let replaced: Vec<&String> = request.credentials.keys().collect();
        let more = if replaced.is_empty() { json!({}) } else { json!({"credentials": replaced}) };
        if is_new {
            wanted.tasks.push(task(None, &wanted, "integration.configured", more, actor, now));
            if !self.integrations.insert(&wanted).await? {
                return Err(ConnectionError::Busy);
            }
            return Ok((self.flush(wanted).await?, true));
        }
        let is_other_consent = wanted.status == IntegrationStatus::NeedsConsent;
        let tokens_version = draft.tokens_version;
        let task = task(Some(&draft), &wanted, "integration.configured", more, actor, now);
        let change = |current: &mut Integration| {
            if current.revision != draft.revision {
                return Err(ConnectionError::Busy);
            }
            *current = wanted.clone();
            Ok(Some(vec![task.clone()]))
        };
        let changed = self.integrations.change(&tenant.id, &draft.id, now, change).await?;
        if is_other_consent && changed.tokens_version != tokens_version {
            self.consents.remove_all(&tenant.id, &draft.id).await?;
        }
        Ok((self.flush(changed).await?, false))
    }

    /// Signs in where nobody has to consent, and has `integration` say what came of it.
    async fn sign_in(
        &self,
        integration: &mut Integration,
        client: &dyn AccountingClient,
        actor: &Actor,
    ) -> Result<(), ConnectionError> {
        let now = self.now();
        match self.try_to_sign_in(client).await {
            SignedIn::In { tokens, companies } => {
                let seal = self.seal(integration).await?;
                let random = &*self.capabilities.random;
                let sealed = tokens.map(|tokens| seal.seal(random, Content::Tokens, &tokens));
                integration.take_tokens(sealed, now);
                integration.companies = companies;
                (integration.connected_by, integration.connected_at) = (Some(actor.id.clone()), Some(now));
                integration.choose_company().map_err(ConnectionError::CompanyChanged)?;
            }
            SignedIn::Refused(reason) => {
                (integration.status, integration.problem) = (IntegrationStatus::NeedsReauth, Some(reason));
            }
            SignedIn::Unreached(reason) => {
                (integration.status, integration.problem) = (IntegrationStatus::Configured, Some(reason));
            }
        }
        Ok(())
    }

    async fn try_to_sign_in(&self, client: &dyn AccountingClient) -> SignedIn {
        let tokens = if client.sign_in() == SignIn::ClientCredentials {
            match client.renew(self.now()).await {
                Ok(tokens) => {
                    client.set_tokens(tokens.clone());
                    Some(tokens)
                }
                Err(error) => return SignedIn::failed(&error),
            }
        } else {
            None
        };
        match client.companies().await {
            Ok(companies) => SignedIn::In { tokens, companies },
            Err(error) => SignedIn::failed(&error),
        }
    }

    /// Opens the connection of the integration `id` of `tenant` for a run. It must be connected; one that could not be
    /// reached when it was configured is signed in to now. Its requests go through `http`.
    pub async fn open(&self, tenant: &str, id: &str, http: &Arc<dyn Http>) -> Result<OpenConnection, ConnectionError> {
        let mut integration = self.get(tenant, id).await?;
        if integration.status == IntegrationStatus::Configured {
            integration = self.connect(integration).await?;
        }
        if integration.status != IntegrationStatus::Connected {
            return Err(ConnectionError::NotConnected(integration.status));
        }
        let seal = self.seal(&integration).await?;
        let tokens = Self::tokens(&seal, &integration)?;
        self.reseal(&seal, &integration).await?;
        let expires_at = tokens.as_ref().map(|tokens| tokens.expires_at);
        let given = Self::given(&seal, &integration)?;
        let company_id = integration.company_id.clone();
        let client = self.client_with(&integration, &given, tokens, company_id, http).await?;
        Ok(OpenConnection::new(self.clone(), integration, client, expires_at))
    }

    /// Signs in to an integration that could not be reached before.
    async fn connect(&self, integration: Integration) -> Result<Integration, ConnectionError> {
        let now = self.now();
        let client = self.client(&integration, None, None).await?;
        let mut wanted = integration.clone();
        let by = Actor { id: integration.created_by.clone(), address: None };
        self.sign_in(&mut wanted, &*client, &by).await?;
        if let (IntegrationStatus::Configured, Some(problem)) = (wanted.status, &wanted.problem) {
            return Err(AccountingError::Unavailable(problem.clone()).into());
        }
        let task = task(Some(&integration), &wanted, "integration.connected", json!({}), &edge(), now);
        let change = |current: &mut Integration| {
            // Somebody else was faster: what they did counts.
            if current.revision != integration.revision {
                return Ok::<_, ConnectionError>(None);
            }
            *current = wanted.clone();
            Ok(Some(vec![task.clone()]))
        };
        let changed = self.integrations.change(&integration.tenant, &integration.id, now, change).await?;
        self.flush(changed).await
    }

    /// Seals the secrets of `integration` with the newest key, if an older one sealed them.
    async fn reseal(&self, seal: &Seal, integration: &Integration) -> Result<(), ConnectionError> {
        let anew = |content, sealed: &Option<String>| {
            sealed.as_deref().and_then(|sealed| seal.anew(&*self.capabilities.random, content, sealed))
        };
        let credentials = anew(Content::Credentials, &integration.credentials);
        let tokens = anew(Content::Tokens, &integration.tokens);
        Ok(self.integrations.reseal(integration, credentials.as_deref(), tokens.as_deref()).await?)
    }
}

impl SignedIn {
    fn failed(error: &AccountingError) -> Self {
        match error {
            AccountingError::Throttled { .. } | AccountingError::Unavailable(_) | AccountingError::Unknown(_) => {
                Self::Unreached(format!("{error}; the next run tries again"))
            }
            error => Self::Refused(error.to_string()),
        }
    }
}

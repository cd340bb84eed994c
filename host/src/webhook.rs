//! `bheem-edge webhook …`: for people who integrate. Signs a body as a provider would, and sends it, to try an edge or to
//! test one's own receiver.
//!
//! Exit codes: 0, all is well; 1, the webhook was answered with something else than a 2xx; 2, the command was wrong, or
//! nobody answered.

mod send;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use edge_capabilities::Timestamp;
use edge_gateways::{Provider, sign};
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

/// What `bheem-edge webhook` can be told.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the headers that a provider would send with a body
    Sign(WebhookArgs),
    /// Sign a body and post it, to an edge or to any receiver
    Send(SendArgs),
}

#[derive(Args)]
struct WebhookArgs {
    /// Whose webhook: bheempay, razorpay, stripe, erp, standard, shopify or woocommerce
    #[arg(long, value_parser = provider)]
    provider: Provider,
    /// The secret, as in webhook_secrets_<provider>; for standard it may be a whsk_ key, which signs with ed25519
    #[arg(long, env = "BHEEM_EDGE_WEBHOOK_SECRET", hide_env_values = true)]
    secret: String,
    /// The file that holds the body; - is standard input
    #[arg(long, value_name = "FILE", default_value = "-", conflicts_with = "data")]
    body: PathBuf,
    /// The body itself
    #[arg(long, value_name = "TEXT")]
    data: Option<String>,
    /// The id of the event or the delivery, where the provider sends one in a header [default: a new one]
    #[arg(long)]
    id: Option<String>,
    /// When it is signed, RFC 3339 [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<Timestamp>,
}

#[derive(Args)]
struct SendArgs {
    #[command(flatten)]
    webhook: WebhookArgs,
    /// Where the edge is, or the whole URL to post to
    #[arg(long, env = "BHEEM_EDGE_URL", default_value = "http://127.0.0.1:3000")]
    url: String,
}

/// A webhook as it goes over the wire.
struct Signed {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

fn provider(name: &str) -> Result<Provider, String> {
    Provider::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Provider::ALL.into_iter().map(Provider::as_str).collect();
        format!("it is one of {}", names.join(", "))
    })
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "write it as 2024-01-15T10:00:00Z".to_owned())
}

/// Runs the command.
pub fn run(options: Options) -> ExitCode {
    let outcome = match options.command {
        Command::Sign(webhook) => show(&webhook),
        Command::Send(args) => send(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

fn show(webhook: &WebhookArgs) -> anyhow::Result<ExitCode> {
    let mut lines = String::new();
    for (name, value) in webhook.sign()?.headers {
        lines.push_str(&format!("{name}: {}\n", value.to_str()?));
    }
    std::io::stdout().write_all(lines.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn send(args: &SendArgs) -> anyhow::Result<ExitCode> {
    let url = destination(&args.url, args.webhook.provider)?;
    let signed = args.webhook.sign()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(send::post(&url, signed)).with_context(|| format!("{url} gives no answer"))?;
    eprintln!("{}", answer.status);
    let mut stdout = std::io::stdout();
    stdout.write_all(&answer.body)?;
    stdout.write_all(b"\n")?;
    Ok(if answer.status.is_success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The URL to post to: `url`, and where that is no more than a host, the edge's route for the provider.
fn destination(url: &str, provider: Provider) -> anyhow::Result<url::Url> {
    let url = url::Url::parse(url).with_context(|| format!("{url} is not a URL"))?;
    if url.path() != "/" {
        return Ok(url);
    }
    let route = match provider {
        Provider::BheemPay => "/api/v1/billing/webhook",
        Provider::Razorpay => "/webhooks/razorpay",
        Provider::Stripe => "/webhooks/stripe",
        Provider::Erp => "/erp/webhooks/billing/",
        Provider::Standard => "/webhooks/standard/bheem-edge",
        Provider::Clerk => "/webhooks/standard/clerk",
        Provider::Shopify => "/webhooks/shopify",
        Provider::WooCommerce => "/webhooks/woocommerce",
    };
    Ok(url.join(route)?)
}

impl WebhookArgs {
    fn sign(&self) -> anyhow::Result<Signed> {
        let body = match &self.data {
            Some(text) => text.clone().into_bytes(),
            None => read(&self.body)?,
        };
        let id = self.id.clone().unwrap_or_else(|| format!("evt_{}", Uuid::new_v4().simple()));
        let now = || -> anyhow::Result<Timestamp> {
            let millis = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
            Ok(Timestamp::from_millis(millis.try_into()?))
        };
        let at = self.at.map_or_else(now, Ok)?;
        let headers = sign(self.provider, &self.secret, &body, at, &id)?;
        Ok(Signed { headers, body })
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    }
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(provider: Provider, data: &str) -> WebhookArgs {
        WebhookArgs {
            provider,
            secret: "test_secret_key".into(),
            body: "-".into(),
            data: Some(data.into()),
            id: None,
            at: None,
        }
    }

    #[test]
    fn a_body_is_signed_as_the_provider_would() {
        let signed = webhook(Provider::Shopify, r#"{"foo": "bar"}"#).sign().unwrap();
        let (_, signature) = signed.headers.iter().find(|(name, _)| name == "x-shopify-hmac-sha256").unwrap();
        assert_eq!(signature, "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=");
        let mut stripe = webhook(Provider::Stripe, "{}");
        stripe.at = Some(instant("2024-01-15T10:00:00Z").unwrap());
        let signed = stripe.sign().unwrap();
        assert!(signed.headers[0].1.to_str().unwrap().starts_with("t=1705312800,v1="));
    }

    #[test]
    fn an_edge_is_found_by_its_host_and_a_receiver_by_its_url() {
        for (url, whole) in [
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/erp/webhooks/billing/"),
            ("https://edge.example.com/", "https://edge.example.com/erp/webhooks/billing/"),
            ("http://localhost:8000/hook?a=b", "http://localhost:8000/hook?a=b"),
            ("http://localhost/erp/webhooks/billing/token", "http://localhost/erp/webhooks/billing/token"),
        ] {
            assert_eq!(destination(url, Provider::Erp).unwrap().as_str(), whole);
        }
        assert!(destination("127.0.0.1:3000", Provider::Erp).is_err());
    }

    #[test]
    fn a_provider_is_told_by_its_name() {
        assert_eq!(provider("woocommerce"), Ok(Provider::WooCommerce));
        assert!(provider("paypal").unwrap_err().contains("razorpay"));
        assert!(instant("yesterday").is_err());
    }
}

//! `bheem-edge notify …`: for those who set Notify up.
//!
//! Exit codes: 0, all is well; 1, Notify refused a mapping; 2, the command was wrong, or Notify could not be reached.

use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, Subcommand};
use edge_notifications::event_types::setup_mappings;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::capabilities::outbound_http::connector;
use crate::rules::{Failure, Outcome, finish};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest answer that is read, bytes.
const MAX_RESPONSE_LEN: usize = 1 << 20;

/// What `bheem-edge notify` can be told.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Create the mappings of event types to templates at Notify; those that are there stay as they are
    Setup(SetupArgs),
}

#[derive(Args)]
struct SetupArgs {
    /// Where Notify is
    #[arg(long, env = "SPIN_VARIABLE_NOTIFY_URL", default_value = "http://127.0.0.1:8005")]
    url: String,
    /// Its API key
    #[arg(long, env = "SPIN_VARIABLE_NOTIFY_API_KEY", hide_env_values = true, default_value = "")]
    key: String,
    /// The company that the mappings are of: BHM001 sells to all external customers
    #[arg(long, default_value = "79f70aef-17eb-48a8-b599-2879721e8796")]
    company_id: String,
}

/// Runs the command.
pub fn run(options: Options) -> ExitCode {
    match options.command {
        Command::Setup(setup) => finish(set_up(setup)),
    }
}

/// Prints a line; who does not want to read on is not told.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn set_up(setup: SetupArgs) -> Outcome {
    let impossible = |error: &dyn ToString| Failure::Impossible(error.to_string());
    let connector = connector(TIMEOUT).map_err(|error| impossible(&error))?;
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if setup.company_id.is_empty() || !setup.company_id.bytes().all(is_plain) {
        return Err(Failure::Impossible("a company's id has letters, digits and dashes".to_owned()));
    }
    let url = format!("{}/api/v1/company/{}/notify/mappings", setup.url.trim_end_matches('/'), setup.company_id);
    let (mut created, mut existing, mut failed) = (0, 0, 0);
    let mappings = setup_mappings();
    for (number, mapping) in mappings.iter().enumerate() {
        let what = format!(
            "[{}/{}] {} -> {}",
            number.saturating_add(1),
            mappings.len(),
            mapping["event_type"].as_str().unwrap_or_default(),
            mapping["channel"].as_str().unwrap_or_default()
        );
        let (status, body) = post(&client, &url, &setup.key, mapping).await?;
        let (line, count) = match status {
            StatusCode::OK | StatusCode::CREATED => (format!("{what}: created"), &mut created),
            StatusCode::CONFLICT => (format!("{what}: exists"), &mut existing),
            status => {
                let body = String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
                (format!("{what}: failed, {status} {body}"), &mut failed)
            }
        };
        *count += 1;
        say(&line);
    }
    say(&format!("{created} created, {existing} exist, {failed} failed"));
    if failed == 0 { Ok(()) } else { Err(Failure::Bad) }
}

async fn post(
    client: &Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: &str,
    key: &str,
    mapping: &Value,
) -> Result<(StatusCode, Bytes), Failure> {
    let unreachable =
        |why: &dyn ToString| Failure::Impossible(format!("Notify at {url} cannot be reached: {}", why.to_string()));
    let request = Request::post(url).header(CONTENT_TYPE, "application/json").header("x-api-key", key);
    let request = request.body(Full::new(Bytes::from(mapping.to_string())));
    let request = request.map_err(|_| Failure::Impossible("the URL or the key cannot be sent".to_owned()))?;
    let answered = async {
        let response = client.request(request).await.map_err(|error| unreachable(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_RESPONSE_LEN).collect().await.map_err(|error| unreachable(&error))?;
        Ok((head.status, body.to_bytes()))
    };
    tokio::time::timeout(TIMEOUT, answered).await.map_err(|_| unreachable(&"it does not answer"))?
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A Notify that answers with these statuses one after another, and then with the last; gives what it was asked.
    async fn notify(statuses: &'static [u16]) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = asked.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"}") {
                    stream.read_buf(&mut request).await.unwrap();
                }
                let count = seen.lock().unwrap().len();
                let status = statuses.get(count).or(statuses.last()).unwrap();
                seen.lock().unwrap().push(String::from_utf8(request).unwrap());
                let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        (url, asked)
    }

    fn setup(url: String) -> SetupArgs {
        SetupArgs { url, key: "secret".to_owned(), company_id: "company-1".to_owned() }
    }

    #[tokio::test]
    async fn each_mapping_is_asked_for_once_and_those_that_exist_are_no_failure() {
        let (url, asked) = notify(&[201, 200, 409]).await;
        set_up(setup(url)).await.unwrap();
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), setup_mappings().len());
        assert!(asked[0].starts_with("POST /api/v1/company/company-1/notify/mappings HTTP/1.1\r\n"), "{}", asked[0]);
        assert!(asked[0].to_lowercase().contains("x-api-key: secret"), "{}", asked[0]);
    }

    #[tokio::test]
    async fn what_notify_refuses_is_a_failure_after_all_were_tried() {
        let (url, asked) = notify(&[500, 201]).await;
        assert!(matches!(set_up(setup(url)).await, Err(Failure::Bad)));
        assert_eq!(asked.lock().unwrap().len(), setup_mappings().len());
        let nowhere = setup("http://127.0.0.1:1".to_owned());
        assert!(matches!(set_up(nowhere).await, Err(Failure::Impossible(_))));
    }
}

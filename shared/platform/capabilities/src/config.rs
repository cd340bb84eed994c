//! A component's variables.

use std::time::Duration;

use async_trait::async_trait;

/// Why a variable cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the variable {name} cannot be read: {reason}")]
pub struct ConfigError {
    /// The variable's name.
    pub name: String,
    /// The reason.
    pub reason: String,
}

/// A component's variables, by name.
#[async_trait]
pub trait Config: Send + Sync {
    /// The value of `name`; None: the component has no such variable.
    async fn get(&self, name: &str) -> Result<Option<String>, ConfigError>;
}

/// The variable `name`; empty if the component has no such variable.
pub async fn text(config: &dyn Config, name: &str) -> Result<String, ConfigError> {
    Ok(config.get(name).await?.unwrap_or_default())
}

/// The variable `name`, a URL, without trailing slashes.
pub async fn url(config: &dyn Config, name: &str) -> Result<String, ConfigError> {
    Ok(text(config, name).await?.trim_end_matches('/').to_owned())
}

/// The variable `name`, a whole number of milliseconds; `default` if it is empty.
pub async fn millis(config: &dyn Config, name: &str, default: u64) -> Result<Duration, ConfigError> {
    let value = text(config, name).await?;
    if value.is_empty() {
        return Ok(Duration::from_millis(default));
    }
    let invalid =
        |_| ConfigError { name: name.to_owned(), reason: "it must be a whole number of milliseconds".to_owned() };
    value.parse().map_err(invalid).map(Duration::from_millis)
}

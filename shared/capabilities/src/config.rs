//! A component's variables.

use async_trait::async_trait;

/// A variable that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the variable {name} cannot be read: {reason}")]
pub struct ConfigError {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A component's variables, by name.
#[async_trait]
pub trait Config: Send + Sync {
    /// The value of `name`; None where the component has no such variable.
    async fn get(&self, name: &str) -> Result<Option<String>, ConfigError>;
}

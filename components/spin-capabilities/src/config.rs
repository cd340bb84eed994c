//! The component's variables, from Spin.

use async_trait::async_trait;
use edge_capabilities::Config;
use edge_capabilities::config::ConfigError;
use spin_sdk::variables;

pub(crate) struct Variables;

#[async_trait]
impl Config for Variables {
    async fn get(&self, name: &str) -> Result<Option<String>, ConfigError> {
        match variables::get(name).await {
            Ok(value) => Ok(Some(value)),
            Err(variables::Error::Undefined(_)) => Ok(None),
            Err(error) => Err(ConfigError { name: name.to_owned(), reason: error.to_string() }),
        }
    }
}

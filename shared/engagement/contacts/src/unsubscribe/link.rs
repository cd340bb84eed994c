//! Links by which people unsubscribe.

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, url};
use edge_notifications::Channel;

use crate::contact::Contact;
use crate::keys::ServerKeys;

/// The path of links, before the token.
pub(crate) const PATH: &str = "/unsubscribe";

/// The channels that a link may be for, as tokens have them.
const CHANNELS: [(Channel, &str); 3] = [(Channel::Email, "e"), (Channel::Sms, "s"), (Channel::WhatsApp, "w")];

/// Whom a link is for, and over which channel they are not written to any more once it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsubscribeLink {
    /// The contact's id.
    pub contact: String,
    /// The channel.
    pub channel: Channel,
}

/// Makes links, and reads the tokens in them. A link is valid for ever: so is the wish not to be written to.
pub struct UnsubscribeLinks {
    /// `public_url`, without a slash at its end.
    base: String,
    keys: ServerKeys,
}

impl UnsubscribeLinks {
    /// Reads the variables `public_url` and `unsubscribe_key`.
    pub async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Ok(Self { base: url(config, "public_url").await?, keys: ServerKeys::load(config).await? })
    }

    /// The link by which `contact` unsubscribes from what comes over `channel`: by GET it shows a page, by POST it does it
    /// (RFC 8058). None: `unsubscribe_key` is empty, or nobody can unsubscribe from this channel.
    pub fn url(&self, contact: &Contact, channel: Channel) -> Option<String> {
        let (_, letter) = CHANNELS.into_iter().find(|(known, _)| *known == channel)?;
        let signature = self.keys.sign(&[&contact.id, letter])?;
        Some(format!("{}{PATH}/{}.{letter}.{signature}", self.base, contact.id))
    }

    /// Reads a token. None: it was not signed by any of the keys.
    pub(crate) fn read(&self, token: &str) -> Option<UnsubscribeLink> {
        let (rest, signature) = token.rsplit_once('.')?;
        let (contact, letter) = rest.rsplit_once('.')?;
        let (channel, _) = CHANNELS.into_iter().find(|(_, known)| *known == letter)?;
        let link = UnsubscribeLink { contact: contact.to_owned(), channel };
        self.keys.is_signed(&[contact, letter], signature).then_some(link)
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::START;

    use super::*;

    const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn links(keys: &str) -> UnsubscribeLinks {
        UnsubscribeLinks { base: "https://edge.example".into(), keys: ServerKeys::parse(keys).ok().unwrap() }
    }

    #[test]
    fn a_link_is_of_one_contact_and_channel_and_nobody_else_can_make_it() {
        let contact = Contact::new("con_1".into(), "t", START);
        let made = links(OLD).url(&contact, Channel::Email).unwrap();
        let token = made.strip_prefix("https://edge.example/unsubscribe/").unwrap();
        let link = UnsubscribeLink { contact: "con_1".into(), channel: Channel::Email };
        assert_eq!(links(OLD).read(token), Some(link.clone()));
        assert_eq!(links(&format!("{NEW},{OLD}")).read(token), Some(link));
        assert_eq!(links(NEW).read(token), None);
        assert_eq!(links("").read(token), None);
        let signature = token.rsplit('.').next().unwrap();
        for forged in [
            format!("con_2.e.{signature}"),
            format!("con_1.s.{signature}"),
            format!("con_1.x.{signature}"),
            format!("con_1.e.{}", signature.to_lowercase()),
            format!("con_1.e.{signature}A"),
            "con_1.e.".to_owned(),
            "con_1.e".to_owned(),
            "..".to_owned(),
            String::new(),
        ] {
            assert_eq!(links(OLD).read(&forged), None, "{forged}");
        }
        assert_eq!(links("").url(&contact, Channel::Email), None);
        assert_eq!(links(OLD).url(&contact, Channel::Push), None);
    }
}

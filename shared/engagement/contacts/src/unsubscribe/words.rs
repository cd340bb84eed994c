//! Words by which people say in a reply that they do not want messages any more, or want them again.

/// What a reply asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// No more messages over this channel.
    Stop,
    /// Messages again.
    Start,
}

const STOP: [&str; 10] =
    ["STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT"];

const START: [&str; 3] = ["START", "UNSTOP", "SUBSCRIBE"];

impl Wish {
    /// What `reply` asks for: its first line that is not empty is one of the words, in whatever case and with whatever
    /// punctuation around it. None: it is about something else. What mail programs quote follows below.
    pub(crate) fn read(reply: &str) -> Option<Self> {
        let line = reply.lines().map(str::trim).find(|line| !line.is_empty())?;
        let spaced: Vec<String> = line
            .split(|char: char| char.is_whitespace() || char == '-')
            .map(|word| word.trim_matches(|char: char| !char.is_alphanumeric()).to_uppercase())
            .filter(|word| !word.is_empty())
            .collect();
        let said = spaced.join(" ");
        if STOP.contains(&said.as_str()) {
            Some(Self::Stop)
        } else if START.contains(&said.as_str()) {
            Some(Self::Start)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_asks_for_it_by_one_of_the_words_alone() {
        for reply in [
            "STOP",
            " stop. ",
            "Stop!",
            "\"STOP\"",
            "\r\n\r\nUnsubscribe\r\n\r\n> On Monday, Acme wrote:\r\n> hello",
            "opt-out",
            "Opt out",
            "stop all",
            "quit",
        ] {
            assert_eq!(Wish::read(reply), Some(Wish::Stop), "{reply:?}");
        }
        for reply in ["start", "UNSTOP"] {
            assert_eq!(Wish::read(reply), Some(Wish::Start), "{reply:?}");
        }
        for reply in
            ["", " \n ", "Don't stop", "stop by tomorrow?", "When does it end?", "Hello\nSTOP", "STOPPED", "S T O P"]
        {
            assert_eq!(Wish::read(reply), None, "{reply:?}");
        }
    }
}

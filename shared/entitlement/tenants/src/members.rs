//! Who belongs to a tenant, and with which role.
//!
//! * [`model`]: a member, and the rules that a change keeps; [`store`]: the memberships in the database.
//! * [`people`]: personal data of members; [`erasure`]: its deletion.
//! * [`message`]: what users are told of changes.
//! * [`departures`]: what goes with a member who leaves; [`directory_sync`]: changes of many members at once, as HR has them.
//! * [`api`]: the users of a tenant over HTTP.

pub(crate) mod api;
mod departures;
mod directory_sync;
mod erasure;
mod message;
mod model;
mod people;
mod store;

pub use departures::{Departures, MemberRecords};
pub use directory_sync::{DirectoryState, SYNC_ACTOR_PREFIX, SyncOutcome};
pub(crate) use message::{TELL_MEMBERS, TELL_MEMBERS_EVERY, TellMembers};
pub use model::{Member, MembershipChange, Person};
pub use people::{People, PersonPatch};
pub use store::Members;
pub(crate) use store::{CHANGED_MEMBERS, first, read_role};

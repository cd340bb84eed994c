//! What is true: every state the ERP ever had, every raise of a fence, in the order they happened.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use edge_capabilities::testing::{SeededRandom, TestClock};
use edge_capabilities::{Clock as _, Timestamp};
use edge_seats::{ExternalOrg, Id, Reason, SeatStatus, Source, Subject, SubscriptionStatus, Verdict};

const ORGANIZATIONS: u64 = 3;
const USERS: u64 = 3;

/// One of the few users that everything is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SubjectId {
    organization: u64,
    user: u64,
}

impl SubjectId {
    pub(crate) fn any(random: &SeededRandom) -> Self {
        Self { organization: random.below(ORGANIZATIONS), user: random.below(USERS) }
    }

    pub(crate) fn subject(self) -> Subject {
        let id = |text: String| Id::parse(&text).unwrap();
        let org = ExternalOrg { application: id("app".into()), id: id(format!("ext{}", self.organization)) };
        Subject { org, user: id(format!("user{}", self.user)) }
    }

    pub(crate) fn from_path(path: &str) -> Self {
        let mut digits = path.rsplit('/').map(|part| part.trim_start_matches(char::is_alphabetic).parse().unwrap());
        let user = digits.next().unwrap();
        Self { organization: digits.next().unwrap(), user }
    }

    pub(crate) fn organizations() -> impl Iterator<Item = String> {
        (0..ORGANIZATIONS).map(|organization| Self { organization, user: 0 }.organization())
    }

    pub(crate) fn organization(self) -> String {
        format!("org{}", self.organization)
    }

    fn index(self) -> usize {
        usize::try_from(self.organization * USERS + self.user).unwrap()
    }
}

/// A state of the ERP's for one subject.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) version: i64,
    pub(crate) kind: Kind,
    /// When another took its place, in the order of events.
    superseded: Option<u64>,
    since: Timestamp,
    until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    NoOrganization,
    NoSeat,
    Seat { seat: SeatStatus, subscription: SubscriptionStatus, period_end: Timestamp },
}

/// A raise of an organisation's fence.
#[derive(Clone, Debug)]
struct Raise {
    began: u64,
    ended: Option<u64>,
    change: Change,
}

/// What changed, so that the fence was raised.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// Something at the ERP.
    Facts,
    /// A payment event said this of the tenant's subscription.
    Payment(Payment),
    /// The platform had the ERP's word count.
    Dropped,
    /// The tenant is active from now on, or no longer.
    Active(bool),
}

/// What a payment event says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Payment {
    pub(crate) status: SubscriptionStatus,
    pub(crate) period_end: Option<Timestamp>,
}

/// How the ERP feels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mood {
    Well,
    Slow,
    Failing,
    Mixed,
}

struct Truth {
    events: u64,
    states: Vec<Vec<State>>,
    raises: Vec<Vec<Raise>>,
    /// Which of cache and record are down, and when that last changed.
    down: (bool, bool),
    last_trouble: Timestamp,
    last_record_trouble: Timestamp,
    /// When the cache was rolled back, until that was noticed for certain.
    rolled_back: Option<Timestamp>,
    mood: Mood,
}

/// What a check must be held against: where things stood when it began.
pub(crate) struct Began(u64, Timestamp);

/// How long a cache that was rolled back may go unnoticed.
const UNNOTICED: i64 = 1_000;
/// And after the database, which knows better, could not be asked.
const UNNOTICED_BLIND: i64 = 3_000;

#[derive(Clone)]
pub(crate) struct Model {
    truth: Arc<Mutex<Truth>>,
    clock: Arc<TestClock>,
    turns: Vec<Arc<tokio::sync::Mutex<()>>>,
}

/// Any seat and subscription, the good ones more often.
pub(crate) fn statuses(random: &SeededRandom) -> (SeatStatus, SubscriptionStatus) {
    use SubscriptionStatus as Sub;
    let seat = match random.below(6) {
        0 => SeatStatus::Revoked,
        1 => SeatStatus::Pending,
        _ => SeatStatus::Active,
    };
    let all = [
        Sub::Trialing,
        Sub::Active,
        Sub::PastDue,
        Sub::Cancelled,
        Sub::Suspended,
        Sub::Expired,
        Sub::Active,
        Sub::Active,
    ];
    (seat, all[usize::try_from(random.below(8)).unwrap()])
}

impl Model {
    pub(crate) fn new(clock: Arc<TestClock>) -> Self {
        let now = clock.now();
        let first =
            |_| vec![State { version: 0, kind: Kind::NoOrganization, superseded: None, since: now, until: None }];
        let truth = Truth {
            events: 0,
            states: (0..ORGANIZATIONS * USERS).map(first).collect(),
            raises: (0..ORGANIZATIONS).map(|_| Vec::new()).collect(),
            down: (false, false),
            last_trouble: now,
            last_record_trouble: now,
            rolled_back: None,
            mood: Mood::Well,
        };
        let turns = (0..ORGANIZATIONS).map(|_| Arc::default()).collect();
        Self { truth: Arc::new(Mutex::new(truth)), clock, turns }
    }

    fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An end of a paid period: just past, soon, or later.
    pub(crate) fn a_period_end(&self, random: &SeededRandom) -> Timestamp {
        let shift = i64::try_from(random.below(120_000)).unwrap() - 20_000;
        Timestamp::from_millis(self.now().as_millis() + shift)
    }

    /// The ERP changes its mind about a subject.
    pub(crate) fn change(&self, subject: SubjectId, random: &SeededRandom) {
        let period_end = self.a_period_end(random);
        let kind = match random.below(12) {
            0 => Kind::NoOrganization,
            1 => Kind::NoSeat,
            _ => {
                let (seat, subscription) = statuses(random);
                Kind::Seat { seat, subscription, period_end }
            }
        };
        let now = self.now();
        let mut truth = self.truth();
        truth.events += 1;
        let event = truth.events;
        let states = &mut truth.states[subject.index()];
        let last = states.last_mut().unwrap();
        last.superseded = Some(event);
        last.until = Some(now);
        let version = last.version + 1;
        states.push(State { version, kind, superseded: None, since: now, until: None });
    }

    /// The ERP's state now.
    pub(crate) fn state(&self, subject: SubjectId) -> State {
        self.truth().states[subject.index()].last().unwrap().clone()
    }

    pub(crate) fn version(&self, subject: SubjectId) -> Option<i64> {
        let state = self.state(subject);
        matches!(state.kind, Kind::Seat { .. }).then_some(state.version)
    }

    pub(crate) fn mood(&self) -> Mood {
        self.truth().mood
    }

    pub(crate) fn erp_mood(&self, random: &SeededRandom) {
        let moods = [Mood::Well, Mood::Well, Mood::Slow, Mood::Failing, Mood::Mixed];
        self.truth().mood = moods[usize::try_from(random.below(5)).unwrap()];
    }

    pub(crate) fn cache_is(&self, down: bool) {
        let mut truth = self.truth();
        truth.down.0 = down;
        truth.last_trouble = self.clock.now();
        // A cache that was rolled back while nobody could read it can be compared with the record only from now on.
        truth.rolled_back = truth.rolled_back.map(|_| self.clock.now());
    }

    pub(crate) fn database_is(&self, down: bool) {
        let mut truth = self.truth();
        truth.down.1 = down;
        truth.last_trouble = self.clock.now();
        truth.last_record_trouble = self.clock.now();
    }

    pub(crate) fn cache_was_rolled_back(&self) {
        self.truth().rolled_back = Some(self.clock.now());
    }

    pub(crate) fn turn(&self, subject: SubjectId) -> Arc<tokio::sync::Mutex<()>> {
        self.turns[usize::try_from(subject.organization).unwrap()].clone()
    }

    pub(crate) fn begin_raise(&self, subject: SubjectId, change: Change) -> u64 {
        let mut truth = self.truth();
        truth.events += 1;
        let began = truth.events;
        truth.raises[usize::try_from(subject.organization).unwrap()].push(Raise { began, ended: None, change });
        began
    }

    pub(crate) fn end_raise(&self, subject: SubjectId, began: u64, answered: bool) {
        let mut truth = self.truth();
        truth.events += 1;
        let at = truth.events;
        if answered {
            let raises = &mut truth.raises[usize::try_from(subject.organization).unwrap()];
            if let Some(raise) = raises.iter_mut().find(|raise| raise.began == began) {
                raise.ended = Some(at);
            }
        }
    }

    pub(crate) fn begin(&self, _: SubjectId) -> Began {
        Began(self.truth().events, self.clock.now())
    }

    /// Holds a verdict against everything that is known.
    pub(crate) fn judge(&self, subject: SubjectId, began: &Began, verdict: &Verdict, now: Timestamp, timeout: u64) {
        let mut truth = self.truth();
        if let Some(at) = truth.rolled_back {
            let unnoticed = began.1.millis_since(at) < UNNOTICED
                || truth.down != (false, false)
                || began.1.millis_since(truth.last_record_trouble) < UNNOTICED_BLIND;
            if unnoticed {
                return;
            }
            truth.rolled_back = None;
        }
        let raises = &truth.raises[usize::try_from(subject.organization).unwrap()];
        // The last raise that had been answered when the check began: what was superseded before it began is gone.
        let barrier = raises
            .iter()
            .filter(|raise| raise.ended.is_some_and(|ended| ended <= began.0))
            .map(|raise| raise.began)
            .max()
            .unwrap_or(0);
        let not_gone = |state: &&State| state.superseded.is_none_or(|at| at > barrier);
        // It was the ERP's word at some moment while the ERP was being asked.
        let asked_from = Timestamp::from_millis(verdict.as_of.as_millis() - i64::try_from(timeout).unwrap());
        let said = |state: &&State| state.since <= verdict.as_of && state.until.is_none_or(|until| until >= asked_from);
        let mut candidates = truth.states[subject.index()].iter().filter(not_gone).filter(said);
        let (payments, active) = Self::in_question(raises, began);
        // With a store down nobody knows what payment events said: the ERP's word is used, and not kept.
        let recently = now.millis_since(truth.last_trouble) <= i64::try_from(4 * timeout).unwrap();
        let trouble = verdict.source == Source::Erp && (truth.down != (false, false) || recently);
        let explained = candidates.any(|state| Self::explains(state, verdict, now, (&payments, &active), trouble));
        assert!(
            explained,
            "nothing explains {verdict:?}\nof {subject:?} at {now:?}: barrier {barrier}, began {}, trouble {trouble},\n\
             states {:#?}\nraises {:#?}",
            began.0,
            truth.states[subject.index()].iter().filter(not_gone).collect::<Vec<_>>(),
            raises.iter().filter(|raise| raise.ended.is_none_or(|ended| ended + 100 > began.0)).collect::<Vec<_>>(),
        );
    }

    /// What may count of what payments said, and whether the tenant may be active: by the last raise about it that was
    /// answered before the check began, and by those that were not.
    fn in_question(raises: &[Raise], began: &Began) -> (Vec<Option<Payment>>, Vec<bool>) {
        let settled = |raise: &&Raise| raise.ended.is_some_and(|ended| ended <= began.0);
        let payment = |raise: &Raise| match &raise.change {
            Change::Payment(payment) => Some(Some(payment.clone())),
            Change::Dropped => Some(None),
            Change::Facts | Change::Active(_) => None,
        };
        let active = |raise: &Raise| if let Change::Active(active) = raise.change { Some(active) } else { None };
        let mut in_order: Vec<_> = raises.iter().filter(settled).collect();
        in_order.sort_by_key(|raise| raise.ended);
        let open = || raises.iter().filter(|raise| !settled(raise));
        let last_payment = in_order.iter().rev().find_map(|raise| payment(raise)).flatten();
        let last_active = in_order.iter().rev().find_map(|raise| active(raise)).unwrap_or(true);
        (
            [last_payment].into_iter().chain(open().filter_map(payment)).collect(),
            [last_active].into_iter().chain(open().filter_map(active)).collect(),
        )
    }

    fn explains(
        state: &State,
        verdict: &Verdict,
        now: Timestamp,
        (payments, active): (&[Option<Payment>], &[bool]),
        trouble: bool,
    ) -> bool {
        match (&state.kind, &verdict.seat) {
            (Kind::NoOrganization, None) => verdict.access.reason == Reason::OrganizationNotFound,
            (Kind::NoSeat, None) => verdict.access.reason == Reason::SeatNotFound,
            (Kind::Seat { seat, subscription, period_end }, Some(said)) if said.version == state.version => {
                let none = trouble.then_some(None);
                let is_shut_out = !verdict.access.has_access
                    && verdict.access.reason == Reason::SubscriptionSuspended
                    && said.subscription_status == SubscriptionStatus::Suspended;
                if active.contains(&false) && is_shut_out {
                    return true;
                }
                active.contains(&true)
                    && payments.iter().cloned().chain(none).any(|change| {
                        let status = change.as_ref().map_or(*subscription, |change| change.status);
                        let end = change.as_ref().and_then(|change| change.period_end).unwrap_or(*period_end);
                        said.subscription_status == status
                            && said.expires_at == Some(end)
                            && verdict.access.has_access == grants(*seat, status, end, now)
                    })
            }
            _ => false,
        }
    }
}

/// The rule once more, written down from its description.
fn grants(seat: SeatStatus, subscription: SubscriptionStatus, end: Timestamp, now: Timestamp) -> bool {
    use SubscriptionStatus as Sub;
    let grace = Duration::from_hours(72);
    seat == SeatStatus::Active
        && match subscription {
            Sub::Active | Sub::Trialing | Sub::Cancelled => now < end,
            Sub::PastDue => now < end.plus(grace),
            Sub::Suspended | Sub::Expired => false,
        }
}

//! The ERP dies twice under load: first it hangs, later it closes each connection. Known seats go on as before, and what is
//! not known is refused at once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use anyhow::bail;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::Run;
use crate::connection::{Bodies, Connection, request};
use crate::edge::{Caller, Edge};
use crate::mortal_erp::{Health, MortalErp};
use crate::report::{Row, millis, say};
use crate::scenarios::{step, times, told_length};
use crate::setting::Setting;

pub const NAME: &str = "dead-erp";

const TENANTS: usize = 4;

/// Unknown users a second: each asks the ERP.
const UNKNOWN: f64 = 20.0;

/// The part of saturation at which known seats are checked.
const PART: f64 = 0.5;

/// How long its return is waited for.
const GIVE_UP: Duration = Duration::from_secs(30);

struct Dying {
    setting: Setting,
    erp: MortalErp,
    unknown: Caller,
    users: Rc<Cell<u64>>,
    rate: f64,
}

/// What one death showed.
struct Death {
    p99: Duration,
    not_served: u64,
    opened_after: Duration,
    failures: u64,
    back_after: Duration,
}

impl Dying {
    fn unknown_users(&self) -> Bodies {
        let (caller, users) = (self.unknown.clone(), self.users.clone());
        Rc::new(RefCell::new(move || {
            users.set(users.get() + 1);
            caller.check(&format!("new{}", users.get()))
        }))
    }

    /// Loads it for so long; the 99th percentile of known seats, and how many were not served.
    async fn load(&self, name: &'static str, during: Duration) -> (Duration, u64) {
        let known = self.setting.load(0..TENANTS, self.rate, during, 256);
        let unknown = self.setting.load_with(&self.unknown.key, &self.unknown_users(), UNKNOWN, during, 256);
        let seen = {
            let _progress = self.setting.progress(&[(name, &known), ("unknown users", &unknown)], during);
            known.end().await
        };
        unknown.end().await;
        (seen.p99(), seen.ended() - seen.served)
    }

    /// How long it takes until the breaker opens, and how many calls have failed by then.
    async fn opening(&self) -> anyhow::Result<(Duration, u64)> {
        let mut connection = Connection::new(self.setting.edge.server.address());
        let started = Instant::now();
        while started.elapsed() < GIVE_UP {
            if self.setting.edge.breaker(&mut connection, self.erp.address()).await? != "closed" {
                return Ok((started.elapsed(), self.erp.failed()));
            }
            sleep(Duration::from_millis(10)).await;
        }
        bail!("the breaker does not open")
    }

    /// How long it takes until a user whom nobody knows is told what the ERP says.
    async fn recovery(&self) -> anyhow::Result<Duration> {
        let mut connection = Connection::new(self.setting.edge.server.address());
        let (bodies, started) = (self.unknown_users(), Instant::now());
        while started.elapsed() < GIVE_UP {
            let body = (bodies.borrow_mut())();
            if connection.ask(&request("POST", "/verify-seat", &self.unknown.key, &body)).await?.0 == 200 {
                return Ok(started.elapsed());
            }
            sleep(Duration::from_millis(10)).await;
        }
        bail!("it does not come back")
    }

    async fn die(&self, how: Health, name: &'static str, during: Duration) -> anyhow::Result<Death> {
        self.erp.set(how);
        let (opening, (p99, not_served)) = tokio::join!(self.opening(), self.load(name, during));
        let (opened_after, failures) = opening?;
        self.erp.set(Health::Well);
        let (back, _) = tokio::join!(self.recovery(), self.load("the ERP is back", Duration::from_secs(5)));
        let back_after = back?;
        say(&format!(
            "  opened after {} and {failures} failures, back after {}",
            millis(opened_after),
            millis(back_after)
        ));
        Ok(Death { p99, not_served, opened_after, failures, back_after })
    }
}

pub async fn measure(run: &Run) -> anyhow::Result<Vec<Row>> {
    let length = run.length(600);
    let (tell, address) = watch::channel(None);
    let erp = MortalErp::start(address).await?;
    let edge = Edge::start(&run.place, |own| {
        tell.send_replace(Some(own));
        erp.address()
    });
    let setting = Setting::new(edge.await?, TENANTS).await?;
    let unknown = setting.edge.tenant("unknown", true).await?;
    let rate = setting.saturation(step(length.0)).await * PART;
    let dying = Dying { setting, erp, unknown, users: Rc::default(), rate };
    let normal = (length.0 / 5).clamp(Duration::from_secs(3), Duration::from_secs(60));
    let (without, not_served_before) = dying.load("the ERP is well", normal).await;
    let hung = dying.die(Health::Hanging, "the ERP hangs", length.0).await?;
    // It is known again what was unknown, and refreshed.
    dying.load("the ERP is well", normal / 2).await;
    let gone = dying.die(Health::Gone, "the ERP is gone", normal).await?;
    let mut rows = vec![
        Row::told(NAME, "length", format!("hangs {}, gone {:.0} s", told_length(length), normal.as_secs_f64())),
        Row::told(NAME, "load", format!("{rate:.0}/s known, {UNKNOWN:.0}/s unknown users")),
        Row::told(
            NAME,
            "the ERP well",
            format!("p99 of known seats {}, {not_served_before} not served", millis(without)),
        ),
    ];
    for (how, death) in [("hanging", &hung), ("gone", &gone)] {
        let ratio = times(death.p99, without);
        let p99 = format!("{ratio:.2} × ({})", millis(death.p99));
        rows.push(Row::judged(NAME, &format!("{how}: p99 of known seats"), "within 1.5 ×", p99, ratio <= 1.5));
        let not_served = death.not_served;
        rows.push(Row::judged(
            NAME,
            &format!("{how}: known seats not served"),
            "0",
            not_served.to_string(),
            not_served == 0,
        ));
        let failures = format!("{} failures, {}", death.failures, millis(death.opened_after));
        rows.push(Row::judged(
            NAME,
            &format!("{how}: breaker opens"),
            "within 20 failures",
            failures,
            death.failures <= 20,
        ));
        let back = death.back_after;
        rows.push(Row::judged(
            NAME,
            &format!("{how}: recovers"),
            "within 2 s",
            millis(back),
            back <= Duration::from_secs(2),
        ));
    }
    Ok(rows)
}

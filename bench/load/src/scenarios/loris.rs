//! Clients that send their requests a byte at a time, and clients that open connections and send nothing.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Run;
use crate::edge::Edge;
use crate::report::{Row, millis, say};
use crate::scenarios::{step, times, told_length};
use crate::setting::Setting;

pub const NAME: &str = "loris";

const SLOW: usize = 500;
const IDLE: usize = 2000;
const TENANTS: usize = 4;

/// The part of saturation that the normal clients send.
const PART: f64 = 0.3;

/// How often a slow client sends something.
const DRIP: Duration = Duration::from_secs(1);

/// What they begin with: a head that goes on, and a body that does.
const BEGINNINGS: [&str; 2] = [
    "POST /verify-seat HTTP/1.1\r\nhost: edge\r\n",
    "POST /verify-seat HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{",
];
const DRIPS: [&str; 2] = ["x-slow: 1\r\n", " "];

#[derive(Default)]
struct Counts {
    open: Cell<usize>,
    closed: Cell<u64>,
}

impl Counts {
    fn opened(&self) {
        self.open.set(self.open.get() + 1);
    }

    fn closed(&self) {
        self.open.set(self.open.get().saturating_sub(1));
        self.closed.set(self.closed.get() + 1);
    }
}

/// Holds a connection open that sends `beginning` and then `drip` now and then, and opens another when it is closed.
async fn hold(address: SocketAddr, beginning: &'static str, drip: &'static str, counts: Rc<Counts>) {
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            sleep(DRIP).await;
            continue;
        };
        counts.opened();
        let mut is_open = stream.write_all(beginning.as_bytes()).await.is_ok();
        while is_open {
            // Whatever it is told is the end.
            is_open = timeout(DRIP, stream.read_u8()).await.is_err();
            is_open = is_open && stream.write_all(drip.as_bytes()).await.is_ok();
        }
        counts.closed();
    }
}

pub async fn measure(run: &Run) -> anyhow::Result<Vec<Row>> {
    let length = run.length(60);
    let setting = Setting::new(Edge::start(&run.place, |erp| erp).await?, TENANTS).await?;
    let rate = setting.saturation(step(length.0)).await * PART;
    setting.rest().await;
    let without = setting.baseline(0..TENANTS, rate, length.0).await;
    let address = setting.edge.server.address();
    let (slow, idle) = (Rc::new(Counts::default()), Rc::new(Counts::default()));
    // They end with this.
    let mut clients = JoinSet::new();
    for number in 0..SLOW + IDLE {
        if number < SLOW {
            let (beginning, drip) = if number % 2 == 0 { (BEGINNINGS[0], DRIPS[0]) } else { (BEGINNINGS[1], DRIPS[1]) };
            clients.spawn_local(hold(address, beginning, drip, slow.clone()));
        } else {
            clients.spawn_local(hold(address, "", "", idle.clone()));
        }
        if number % 20 == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    }
    setting.rest().await;
    say(&format!("  {} slow connections and {} idle ones are open", slow.open.get(), idle.open.get()));
    let flow = setting.load(0..TENANTS, rate, length.0, 256);
    let seen = {
        let _progress = setting.progress(&[("with", &flow)], length.0);
        flow.end().await
    };
    let ratio = times(seen.p99(), without.p99());
    let not_served = (seen.ended() - seen.served).saturating_sub(without.ended() - without.served);
    let held = format!("{} slow, {} idle", slow.open.get(), idle.open.get());
    let closed = format!("{} slow, {} idle", slow.closed.get(), idle.closed.get());
    Ok(vec![
        Row::told(NAME, "length", told_length(length)),
        Row::told(NAME, "connections open at the end", held),
        Row::told(NAME, "connections that the edge closed", closed),
        Row::told(NAME, "p99 of normal clients, without", millis(without.p99())),
        Row::judged(
            NAME,
            "p99 of normal clients, with",
            "within 2 ×",
            format!("{ratio:.2} × ({})", millis(seen.p99())),
            ratio <= 2.0,
        ),
        Row::judged(NAME, "normal requests not served", "as without", not_served.to_string(), not_served == 0),
    ])
}

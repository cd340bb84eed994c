//! An ERP that dies and comes back: what stands between the edge and the stand-in, and counts the calls that nobody answers.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the ERP is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answers.
    Well,
    /// It takes connections and requests, and says nothing.
    Hanging,
    /// It closes each connection.
    Gone,
}

/// The ERP as the edge sees it.
pub struct MortalErp {
    address: SocketAddr,
    health: watch::Sender<Health>,
    failed: Rc<Cell<u64>>,
}

impl MortalErp {
    /// In front of the stand-in whose address `erp` will tell.
    pub async fn start(erp: watch::Receiver<Option<SocketAddr>>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (health, seen) = watch::channel(Health::Well);
        let failed = Rc::new(Cell::new(0));
        let counted = failed.clone();
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let erp = *erp.borrow();
                tokio::task::spawn_local(attend(stream, erp, seen.clone(), counted.clone()));
            }
        });
        Ok(Self { address, health, failed })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it is so.
    pub fn set(&self, health: Health) {
        self.health.send_replace(health);
        self.failed.set(0);
    }

    /// Calls that failed since it last changed: that it closed, or that their callers gave up.
    pub fn failed(&self) -> u64 {
        self.failed.get()
    }
}

async fn attend(
    mut stream: TcpStream,
    erp: Option<SocketAddr>,
    mut health: watch::Receiver<Health>,
    failed: Rc<Cell<u64>>,
) {
    let fail = || failed.set(failed.get() + 1);
    let Some(erp) = erp else { return };
    let mut onward = None;
    let mut request = vec![0; 16 * 1024];
    loop {
        let now = *health.borrow_and_update();
        match now {
            Health::Well => {
                if onward.is_none() {
                    let Ok(connected) = TcpStream::connect(erp).await else { return };
                    let _ = (connected.set_nodelay(true), stream.set_nodelay(true));
                    onward = Some(connected);
                }
                let Some(onward) = &mut onward else { return };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut stream, onward) => return,
                    _ = health.changed() => {}
                }
            }
            Health::Hanging => {
                let mut is_asked = false;
                loop {
                    tokio::select! {
                        read = stream.read(&mut request) => match read {
                            Ok(len) if len > 0 => is_asked = true,
                            _ => {
                                if is_asked {
                                    fail();
                                }
                                return;
                            }
                        },
                        // What it never answered it does not answer now.
                        _ = health.changed() => return,
                    }
                }
            }
            Health::Gone => {
                // One that was open before carried no call, or one that is made again on a new connection.
                if onward.is_none() {
                    fail();
                }
                return;
            }
        }
    }
}

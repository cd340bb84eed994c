//! A wire to a server, which can be made to hold everything back, as it looks where a server is frozen or its network
//! drops what is sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A wire: whoever connects to it is connected to the server.
pub struct Wire {
    /// Where it is.
    pub address: SocketAddr,
    holds_back: watch::Sender<bool>,
    server: Arc<Mutex<String>>,
}

impl Wire {
    /// A wire to `server`, `host:port`.
    pub async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (holds_back, frozen) = watch::channel(false);
        let server = Arc::new(Mutex::new(server));
        let target = server.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, frozen) = (target.lock().unwrap().clone(), frozen.clone());
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else { return };
                    let (client, server) = (client.into_split(), server.into_split());
                    tokio::join!(forward(client.0, server.1, frozen.clone()), forward(server.0, client.1, frozen));
                });
            }
        });
        Self { address, holds_back, server }
    }

    /// Leads whoever connects from now on to another server. Who is connected stays with the old one.
    pub fn lead_to(&self, server: String) {
        *self.server.lock().unwrap() = server;
    }

    /// Holds everything back from now on, or lets it through again.
    pub fn freeze(&self, frozen: bool) {
        self.holds_back.send_replace(frozen);
    }
}

async fn forward(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut frozen: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if frozen.wait_for(|frozen| !*frozen).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

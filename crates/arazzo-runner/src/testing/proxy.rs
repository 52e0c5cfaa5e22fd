//! A proxy for tests: it tunnels `CONNECT` requests to where they want to go and keeps their heads.
//!
//! For plain `http` URLs a [`Server`](super::Server) is proxy enough: it answers whatever URL it is asked for.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{lock, split_head};

/// The longest head that is read, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// A proxy on the loopback interface.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts a proxy that connects everybody to `target`, whatever name they ask for, or answers with `refusal`, a
    /// status line.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn start(target: SocketAddr, refusal: Option<&'static str>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heads);
        // The thread ends with the process: it has nothing to lose.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || tunnel(stream, target, refusal, &kept));
            }
        });
        Ok(Self { address, heads })
    }

    /// Host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of the requests that came, in order.
    pub fn heads(&self) -> Vec<String> {
        lock(&self.heads).clone()
    }
}

fn tunnel(
    mut client: TcpStream,
    target: SocketAddr,
    refusal: Option<&str>,
    heads: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    while split_head(&bytes).is_none() && bytes.len() < MAX_HEAD {
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        bytes.extend(buffer.iter().take(count));
    }
    let Some((head, _)) = split_head(&bytes) else { return Ok(()) };
    lock(heads).push(String::from_utf8_lossy(head).into_owned());
    if let Some(status) = refusal {
        return client.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes());
    }
    let mut server = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        // Whichever side goes away ends both.
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let _ = io::copy(&mut server, &mut client);
    client.shutdown(Shutdown::Both)
}

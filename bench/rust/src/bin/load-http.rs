//! Requests over HTTP/1.1, as clients of an Envoy send them. Open loop: at random times of a given rate, whether or not the
//! ones before are answered; a time counts from the instant at which the request was due, so that a server that stalls cannot
//! hide it. Closed loop (rate 0): each connection sends its next request when it has its answer.
//! usage: load-http HOST:PORT PATH KEYS-FILE CONNECTIONS RATE SECONDS SEED

use latchkey_bench::{Keys, Random, Tally};
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

struct Connection {
    stream: TcpStream,
    due: Option<Instant>,
    read: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Connection { stream, due: None, read: Vec::with_capacity(4096) })
    }

    fn send(&mut self, path: &str, key: &[u8], due: Instant) -> std::io::Result<()> {
        let mut request = Vec::with_capacity(512);
        write!(request, "GET {path} HTTP/1.1\r\nhost: api.example.com\r\nuser-agent: latchkey-bench/1\r\naccept: */*\r\naccept-encoding: gzip\r\nx-client: bench\r\ncontent-type: application/json\r\nauthorization: Bearer ")?;
        request.extend_from_slice(key);
        request.extend_from_slice(b"\r\n\r\n");
        self.due = Some(due);
        self.read.clear();
        // One small request on an idle connection always fits into the socket's buffer.
        self.stream.write_all(&request)
    }

    /// Returns the status once the whole answer is there.
    fn receive(&mut self) -> std::io::Result<Option<u16>> {
        let mut buffer = [0u8; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(n) => self.read.extend_from_slice(&buffer[..n]),
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        let Some(head) = self.read.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
        let text = String::from_utf8_lossy(&self.read[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |l| l.parse().unwrap_or(0));
        if self.read.len() < head + 4 + length {
            return Ok(None);
        }
        Ok(Some(text.get(9..12).and_then(|s| s.parse().ok()).unwrap_or(0)))
    }
}

/// Waits for answers, at most until `until`, to the nanosecond.
struct Poll(i32);

impl Poll {
    fn new(connections: &[Connection]) -> Poll {
        let poll = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        for (i, connection) in connections.iter().enumerate() {
            let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: i as u64 };
            unsafe { libc::epoll_ctl(poll, libc::EPOLL_CTL_ADD, connection.stream.as_raw_fd(), &mut event) };
        }
        Poll(poll)
    }

    fn wait(&self, until: Instant, ready: &mut Vec<usize>) {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = libc::timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 64];
        let n = unsafe { libc::syscall(libc::SYS_epoll_pwait2, self.0, events.as_mut_ptr(), 64, &timeout, std::ptr::null::<libc::sigset_t>(), 8) };
        ready.clear();
        ready.extend(events.iter().take(n.max(0) as usize).map(|e| e.u64 as usize));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, path, file, connections, rate, seconds, seed] = args.as_slice() else {
        return Err("usage: load-http HOST:PORT PATH KEYS-FILE CONNECTIONS RATE SECONDS SEED".into());
    };
    // Woken when asked to be, not up to 50 microseconds later.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1) };
    let rate: f64 = rate.parse()?;
    let mut keys = Keys::read(file)?;
    let mut random = Random(seed.parse()?);
    let mut connections: Vec<Connection> =
        (0..connections.parse()?).map(|_| Connection::open(address)).collect::<Result<_, _>>()?;
    let poll = Poll::new(&connections);
    let mut free: Vec<usize> = (0..connections.len()).collect();
    let mut waiting: VecDeque<Instant> = VecDeque::new();
    let mut tally = Tally::default();
    let mut ready = Vec::new();
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(seconds.parse()?);
    let mut due = start;
    loop {
        let now = Instant::now();
        if rate > 0.0 {
            while due <= now && due < end {
                waiting.push_back(due);
                due += Duration::from_nanos(random.gap(rate));
            }
        } else if now < end {
            waiting.resize(free.len(), now);
        }
        while let (Some(due), true) = (waiting.front().copied(), !free.is_empty()) {
            waiting.pop_front();
            let i = free.pop().unwrap_or_default();
            connections[i].send(path, keys.next(), due)?;
        }
        if now >= end && waiting.is_empty() && free.len() == connections.len() {
            break;
        }
        if now >= end + Duration::from_secs(30) {
            return Err("answers are missing 30 s after the end".into());
        }
        let next = if rate > 0.0 && due < end { due } else { now + Duration::from_millis(100) };
        poll.wait(next, &mut ready);
        for &i in &ready {
            let Some(due) = connections[i].due else { return Err("an answer to no request".into()) };
            match connections[i].receive() {
                Ok(Some(status)) => tally.answered(status, due.elapsed().as_nanos() as u64),
                Ok(None) => continue,
                Err(_) => {
                    return Err("a connection was closed".into());
                }
            }
            connections[i].due = None;
            free.push(i);
        }
    }
    tally.print(start.elapsed().as_secs_f64());
    Ok(())
}

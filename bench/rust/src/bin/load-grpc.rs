//! Checks over gRPC, as an Envoy sends them: on each connection so many are always under way. Each answer is decoded, since a
//! denial looks like any other answer to HTTP.
//! usage: load-grpc HOST:PORT|unix:PATH PATH KEYS-FILE CONNECTIONS IN-FLIGHT CHECKS [FILE-FOR-AN-ANSWER]

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use latchkey_bench::{check, Keys, Tally};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};

type Failure = Box<dyn std::error::Error>;

/// The checks that are still to be sent.
struct Work {
    template: Vec<u8>,
    key_at: usize,
    keys: RefCell<Keys>,
    left: Cell<u64>,
    tally: RefCell<Tally>,
    /// Where the message of an answer is to be written.
    answer_file: Option<String>,
}

impl Work {
    fn next(&self) -> Option<Bytes> {
        self.left.set(self.left.get().checked_sub(1)?);
        let mut keys = self.keys.borrow_mut();
        let key = keys.next();
        let mut body = BytesMut::with_capacity(5 + self.template.len());
        body.put_u8(0);
        body.put_u32(self.template.len() as u32);
        body.put_slice(&self.template[..self.key_at]);
        body.put_slice(key);
        body.put_slice(&self.template[self.key_at + key.len()..]);
        Some(body.freeze())
    }
}

async fn stream(send: SendRequest<Bytes>, uri: http::Uri, work: Rc<Work>) -> Result<(), String> {
    while let Some(body) = work.next() {
        let began = Instant::now();
        let mut send = send.clone().ready().await.map_err(|e| e.to_string())?;
        let request = http::Request::post(uri.clone())
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("grpc-timeout", "5S")
            .body(())
            .map_err(|e| e.to_string())?;
        let (answer, mut out) = send.send_request(request, false).map_err(|e| e.to_string())?;
        out.send_data(body, true).map_err(|e| e.to_string())?;
        let mut body = answer.await.map_err(|e| e.to_string())?.into_body();
        let mut message = Vec::with_capacity(512);
        while let Some(data) = body.data().await {
            let data = data.map_err(|e| e.to_string())?;
            let _ = body.flow_control().release_capacity(data.len());
            message.extend_from_slice(&data);
        }
        let trailers = body.trailers().await.map_err(|e| e.to_string())?;
        let grpc = trailers.as_ref().and_then(|t| t.get("grpc-status")).map_or("none", |v| v.to_str().unwrap_or("?"));
        let status = if grpc == "0" { status(&message) } else { 500 };
        if let Some(file) = &work.answer_file {
            std::fs::write(file, message.get(5..).unwrap_or_default()).map_err(|e| format!("{file}: {e}"))?;
        }
        work.tally.borrow_mut().answered(status, began.elapsed().as_nanos() as u64);
    }
    Ok(())
}

/// Reads a CheckResponse as far as needed: `google.rpc.Status status = 1` is empty for an allow.
fn status(message: &[u8]) -> u16 {
    match message.get(5..) {
        Some([] | [0x0a, 0, ..]) => 200,
        Some([0x0a, _, 0x08, code, ..]) if *code != 0 => if *code == 14 { 503 } else { 403 },
        Some([tag, ..]) if *tag != 0x0a => 200,
        _ => 500,
    }
}

async fn connect<T: AsyncRead + AsyncWrite + Unpin + 'static>(io: T) -> Result<SendRequest<Bytes>, Failure> {
    let (send, connection) = h2::client::Builder::new()
        .initial_window_size(1 << 20)
        .initial_connection_window_size(1 << 24)
        .handshake::<_, Bytes>(io)
        .await?;
    tokio::task::spawn_local(async move { connection.await.ok() });
    Ok(send)
}

async fn run(args: &[String]) -> Result<(), Failure> {
    let ([address, path, keys, connections, in_flight, checks], answer_file) = (match args {
        [most @ .., file] if args.len() == 7 => (most, Some(file)),
        all => (all, None),
    }) else {
        return Err("usage: load-grpc HOST:PORT|unix:PATH PATH KEYS-FILE CONNECTIONS IN-FLIGHT CHECKS [FILE-FOR-AN-ANSWER]".into());
    };
    let keys = Keys::read(keys)?;
    let (template, key_at) = check(path, keys.length());
    let work = Rc::new(Work {
        template,
        key_at,
        keys: RefCell::new(keys),
        left: Cell::new(checks.parse()?),
        tally: RefCell::default(),
        answer_file: answer_file.cloned(),
    });
    let uri: http::Uri = "http://bench/envoy.service.auth.v3.Authorization/Check".parse()?;
    let start = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..connections.parse()? {
        let send = match address.strip_prefix("unix:") {
            Some(path) => connect(tokio::net::UnixStream::connect(path).await?).await?,
            None => {
                let io = tokio::net::TcpStream::connect(address).await?;
                io.set_nodelay(true)?;
                connect(io).await?
            }
        };
        for _ in 0..in_flight.parse()? {
            tasks.push(tokio::task::spawn_local(stream(send.clone(), uri.clone(), work.clone())));
        }
    }
    for task in tasks {
        task.await??;
    }
    work.tally.take().print(start.elapsed().as_secs_f64());
    Ok(())
}

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run(&args))
}

//! An ext_authz server that allows everything and looks at nothing: what a check costs where nothing is decided.
//! With a file, its answer is the CheckResponse in there: what a longer answer costs Envoy.
//! usage: noop HOST:PORT THREADS [FILE]

use envoy_types::ext_authz::v3::pb::{Authorization, AuthorizationServer, CheckRequest, CheckResponse};
use envoy_types::ext_authz::v3::CheckResponseExt;
use prost::Message;
use tonic::{transport::Server, Request, Response, Status};

struct Noop {
    answer: CheckResponse,
}

#[tonic::async_trait]
impl Authorization for Noop {
    async fn check(&self, _: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        Ok(Response::new(self.answer.clone()))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let address = args.next().ok_or("HOST:PORT is missing")?.parse()?;
    let threads: usize = args.next().ok_or("THREADS is missing")?.parse()?;
    let answer = match args.next() {
        Some(file) => CheckResponse::decode(std::fs::read(file)?.as_slice())?,
        None => CheckResponse::with_status(Status::ok("")),
    };
    let runtime = if threads == 1 {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?
    } else {
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?
    };
    runtime.block_on(Server::builder().add_service(AuthorizationServer::new(Noop { answer })).serve(address))?;
    Ok(())
}

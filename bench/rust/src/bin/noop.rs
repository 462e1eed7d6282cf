//! An ext_authz server that allows everything and looks at nothing: what a check costs where nothing is decided.
//! usage: noop HOST:PORT THREADS

use envoy_types::ext_authz::v3::pb::{Authorization, AuthorizationServer, CheckRequest, CheckResponse};
use envoy_types::ext_authz::v3::CheckResponseExt;
use tonic::{transport::Server, Request, Response, Status};

struct Noop;

#[tonic::async_trait]
impl Authorization for Noop {
    async fn check(&self, _: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        Ok(Response::new(CheckResponse::with_status(Status::ok(""))))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let address = args.next().ok_or("HOST:PORT is missing")?.parse()?;
    let threads: usize = args.next().ok_or("THREADS is missing")?.parse()?;
    let runtime = if threads == 1 {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?
    } else {
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?
    };
    runtime.block_on(Server::builder().add_service(AuthorizationServer::new(Noop)).serve(address))?;
    Ok(())
}

//! Stands in front of an API server, notes every request, and misbehaves where it is told to.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use http_body_util::BodyExt as _;
use http_body_util::Full;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::Request;
use hyper::Response;
use hyper::body::Bytes;
use hyper::body::Frame;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;

use super::certificates::Identity;
use super::certificates::Valid;
use super::cluster::Cluster;
use super::kubeconfig::Address;
use super::requests::Asked;
use super::tls;

/// A server that runs as long as this value. Who asks is known by the token, which goes on to the API server; client
/// certificates end here.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    authority: String,
    state: Arc<State>,
    runtime: Option<Runtime>,
}

/// What is done with a request in place of passing it on.
pub(crate) enum Fault {
    /// Answers at once, as the API server does when it refuses.
    Refuse { status: u16, reason: &'static str, retry_after: Option<u64> },
    /// Answers 200 with a body that is not what it should be.
    Garbage(&'static str),
    /// Answers with that status and a page for people, as what stands before a server does.
    Page(u16, &'static str),
    /// Never answers.
    Silence,
    /// Closes the connection without an answer.
    HangUp,
    /// Passes on that many bytes of the answer's body, and then nothing more; the connection stays.
    StallAfter(usize),
    /// Passes on that many bytes of the answer's body, and then closes the connection.
    CutAfter(usize),
    /// Passes on, but late.
    Late(Duration),
    /// Does something else first, then passes on.
    First(Box<dyn Fn() + Send + Sync>),
}

impl Fault {
    /// The server asks to come back after so many seconds.
    pub(crate) fn throttled(seconds: u64) -> Self {
        Self::Refuse { status: 429, reason: "TooManyRequests", retry_after: Some(seconds) }
    }

    /// What a `continue` gets that is too old.
    pub(crate) fn expired() -> Self {
        Self::Refuse { status: 410, reason: "Expired", retry_after: None }
    }
}

/// Which requests a fault befalls, and how often.
struct Order {
    when: Box<dyn Fn(&Asked) -> bool + Send>,
    /// So many that it would befall are spared first.
    skip: usize,
    times: usize,
    fault: Arc<Fault>,
}

struct State {
    acceptor: TlsAcceptor,
    client: Arc<ClientConfig>,
    upstream: u16,
    orders: Mutex<Vec<Order>>,
    asked: Mutex<Vec<Asked>>,
    denied: Mutex<Vec<String>>,
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("State").finish_non_exhaustive()
    }
}

type Body = UnsyncBoxBody<Bytes, io::Error>;

impl Proxy {
    pub(crate) fn start(cluster: &Cluster) -> Self {
        Self::with(cluster, &cluster.lab().authority.server(Valid::Now))
    }

    /// Shows a certificate that may not be a good one.
    pub(crate) fn with(cluster: &Cluster, identity: &Identity) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let authority = cluster.lab().authority.pem();
        let state = Arc::new(State {
            acceptor: TlsAcceptor::from(tls::server(identity)),
            client: tls::client(&authority),
            upstream: cluster.port(),
            orders: Mutex::default(),
            asked: Mutex::default(),
            denied: Mutex::default(),
        });
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(listen(listener, Arc::clone(&state)));
        Self { port, authority, state, runtime: Some(runtime) }
    }

    pub(crate) fn address(&self) -> Address {
        Address { url: format!("https://127.0.0.1:{}", self.port), authority: self.authority.clone() }
    }

    /// What the API server refused for want of rights.
    pub(crate) fn denied(&self) -> Vec<String> {
        self.state.denied.lock().unwrap().clone()
    }

    /// Misbehaves on every request that is like that.
    pub(crate) fn on(&self, when: impl Fn(&Asked) -> bool + Send + 'static, fault: Fault) {
        self.on_some(when, 0, usize::MAX, fault);
    }

    /// Misbehaves on `times` of the requests that are like that, after it has spared `skip` of them.
    pub(crate) fn on_some(
        &self,
        when: impl Fn(&Asked) -> bool + Send + 'static,
        skip: usize,
        times: usize,
        fault: Fault,
    ) {
        let order = Order { when: Box::new(when), skip, times, fault: Arc::new(fault) };
        self.state.orders.lock().unwrap().push(order);
    }

    /// All requests so far, in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn listen(listener: TcpListener, state: Arc<State>) {
    while let Ok((socket, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            // Who does not like the certificate hangs up here.
            let Ok(stream) = state.acceptor.accept(socket).await else { return };
            let service = service_fn(move |request| {
                let state = Arc::clone(&state);
                async move { answer(&state, request).await }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An error closes the connection.
async fn answer(state: &State, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let asked = Asked::new(&head, &body);
    let fault = state.fault(&asked);
    state.asked.lock().unwrap().push(asked);
    let request = Request::from_parts(head, Full::new(body));
    match fault.as_deref() {
        None => pass(state, request).await,
        Some(Fault::Refuse { status, reason, retry_after }) => Ok(refuse(*status, reason, *retry_after)),
        Some(Fault::Garbage(text)) => Ok(whole(Response::builder().status(200), (*text).to_owned())),
        Some(Fault::Page(status, text)) => Ok(whole(Response::builder().status(*status), (*text).to_owned())),
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::HangUp) => Err(io::Error::other("hung up")),
        Some(Fault::StallAfter(bytes)) => part(pass(state, request).await?, *bytes, false).await,
        Some(Fault::CutAfter(bytes)) => part(pass(state, request).await?, *bytes, true).await,
        Some(Fault::Late(by)) => {
            tokio::time::sleep(*by).await;
            pass(state, request).await
        }
        Some(Fault::First(deed)) => {
            tokio::task::block_in_place(deed);
            pass(state, request).await
        }
    }
}

impl State {
    /// The first order that wants this request has it.
    fn fault(&self, asked: &Asked) -> Option<Arc<Fault>> {
        let mut orders = self.orders.lock().unwrap();
        for order in orders.iter_mut().filter(|order| order.times > 0) {
            if !(order.when)(asked) {
                continue;
            }
            if order.skip == 0 {
                order.times -= 1;
                return Some(Arc::clone(&order.fault));
            }
            order.skip -= 1;
        }
        None
    }
}

/// The API server's own answer, piece by piece as it comes.
async fn pass(state: &State, request: Request<Full<Bytes>>) -> io::Result<Response<Body>> {
    let socket = TcpStream::connect(("127.0.0.1", state.upstream)).await?;
    let stream = TlsConnector::from(Arc::clone(&state.client)).connect(tls::this_machine(), socket).await?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let wanted = format!("{} {}", request.method(), request.uri().path());
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    if matches!(response.status().as_u16(), 401 | 403) {
        state.denied.lock().unwrap().push(wanted);
    }
    Ok(response.map(|body| body.map_err(io::Error::other).boxed_unsync()))
}

/// The first bytes of an answer, never more than half of it. The head promises all.
async fn part(response: Response<Body>, bytes: usize, cut: bool) -> io::Result<Response<Body>> {
    let (head, body) = response.into_parts();
    let whole = body.collect().await?.to_bytes();
    let piece = whole.slice(..bytes.min(whole.len() / 2));
    Ok(Response::from_parts(head, Broken { piece: Some(piece), cut }.boxed_unsync()))
}

/// A body that begins well.
struct Broken {
    piece: Option<Bytes>,
    /// Whether the connection is closed then, or stays and says nothing.
    cut: bool,
}

impl hyper::body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let broken = self.get_mut();
        match (broken.piece.take(), broken.cut) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            (None, true) => Poll::Ready(Some(Err(io::Error::other("cut")))),
            // Nobody wakes it again.
            (None, false) => Poll::Pending,
        }
    }
}

fn refuse(status: u16, reason: &str, retry_after: Option<u64>) -> Response<Body> {
    let said = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": format!("the faulty server says {reason}"), "reason": reason, "code": status,
    });
    let mut head = Response::builder().status(status);
    if let Some(seconds) = retry_after {
        head = head.header("retry-after", seconds);
    }
    whole(head, said.to_string())
}

fn whole(head: hyper::http::response::Builder, text: String) -> Response<Body> {
    let body = Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {}).boxed_unsync();
    head.header("content-type", "application/json").body(body).unwrap()
}

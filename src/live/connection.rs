//! Sends requests to one cluster: bounded in time and number, repeated where that may help, and never beyond what was
//! asked for.

use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use http::Request;
use http::Response;
use http::StatusCode;
use http_body_util::BodyExt as _;
use kube::client::Body;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::call::Action;
use super::call::Answer;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::credentials::End;
use super::stop::Stop;
use super::transport;
use crate::text::Limit;

/// How often a request is made at most.
const ATTEMPTS: u32 = 4;

/// The first wait before asking again; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// The longest wait that a server is granted at once.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// One request, its answer included.
    pub(crate) request: Duration,
    /// All requests of the run.
    pub(crate) total: Duration,
}

/// The way to one cluster.
pub(super) struct Connection {
    client: kube::Client,
    limits: Limits,
    /// When nothing is asked any more.
    end: Instant,
    /// How many requests run at once.
    permits: Semaphore,
    stop: Arc<Stop>,
    /// When the credentials end, where they tell.
    credentials_end: Option<End>,
}

impl Connection {
    /// `together` is how many requests may run at once; `start` when the run began.
    pub(super) fn new(
        client: kube::Client,
        limits: Limits,
        start: Instant,
        together: usize,
        stop: Arc<Stop>,
        credentials_end: Option<End>,
    ) -> Self {
        let permits = Semaphore::new(together);
        Self { client, limits, end: start + limits.total, permits, stop, credentials_end }
    }

    /// Makes the request, again where that may help, and returns the whole answer.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, Refusal> {
        // Closed by nobody.
        let _permit = self.permits.acquire().await;
        let mut attempt = 1;
        loop {
            let refusal = match self.in_time(call).await {
                Ok(answer) => return Ok(answer),
                Err(refusal) => refusal,
            };
            let own = jittered(FIRST_WAIT * 2_u32.pow(attempt - 1));
            // Not before the server wants it, and not all at that moment.
            let wait = refusal.wait.map_or(own, |wait| wait + own);
            // All that is ever sent may be sent again, even if it has happened already: server-side apply of the same whole
            // object leaves what the first one left.
            let is_last = attempt == ATTEMPTS || wait > LONGEST_WAIT || Instant::now() + wait >= self.end;
            if is_last || !refusal.cause.may_pass() {
                return Err(refusal);
            }
            attempt += 1;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stop.wanted() => return Err(interrupted()),
            }
        }
    }

    async fn in_time(&self, call: &Call) -> Result<Answer, Refusal> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let message = format!("the run's time was over ({:?}); raise `--timeout`", self.limits.total);
            return Err(Refusal::new(Cause::TimedOut, message));
        }
        // The time that is left differs from run to run, and reports must not.
        let (own, told) = if left < self.limits.request {
            (left, format!("the run's time was over ({:?}); raise `--timeout`", self.limits.total))
        } else {
            let own = self.limits.request;
            (own, format!("no whole answer within {own:?}; ask again, or raise `--request-timeout`"))
        };
        tokio::select! {
            answer = tokio::time::timeout(own, self.once(call)) => {
                answer.unwrap_or_else(|_| Err(Refusal::new(Cause::TimedOut, told)))
            }
            () = self.stop.wanted() => Err(interrupted()),
        }
    }

    async fn once(&self, call: &Call) -> Result<Answer, Refusal> {
        let (content, body) = match &call.action {
            Action::Get | Action::List => (None, Vec::new()),
            Action::Review(body) => (Some("application/json"), body.clone()),
            Action::Apply(body) => (Some("application/apply-patch+yaml"), body.clone()),
        };
        let is_list = call.action == Action::List;
        let mut request = Request::builder()
            .method(call.method())
            .uri(call.target())
            .header(http::header::ACCEPT, call.accept.header(is_list));
        if let Some(content) = content {
            request = request.header(http::header::CONTENT_TYPE, content);
        }
        let request = request.body(Body::from(body)).map_err(|error| {
            Refusal::new(Cause::NotUnderstood, format!("`{}` is no address: {error}", call.path))
        })?;
        let response = self.client.send(request).await.map_err(|error| transport::refusal(&error))?;
        let status = response.status();
        if status.is_success() {
            let body = whole(response).await?;
            return Ok(Answer { body });
        }
        let wait = retry_after(&response);
        // The reason helps, and its absence does not hurt.
        let body = whole(response).await.unwrap_or_default();
        let refusal = Refusal { wait, ..refused(status, &body) };
        let ended = self.credentials_end.filter(|(end, _)| has_passed(*end));
        if let Some((_, what)) = ended.filter(|_| refusal.cause == Cause::Unauthorized) {
            let message = format!("the {what} of the context's user has expired; get a new one");
            return Err(Refusal::new(Cause::Expired, message));
        }
        Err(refusal)
    }
}

/// Whether a time has passed.
#[expect(clippy::disallowed_methods, reason = "whether a token has expired is a question of time")]
fn has_passed(time: SystemTime) -> bool {
    time <= SystemTime::now()
}

/// The whole body of an answer.
async fn whole(response: Response<Body>) -> Result<Vec<u8>, Refusal> {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| transport::broken(&error))?;
        if let Some(data) = frame.data_ref() {
            // Pages of real objects are a few megabytes.
            if bytes.len() + data.len() > Limit::InputSize.count() {
                let limit = Limit::InputSize;
                let message = format!("the answer is larger than {}; {}", limit.shown(), limit.remedy());
                return Err(Refusal::new(Cause::NotUnderstood, message));
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes)
}

/// How long the server wants to be left alone; only numbers of seconds are in use.
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let text = response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// What an answer without success means.
fn refused(status: StatusCode, body: &[u8]) -> Refusal {
    let said = said(body);
    let (cause, message) = match status.as_u16() {
        401 => (
            Cause::Unauthorized,
            "the server does not take the credentials; they may be expired or withdrawn".to_owned(),
        ),
        403 => (Cause::Forbidden, "the rights are missing; `ptd-lint live-rbac` prints them".to_owned()),
        404 => (Cause::Gone, "the server has nothing there".to_owned()),
        410 => (Cause::Truncated, "the list's place expired while it was read".to_owned()),
        429 => (Cause::Throttled, "the server wants fewer requests, and went on wanting so".to_owned()),
        500.. => (Cause::ServerError, format!("the server answers {status}")),
        _ => (Cause::NotUnderstood, format!("the server answers {status}")),
    };
    let message = if said.is_empty() { message } else { format!("{message} ({said})") };
    Refusal::new(cause, message)
}

/// What a server says of its refusal: the `message` of a `Status`, shortened. Other texts are not repeated: what answers may
/// not be an API server, and echo what it was sent.
fn said(body: &[u8]) -> String {
    const LONGEST: usize = 300;
    let status: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if status.get("kind").and_then(serde_json::Value::as_str) != Some("Status") {
        return String::new();
    }
    let message = status.get("message").and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut message: String = message.chars().take(LONGEST).collect();
    crate::document::without_url_passwords(&mut message);
    message
}

/// The run is to end.
pub(super) fn interrupted() -> Refusal {
    Refusal::new(Cause::Interrupted, "the run was interrupted before this was asked")
}

/// Between half of a wait and all of it, so that clients that were refused together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let random = std::collections::hash_map::RandomState::new().hash_one(wait);
    let part = u32::try_from(random % 1000).unwrap_or_default();
    wait / 2 + wait / 2000 * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_a_cause_of_its_own() {
        let table = [
            (401, Cause::Unauthorized),
            (403, Cause::Forbidden),
            (404, Cause::Gone),
            (410, Cause::Truncated),
            (429, Cause::Throttled),
            (500, Cause::ServerError),
            (503, Cause::ServerError),
            (406, Cause::NotUnderstood),
        ];
        for (status, cause) in table {
            assert_eq!(refused(StatusCode::from_u16(status).unwrap(), b"").cause, cause, "{status}");
        }
    }

    #[test]
    fn what_is_no_status_of_kubernetes_is_not_repeated() {
        assert_eq!(said(b"<html>Bearer hush</html>"), "");
        assert_eq!(said(br#"{"message": "hush"}"#), "");
        let long = format!(r#"{{"kind": "Status", "message": "{}"}}"#, "x".repeat(1000));
        assert_eq!(said(long.as_bytes()).len(), 300);
        assert_eq!(
            said(br#"{"kind": "Status", "message": "to https://a:hush@b"}"#),
            "to https://a:\u{2026}@b".replace('\u{2026}', crate::document::COVER)
        );
    }

    #[test]
    fn waits_differ_and_stay_near_what_was_meant() {
        let wait = Duration::from_millis(800);
        for _ in 0..100 {
            let own = jittered(wait);
            assert!(own >= wait / 2 && own <= wait, "{own:?}");
        }
    }
}

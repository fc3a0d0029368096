//! Turns what went wrong below HTTP into causes.

use std::error::Error;
use std::io::ErrorKind;

use rustls::AlertDescription;
use rustls::CertificateError;

use super::cause::Cause;
use super::cause::Refusal;

/// What it means that no answer began.
pub(super) fn refusal(error: &kube::Error) -> Refusal {
    if let kube::Error::Auth(error) = error {
        return credentials(error);
    }
    told(error, Cause::Unreachable)
}

/// What it means that an answer began and did not end.
pub(super) fn broken(error: &(dyn Error + 'static)) -> Refusal {
    let mut refusal = told(error, Cause::ConnectionLost);
    if refusal.cause == Cause::Unreachable {
        refusal.cause = Cause::ConnectionLost;
    }
    refusal
}

/// What credentials lack. What a plugin printed is not repeated: it may be a token.
pub(super) fn credentials(error: &kube::client::AuthError) -> Refusal {
    use kube::client::AuthError;
    let message = match error {
        AuthError::AuthExecStart(error) => format!("the credential plugin cannot be started: {error}"),
        AuthError::AuthExecRun { cmd, out } => {
            let cmd = cmd.split_whitespace().next().unwrap_or_default();
            format!("the credential plugin `{cmd}` failed with {}; run it by hand to see why", out.status)
        }
        AuthError::ReadTokenFile(error, path) => {
            format!("the token file {} cannot be read: {error}", path.display())
        }
        AuthError::MissingCommand => {
            "the context's user has a credential plugin without a command".to_owned()
        }
        _ => {
            "the context's user has credentials that cannot be used; `kubectl --context` says more".to_owned()
        }
    };
    Refusal::new(Cause::NotConfigured, message)
}

/// Looks through the causes of an error for one that says what it is; else it is `other`.
fn told(error: &(dyn Error + 'static), other: Cause) -> Refusal {
    let mut next = Some(error);
    let mut fallback = None;
    // Chains are short; a loop in one would hang us.
    for _ in 0..16 {
        let Some(error) = next else { break };
        if let Some(auth) = error.downcast_ref::<kube::client::AuthError>() {
            return credentials(auth);
        }
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return tls(error);
        }
        let io = error.downcast_ref::<std::io::Error>();
        fallback = io.and_then(of_kind).or(fallback);
        if error.to_string().contains("dns error") {
            let message = "the server's name is not known; check the context's `server`, and the network";
            return Refusal::new(Cause::Unreachable, message);
        }
        // What an error of the system wraps is passed over by its `source`.
        let wrapped = io.and_then(|io| io.get_ref()).map(|inner| inner as &(dyn Error + 'static));
        next = wrapped.or_else(|| error.source());
    }
    fallback.unwrap_or_else(|| {
        let message = match other {
            Cause::ConnectionLost => "the connection broke before the answer was whole",
            _ => "no connection to the server came about; check the context's `server`, proxies and the network",
        };
        Refusal::new(other, message)
    })
}

/// What an error of the system means.
fn of_kind(error: &std::io::Error) -> Option<Refusal> {
    let (cause, message) = match error.kind() {
        ErrorKind::ConnectionRefused => (Cause::Unreachable, "nobody listens at the server's address"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
            (Cause::Unreachable, "there is no way to the server's address")
        }
        ErrorKind::TimedOut => (Cause::TimedOut, "the server does not answer"),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => {
            (Cause::ConnectionLost, "the connection broke before the answer was whole")
        }
        _ => return None,
    };
    Some(Refusal::new(cause, message))
}

/// What is wrong with the certificates of either side.
fn tls(error: &rustls::Error) -> Refusal {
    let (cause, message) = match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => (Cause::Expired, "the server's certificate has expired".to_owned()),
        rustls::Error::AlertReceived(AlertDescription::CertificateExpired) => {
            (Cause::Expired, "the server says that the client's certificate has expired".to_owned())
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (Cause::Untrusted, "the server's certificate is for another name".to_owned()),
        rustls::Error::InvalidCertificate(why) => (
            Cause::Untrusted,
            format!(
                "the server's certificate is not signed by who the context trusts ({why}); check `certificate-authority`"
            ),
        ),
        rustls::Error::AlertReceived(alert) => (
            Cause::Unauthorized,
            format!("the server ends the TLS handshake ({alert:?}); check the client's certificate"),
        ),
        other => (Cause::Untrusted, format!("the TLS handshake failed: {other}")),
    };
    Refusal::new(cause, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_are_told_apart() {
        let table = [
            (ErrorKind::ConnectionRefused, Cause::Unreachable),
            (ErrorKind::ConnectionReset, Cause::ConnectionLost),
            (ErrorKind::UnexpectedEof, Cause::ConnectionLost),
            (ErrorKind::TimedOut, Cause::TimedOut),
        ];
        for (kind, cause) in table {
            let error = std::io::Error::from(kind);
            assert_eq!(told(&error, Cause::NotUnderstood).cause, cause, "{kind:?}");
        }
    }

    #[test]
    fn certificates_that_ran_out_differ_from_those_of_others() {
        let wrapped = std::io::Error::other::<rustls::Error>;
        let expired = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let twice = std::io::Error::other(wrapped(expired.clone()));
        assert_eq!(told(&twice, Cause::Unreachable).cause, Cause::Expired);
        assert_eq!(told(&wrapped(expired), Cause::Unreachable).cause, Cause::Expired);
        let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert_eq!(told(&wrapped(unknown), Cause::Unreachable).cause, Cause::Untrusted);
        let own = rustls::Error::AlertReceived(AlertDescription::CertificateExpired);
        assert_eq!(told(&wrapped(own), Cause::Unreachable).cause, Cause::Expired);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an exit status comes from a process alone")]
    fn what_a_plugin_printed_is_not_repeated() {
        let out = std::process::Command::new("sh").args(["-c", "echo hush; exit 3"]).output().unwrap();
        let error = kube::client::AuthError::AuthExecRun {
            cmd: "plugin --token hush".to_owned(),
            out: Box::new(out),
        };
        let refusal = credentials(&error);
        assert!(!refusal.message.contains("hush"), "{}", refusal.message);
        assert!(refusal.message.contains("`plugin` failed with exit status: 3"), "{}", refusal.message);
    }
}

//! Turns a destination as written (URL, `host:port`, gRPC target) into the host that is dialled.
//!
//! Strict on purpose: where programs read a text in different ways, a lenient reading would be a way around the log
//! boundary. What is not plain is `Malformed`, with the host that a lenient reader would take.

use core::net::IpAddr;
use core::net::Ipv4Addr;
use core::net::Ipv6Addr;

use crate::model::alloy::Syntax;

/// What is dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A host name: lower case, ASCII. A trailing dot is kept only where it matters: it makes a short name absolute, so
    /// that `mimir.` is not the Service `mimir`.
    Name(String),
    /// A literal address.
    Address(IpAddr),
    /// A socket or stream of the pod itself.
    Pod,
    /// Not a destination that the collector accepts as meant. `likely` is the host that a lenient reader takes.
    Malformed {
        /// What is wrong.
        reason: String,
        /// The host in it, if one can be told.
        likely: Option<Box<Target>>,
    },
}

/// Reads a destination.
pub(crate) fn target(text: &str, syntax: Syntax) -> Target {
    if text.is_empty() {
        return malformed("it is empty", None);
    }
    if let Some(bad) = text.chars().find(|c| c.is_control() || c.is_whitespace() || *c == '\\') {
        // Browsers and their libraries take `\\` for `/`.
        let plain = text.replace('\\', "/");
        let likely = authority(plain.split_once("://").map_or(plain.as_str(), |(_, rest)| rest));
        return malformed(&format!("it holds the character {bad:?}"), Some(authority_host(likely)));
    }
    match syntax {
        Syntax::Url => match scheme(text) {
            Some((scheme, rest)) if rest.starts_with("//") => {
                let host = authority_host(authority(&rest[2..]));
                match scheme.as_str() {
                    "http" | "https" | "grpc" | "grpcs" => host,
                    "unix" => Target::Pod,
                    _ => malformed(&format!("`{scheme}` is no scheme that is used here"), Some(host)),
                }
            }
            _ => malformed("it has no scheme", Some(authority_host(authority(text)))),
        },
        Syntax::Grpc => grpc(text),
        _ => match text.split_once("://") {
            Some((_, rest)) => authority_host(authority(rest)),
            None => authority_host(authority(text)),
        },
    }
}

/// The host name that is dialled; `None` for an address, and for what is not plain.
pub(crate) fn host_name(text: &str, syntax: Syntax) -> Option<String> {
    match target(text, syntax) {
        Target::Name(name) => Some(name),
        _ => None,
    }
}

/// The port that is dialled, where the text or its scheme tells it.
pub(crate) fn port(text: &str, syntax: Syntax) -> Option<u16> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest.trim_start_matches('/')),
        None => (None, text),
    };
    let authority = authority(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    let written = behind.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    written.or(match (syntax, scheme.as_deref()) {
        (Syntax::Url, Some("http")) => Some(80),
        (Syntax::Url, Some("https")) => Some(443),
        _ => None,
    })
}

/// Whether a name without its trailing dot can only be meant absolutely: it ends in no label that cluster names end in.
fn is_complete(name: &str) -> bool {
    let last = name.rsplit_once('.').map(|(_, last)| last);
    last.is_some_and(|last| !["svc", "local"].iter().any(|own| last.eq_ignore_ascii_case(own)))
}

/// A gRPC target: `host:port`, a URL, or `scheme:///name`.
fn grpc(text: &str) -> Target {
    let Some((scheme, rest)) = scheme(text) else { return authority_host(authority(text)) };
    match scheme.as_str() {
        "unix" | "unix-abstract" => Target::Pod,
        "dns" | "passthrough" | "ipv4" | "ipv6" => {
            // `dns://resolver/name`: the authority is the name server that is asked, the path is dialled.
            let name = match rest.strip_prefix("//") {
                Some(rest) => rest.split_once('/').map_or("", |(_, name)| name),
                None => rest.trim_start_matches('/'),
            };
            if name.contains(',') {
                return malformed("it names several addresses", None);
            }
            authority_host(name)
        }
        _ if rest.starts_with("//") => authority_host(authority(&rest[2..])),
        // `host:4317` looks like a scheme.
        _ => authority_host(authority(text)),
    }
}

/// Scheme in lower case, and what stands behind its colon.
fn scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let plain = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    plain.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// The part of a URL that names user, host and port: up to the first of `/`, `?`, `#`.
fn authority(text: &str) -> &str {
    text.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The host in `user:password@host:port`. The last `@` counts, as it does in Go.
fn authority_host(authority: &str) -> Target {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(rest) = host.strip_prefix('[') {
        let Some((inside, port)) = rest.split_once(']') else {
            return malformed("a `[` is not closed", None);
        };
        if !(port.is_empty() || port.strip_prefix(':').is_some_and(is_port)) {
            return malformed("text follows the `]`", None);
        }
        let inside = inside.split(['%']).next().unwrap_or_default();
        return match inside.parse::<Ipv6Addr>() {
            Ok(address) => Target::Address(unmapped(IpAddr::V6(address))),
            Err(_) => malformed("no IPv6 address stands between the brackets", None),
        };
    }
    if let Ok(address) = host.parse::<Ipv6Addr>() {
        return Target::Address(unmapped(IpAddr::V6(address)));
    }
    let host = match host.split_once(':') {
        Some((host, port)) if is_port(port) => host,
        Some((host, _)) => return malformed("its port is no number", Some(name(host))),
        None => host,
    };
    name(host)
}

fn is_port(text: &str) -> bool {
    text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A host name or IPv4 address.
fn name(host: &str) -> Target {
    if host.is_empty() {
        return malformed("it has no host", None);
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Target::Address(IpAddr::V4(address));
    }
    if host.contains('%') {
        return malformed("its host is percent-encoded", None);
    }
    // International names are turned into ASCII before they are looked up, and that maps look-alikes such as
    // full-width letters and dots to plain ones.
    match url::Host::parse(host) {
        Ok(url::Host::Domain(domain)) => {
            let domain = domain.to_ascii_lowercase();
            let domain = match domain.strip_suffix('.') {
                Some(short) if short.ends_with(".cluster.local") || is_complete(short) => short,
                _ => &domain,
            };
            let plain = domain.split('.').all(|label| {
                !label.is_empty()
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            });
            if plain {
                Target::Name(domain.to_owned())
            } else {
                malformed("its host is not a host name", Some(Target::Name(domain.to_owned())))
            }
        }
        // `2130706433` and `0x7f.1` are addresses to some resolvers and names to others.
        Ok(url::Host::Ipv4(address)) => malformed(
            "its host is a number that resolvers read in different ways",
            Some(Target::Address(IpAddr::V4(address))),
        ),
        Ok(url::Host::Ipv6(address)) => Target::Address(unmapped(IpAddr::V6(address))),
        Err(_) => malformed("its host is not a host name", None),
    }
}

/// The IPv4 address inside an IPv6 one, where it only wraps it.
fn unmapped(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn malformed(reason: &str, likely: Option<Target>) -> Target {
    let likely = match likely {
        Some(Target::Malformed { likely, .. }) => likely,
        other => other.map(Box::new),
    };
    Target::Malformed { reason: reason.to_owned(), likely }
}

/// Whether `NO_PROXY` keeps a destination from the environment's proxy. Address ranges in it are not read.
pub(crate) fn skips_proxy(no_proxy: &str, destination: &str, syntax: Syntax) -> bool {
    let host = match target(destination, syntax) {
        Target::Name(name) => name,
        Target::Address(address) => address.to_string(),
        Target::Pod => return true,
        Target::Malformed { .. } => return false,
    };
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || no_proxy.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
            let entry = entry.strip_prefix('*').unwrap_or(entry);
            let suffix = entry.trim_start_matches('.').to_ascii_lowercase();
            let only_below = entry.starts_with('.');
            suffix.is_empty()
                || !only_below && host == suffix
                || host.strip_suffix(suffix.as_str()).is_some_and(|rest| rest.ends_with('.'))
        })
}

/// The destination as it may be shown: without the password that a URL can hold.
pub(crate) fn redacted(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find(['/', '?', '#']).map_or(text.len(), |at| start + at);
    let Some(at) = text[start..end].rfind('@').map(|at| start + at) else { return text.to_owned() };
    match text[start..at].find(':') {
        Some(colon) => format!("{}:(secret){}", &text[..start + colon], &text[at..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;

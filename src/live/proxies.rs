//! Tells through which proxy a server is reached, as kubectl does (Go's `golang.org/x/net/http/httpproxy`).

use std::net::IpAddr;

use http::Uri;

/// The environment's words on proxies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Environment {
    /// `HTTPS_PROXY`.
    pub(super) https: String,
    /// `HTTP_PROXY`.
    pub(super) http: String,
    /// `NO_PROXY`.
    pub(super) none: String,
}

impl Environment {
    /// That of the program. Upper case comes first.
    pub(super) fn own(variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |one: &str| variable(one).or_else(|| variable(&one.to_lowercase())).unwrap_or_default();
        Self { https: either("HTTPS_PROXY"), http: either("HTTP_PROXY"), none: either("NO_PROXY") }
    }

    /// The proxy for a server. `named` is what the kubeconfig says of it (`proxy-url`): that counts for any server. `Err` with
    /// the name of what cannot be read.
    pub(super) fn proxy(&self, named: Option<&str>, server: &Uri) -> Result<Option<Uri>, &'static str> {
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            return parse(named).map(Some).ok_or("proxy-url");
        }
        let (words, name) = match server.scheme_str() {
            Some("http") => (&self.http, "HTTP_PROXY"),
            _ => (&self.https, "HTTPS_PROXY"),
        };
        if words.is_empty() || !self.is_for(server) {
            return Ok(None);
        }
        parse(words).map(Some).ok_or(name)
    }

    /// Whether the environment's proxy is for that server: not for this machine, and not for what `NO_PROXY` names.
    fn is_for(&self, server: &Uri) -> bool {
        let host = server.host().unwrap_or_default().to_ascii_lowercase();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = host.parse().ok();
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return false;
        }
        let usual = if server.scheme_str() == Some("http") { 80 } else { 443 };
        let port = server.port_u16().unwrap_or(usual);
        !self.none.split(',').any(|word| spares(&word.trim().to_ascii_lowercase(), host, address, port))
    }
}

/// Whether a word of `NO_PROXY` names that server: `*`, a network, an address, a domain with all below it, or with a leading dot
/// only what is below it; the last three may have a port.
fn spares(word: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if word == "*" {
        return true;
    }
    if let Some((network, length)) = word.split_once('/') {
        let (Ok(network), Ok(length)) = (network.parse(), length.parse()) else { return false };
        return address.is_some_and(|address| contains(network, length, address));
    }
    let (word, only) = match word.rsplit_once(':') {
        // The last colon of an address of version 6 is none of a port.
        Some((name, only)) if word.parse::<IpAddr>().is_err() => match only.parse::<u16>() {
            Ok(only) => (name, Some(only)),
            Err(_) => (word, None),
        },
        _ => (word, None),
    };
    if word.is_empty() || only.is_some_and(|only| only != port) {
        return false;
    }
    let word = word.trim_start_matches('[').trim_end_matches(']');
    if let Ok(named) = word.parse::<IpAddr>() {
        return address == Some(named);
    }
    let word = word.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(word);
    let (below, itself) = match word.strip_prefix('.') {
        Some(domain) => (domain, false),
        None => (word, true),
    };
    let is_below = host.strip_suffix(below).is_some_and(|rest| rest.ends_with('.'));
    is_below || itself && host == below
}

/// Whether an address lies in a network, given by its first address and the number of bits that count.
fn contains(network: IpAddr, length: u32, address: IpAddr) -> bool {
    let same = |one: u128, two: u128, bits: u32| {
        length <= bits && (length == 0 || (one ^ two) >> (bits - length) == 0)
    };
    match (network, address) {
        (IpAddr::V4(one), IpAddr::V4(two)) => same(u32::from(one).into(), u32::from(two).into(), 32),
        (IpAddr::V6(one), IpAddr::V6(two)) => same(one.into(), two.into(), 128),
        _ => false,
    }
}

/// A proxy's address; one without a scheme speaks HTTP.
fn parse(words: &str) -> Option<Uri> {
    let whole = if words.contains("://") { words.to_owned() } else { format!("http://{words}") };
    whole.parse().ok().filter(|uri: &Uri| uri.host().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(none: &str, server: &str) -> Option<String> {
        let environment =
            Environment { https: "proxy:3128".to_owned(), http: String::new(), none: none.to_owned() };
        let found = environment.proxy(None, &server.parse().unwrap()).unwrap();
        found.map(|uri| uri.to_string())
    }

    #[test]
    fn servers_are_spared_by_their_own_names() {
        let through = Some("http://proxy:3128/".to_owned());
        let spared = [
            ("*", "https://a.example.com"),
            ("example.com", "https://a.example.com:6443"),
            ("x, .example.com,", "https://a.example.com"),
            ("*.example.com", "https://a.example.com"),
            ("a.example.com:6443", "https://A.example.com:6443"),
            ("a.example.com:443", "https://a.example.com"),
            ("10.1.2.3", "https://10.1.2.3:6443"),
            ("10.0.0.0/8", "https://10.1.2.3:6443"),
            ("::1:2", "https://[::1:2]:6443"),
            ("", "https://127.0.0.1:6443"),
            ("", "https://localhost:6443"),
        ];
        for (none, server) in spared {
            assert_eq!(proxy(none, server), None, "{none}: {server}");
        }
        let others = [
            ("", "https://a.example.com"),
            ("proxy", "https://a.example.com"),
            (".a.example.com", "https://a.example.com"),
            ("ample.com", "https://a.example.com"),
            ("a.example.com:443", "https://a.example.com:6443"),
            ("10.0.0.0/8", "https://11.1.2.3"),
            ("10.0.0.0/99", "https://10.0.0.0"),
            (",,", "https://a.example.com"),
        ];
        for (none, server) in others {
            assert_eq!(proxy(none, server), through, "{none}: {server}");
        }
    }

    #[test]
    fn proxy_of_the_kubeconfig_is_for_any_server() {
        let environment = Environment { none: "*".to_owned(), ..Environment::default() };
        let server = "https://127.0.0.1".parse().unwrap();
        let found = environment.proxy(Some("socks5://p:1080"), &server).unwrap().unwrap();
        assert_eq!(found.to_string(), "socks5://p:1080/");
        assert_eq!(environment.proxy(Some("http://"), &server), Err("proxy-url"));
        assert_eq!(environment.proxy(Some(""), &server), Ok(None));
    }
}

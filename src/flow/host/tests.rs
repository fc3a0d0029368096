use super::*;

fn name(text: &str) -> Target {
    Target::Name(text.to_owned())
}

fn bad(reason: &str, likely: Option<Target>) -> Target {
    Target::Malformed { reason: reason.to_owned(), likely: likely.map(Box::new) }
}

#[test]
fn what_is_not_plain_is_malformed_and_names_the_host_that_a_lenient_reader_takes() {
    for (text, expected) in [
        ("", bad("it is empty", None)),
        // A colon alone begins no authority.
        ("http:logs.example.com", bad("it has no scheme", Some(name("http")))),
        // A scheme begins with a letter.
        ("1http://logs.example.com", bad("it has no scheme", Some(name("1http")))),
        ("http_x://logs.example.com", bad("it has no scheme", Some(name("http_x")))),
        ("logs.example.com/push", bad("it has no scheme", Some(name("logs.example.com")))),
        (
            "ftp://logs.example.com/",
            bad("`ftp` is no scheme that is used here", Some(name("logs.example.com"))),
        ),
        ("http://logs.example.com/a b", bad("it holds the character ' '", Some(name("logs.example.com")))),
        (
            "http://logs.example.com/\u{7}",
            bad("it holds the character '\\u{7}'", Some(name("logs.example.com"))),
        ),
        ("http:\\\\logs.example.com", bad("it holds the character '\\\\'", Some(name("logs.example.com")))),
        // Where a name in the cluster could be meant, its dot makes another one of it.
        (
            "http://loki.monitoring.svc./",
            bad("its host is not a host name", Some(name("loki.monitoring.svc."))),
        ),
        ("http://printer.local./", bad("its host is not a host name", Some(name("printer.local.")))),
        ("http://loki./", bad("its host is not a host name", Some(name("loki.")))),
        ("http://logs.example.com./", name("logs.example.com")),
        ("http://loki.monitoring.svc.cluster.local./", name("loki.monitoring.svc.cluster.local")),
    ] {
        assert_eq!(target(text, Syntax::Url), expected, "{text}");
    }
}

#[test]
fn no_proxy_spares_what_it_names_and_what_is_below() {
    for (no_proxy, host, spared) in [
        // The pod itself is never asked through a proxy.
        ("", "localhost", true),
        ("", "127.0.0.1", true),
        ("", "logs.example.com", false),
        (",", "logs.example.com", false),
        (" , ", "logs.example.com", false),
        ("*", "logs.example.com", true),
        ("logs.example.com", "logs.example.com", true),
        ("example.com", "logs.example.com", true),
        ("EXAMPLE.com", "logs.example.com", true),
        ("other.org, example.com", "logs.example.com", true),
        // A dot in front: only what is below.
        (".example.com", "logs.example.com", true),
        (".example.com", "example.com", false),
        ("*.example.com", "example.com", false),
        // Whole labels count.
        ("example.com", "badexample.com", false),
        ("other.org", "logs.example.com", false),
        ("10.0.0.7", "10.0.0.7", true),
        ("10.0.0.7", "10.0.0.8", false),
    ] {
        let url = format!("http://{host}:80/");
        assert_eq!(skips_proxy(no_proxy, &url, Syntax::Url), spared, "{no_proxy:?} {host}");
    }
    assert!(skips_proxy("", "unix:///run/loki.sock", Syntax::Url));
    assert!(!skips_proxy("*", "http://a b/", Syntax::Url), "nobody knows where this goes");
}

#[test]
fn the_port_is_the_one_that_is_written_or_that_of_the_scheme() {
    for (text, syntax, expected) in [
        ("http://logs.example.com/push", Syntax::Url, Some(80)),
        ("https://logs.example.com/push", Syntax::Url, Some(443)),
        ("HTTPS://me:secret@logs.example.com/push", Syntax::Url, Some(443)),
        ("https://logs.example.com:3100/push", Syntax::Url, Some(3100)),
        ("https://[::1]:3100/push", Syntax::Url, Some(3100)),
        ("https://[::1]/push", Syntax::Url, Some(443)),
        ("grpc://logs.example.com", Syntax::Url, None),
        // A client of gRPC has a port of its own for what names none.
        ("https://logs.example.com", Syntax::Grpc, None),
        ("logs.example.com:4317", Syntax::Grpc, Some(4317)),
        ("logs.example.com", Syntax::HostPort, None),
    ] {
        assert_eq!(port(text, syntax), expected, "{text}");
    }
}

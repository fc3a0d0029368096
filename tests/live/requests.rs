//! Reads a request as the API means it: verb, resource, namespace, name.

use std::collections::BTreeMap;
use std::time::Instant;

use hyper::Method;
use hyper::http::request::Parts;

/// One request, without what says who asks.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// When it came.
    pub(crate) at: Instant,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What of the API a path names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// Empty for the core.
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) namespace: Option<String>,
    pub(crate) resource: String,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
}

impl Asked {
    pub(crate) fn new(head: &Parts, body: &[u8]) -> Self {
        let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
        let headers = head.headers.iter().filter(|(name, _)| *name != "authorization");
        Self {
            at: Instant::now(),
            method: head.method.clone(),
            path: head.uri.path().to_owned(),
            query: query.into_owned().collect(),
            headers: headers
                .map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// `None` for paths that name no resource, such as `/version` and the lists of what there is.
    pub(crate) fn target(&self) -> Option<Target> {
        let mut words = self.path.trim_matches('/').split('/');
        let group = match words.next()? {
            "api" => String::new(),
            "apis" => words.next()?.to_owned(),
            _ => return None,
        };
        let mut target = Target { group, version: words.next()?.to_owned(), ..Target::default() };
        let rest: Vec<&str> = words.collect();
        let rest = match rest.as_slice() {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => {
                target.namespace = Some((*namespace).to_owned());
                rest
            }
            rest => rest,
        };
        let mut words = rest.iter().map(|word| (*word).to_owned());
        target.resource = words.next()?;
        target.name = words.next();
        target.subresource = words.next();
        Some(target)
    }

    /// The verb by which RBAC knows it.
    pub(crate) fn verb(&self) -> &'static str {
        let named = self.target().is_none_or(|target| target.name.is_some());
        let watch = self.query.get("watch").is_some_and(|watch| watch == "true" || watch == "1");
        match self.method {
            Method::GET | Method::HEAD if watch => "watch",
            Method::GET | Method::HEAD if named => "get",
            Method::GET | Method::HEAD => "list",
            Method::POST => "create",
            Method::PUT => "update",
            Method::PATCH => "patch",
            Method::DELETE if named => "delete",
            Method::DELETE => "deletecollection",
            _ => "unknown",
        }
    }

    pub(crate) fn is(&self, verb: &str, resource: &str) -> bool {
        self.verb() == verb && self.target().is_some_and(|target| target.resource == resource)
    }

    /// Whether it is a page of a list after the first.
    pub(crate) fn goes_on(&self) -> bool {
        self.query.contains_key("continue")
    }

    /// Whether it asks for metadata alone.
    pub(crate) fn wants_metadata_only(&self) -> bool {
        self.headers.get("accept").is_some_and(|accept| accept.contains("as=PartialObjectMetadata"))
    }

    /// Whether it can change nothing, and gets nothing that only changes or runs programs could give: reads of objects and
    /// of what there is, and the question what one may do.
    pub(crate) fn only_reads(&self) -> bool {
        let target = self.target();
        match self.verb() {
            "get" | "list" | "watch" => target.is_none_or(|target| target.subresource.is_none()),
            "create" => target.is_some_and(|target| {
                target.group == "authorization.k8s.io" && target.resource == "selfsubjectaccessreviews"
            }),
            _ => false,
        }
    }
}

/// Fails on any request that may do more than read.
pub(crate) fn assert_only_reads(asked: &[Asked]) {
    let others: Vec<String> = asked
        .iter()
        .filter(|asked| !asked.only_reads())
        .map(|asked| format!("{} {}", asked.method, asked.path))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

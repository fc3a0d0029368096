//! One request to an API server, and its answer.

use http::Method;

/// The form in which objects are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    /// Whole objects, as JSON.
    Objects,
    /// Only their metadata (`PartialObjectMetadata`): no value of a Secret crosses the wire.
    Metadata,
    /// Whatever comes, such as what a program behind the API server's proxy answers.
    Anything,
}

impl Accept {
    /// The header's value.
    pub(super) const fn header(self, is_list: bool) -> &'static str {
        match (self, is_list) {
            (Self::Objects, _) => "application/json",
            (Self::Metadata, true) => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            (Self::Metadata, false) => "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            (Self::Anything, _) => "*/*",
        }
    }
}

/// What is done to the server. There is no other way to ask than these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Reads one thing.
    Get,
    /// Reads many.
    List,
    /// Asks what one may do (`SelfSubjectAccessReview`), with the body. Writes nothing.
    Review(Vec<u8>),
    /// Writes a report by server-side apply, with the body. Only with `--write-report`.
    Apply(Vec<u8>),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// What is done.
    pub(super) action: Action,
    /// The path from the server's root, with a leading `/`, without a query. Segments are encoded.
    pub(super) path: String,
    /// The query's names and values, not encoded.
    pub(super) query: Vec<(&'static str, String)>,
    /// What is wanted back.
    pub(super) accept: Accept,
}

impl Call {
    /// Reads one thing.
    pub(super) fn get(path: impl Into<String>, accept: Accept) -> Self {
        Self { action: Action::Get, path: path.into(), query: Vec::new(), accept }
    }

    /// The HTTP method.
    pub(super) const fn method(&self) -> Method {
        match self.action {
            Action::Get | Action::List => Method::GET,
            Action::Review(_) => Method::POST,
            Action::Apply(_) => Method::PATCH,
        }
    }

    /// Path and query, as they go over the wire.
    pub(super) fn target(&self) -> String {
        if self.query.is_empty() {
            return self.path.clone();
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.query);
        format!("{}?{}", self.path, query.finish())
    }
}

/// What came back with a status that means success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The whole body.
    pub(super) body: Vec<u8>,
}

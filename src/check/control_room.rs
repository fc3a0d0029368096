//! Guesses the control room of a workload that declares none, from where its metrics go.

use std::collections::BTreeSet;

use url::Host;
use url::Url;

use crate::document::Documents;
use crate::document::alloy;
use crate::document::alloy::decode_string;
use crate::model::Collector;

/// The domain of the only control room that the collectors' writers name: `https://mimir.DOMAIN/api/v1/push`, as the
/// producer writes it. None where there is no such writer, or more than one domain.
pub(crate) fn guess(collectors: &[Collector], documents: &Documents) -> Option<String> {
    let mut domains = BTreeSet::new();
    for doc in collectors.iter().flat_map(|collector| &collector.programs) {
        let Some(file) = documents.document(*doc).alloy() else { continue };
        for block in file.body.blocks().filter(|block| is_named(file, block, &["prometheus", "remote_write"]))
        {
            for endpoint in block.body.blocks().filter(|inner| is_named(file, inner, &["endpoint"])) {
                if let Some(attribute) = file.attribute(&endpoint.body, "url") {
                    let text = decode_string(&file.text, attribute.value.span).map(|(text, _)| text);
                    domains.extend(text.as_deref().and_then(domain_of));
                }
            }
        }
    }
    let mut domains = domains.into_iter();
    match (domains.next(), domains.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

fn is_named(file: &alloy::File, block: &alloy::Block, name: &[&str]) -> bool {
    block.parts.len() == name.len()
        && block.parts.iter().zip(name).all(|(part, name)| file.str(*part) == *name)
}

fn domain_of(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let Some(Host::Domain(host)) = url.host() else { return None };
    let domain = host.strip_prefix("mimir.")?;
    let is_public = domain.trim_end_matches('.').contains('.') && !domain.contains(".svc");
    (is_public && url.path() == "/api/v1/push").then(|| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::domain_of;

    #[test]
    fn takes_the_domain_of_the_producers_push_url_only() {
        assert_eq!(
            domain_of("https://mimir.hub.example.com/api/v1/push").as_deref(),
            Some("hub.example.com")
        );
        assert_eq!(domain_of("https://mimir./api/v1/push"), None);
        assert_eq!(domain_of("http://mimir.mimir.svc.cluster.local/api/v1/push"), None);
        assert_eq!(domain_of("https://metrics.example.com/api/v1/push"), None);
    }
}

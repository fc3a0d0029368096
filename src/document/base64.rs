//! Turns a scalar that holds base64, as in a Secret's `data`, into its bytes and a map to the source.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;

use super::tree::NodeRef;
use crate::text::Embedding;
use crate::text::Span;

/// Go's `base64.StdEncoding`, which Kubernetes uses: padded, stray bits in the last character allowed.
const GO: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The decoded bytes of a scalar, and the map from them to the tree's text: each three bytes come from four
/// characters. `None` for collections and for what is no base64. As in Go, line breaks count for nothing.
pub(crate) fn decode_base64(node: NodeRef<'_>) -> Option<(Vec<u8>, Embedding)> {
    let text = node.text()?;
    // Places of the characters that count, in the scalar's text.
    let places: Vec<usize> = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| !matches!(byte, b'\n' | b'\r'))
        .map(|(at, _)| at)
        .collect();
    let bytes = text.as_bytes();
    let characters: Vec<u8> = places.iter().filter_map(|at| bytes.get(*at).copied()).collect();
    let decoded = GO.decode(&characters).ok()?;
    let outer = node.embedding();
    let mut embedding = Embedding::new();
    let mut start = 0;
    for (quantum, run) in places.chunks(4).zip(decoded.chunks(3)) {
        let (first, last) = (*quantum.first()?, *quantum.last()?);
        let host = outer.to_host(Span::new(u32::try_from(first).ok()?, u32::try_from(last + 1).ok()?))?;
        let end = start + u32::try_from(run.len()).ok()?;
        embedding.push(Span::new(start, end), host);
        start = end;
    }
    Some((decoded, embedding))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::document::Tree;
    use crate::document::decode_base64;
    use crate::document::parse_yaml;
    use crate::text::Span;

    fn tree(text: &str) -> Tree {
        parse_yaml(&Arc::from(text)).documents.into_iter().next().unwrap()
    }

    #[test]
    fn decoded_bytes_map_to_their_four_characters() {
        let source =
            "data:\n  a: c2VjcmV0ID0gImhpIgo=\n  b: \"c2Vj\\\n    cmV0\"\n  c: |\n    c2Vj\n    cmV0\n";
        let tree = tree(source);
        let data = tree.root().unwrap().get("data").unwrap();
        let (bytes, map) = decode_base64(data.get("a").unwrap()).unwrap();
        assert_eq!(bytes, b"secret = \"hi\"\n");
        let at = |map: &crate::text::Embedding, start, end| {
            map.to_host(Span::new(start, end)).unwrap().slice(source)
        };
        assert_eq!(at(&map, 0, 3), "c2Vj");
        assert_eq!(at(&map, 4, 5), "cmV0");
        assert_eq!(at(&map, 2, 4), "c2VjcmV0");
        assert_eq!(at(&map, 12, 14), "Igo=");
        for key in ["b", "c"] {
            let (bytes, map) = decode_base64(data.get(key).unwrap()).unwrap();
            assert_eq!(bytes, b"secret");
            assert_eq!(at(&map, 0, 1), "c2Vj", "{key}");
            assert_eq!(at(&map, 5, 6), "cmV0", "{key}");
        }
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for source in ["a: hello world", "a: abc", "a: ab==c", "a: [x]", "a: 'ä'"] {
            assert_eq!(decode_base64(tree(source).root().unwrap().get("a").unwrap()), None, "{source}");
        }
        let empty = tree("a: ''");
        assert_eq!(decode_base64(empty.root().unwrap().get("a").unwrap()).unwrap().0, b"");
    }
}

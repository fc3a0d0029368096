use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::*;
use crate::document::parse_yaml;
use crate::model::store::options::table;

/// The same random numbers in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// The shape in JSON Schema, but for what scalars mean.
fn json_schema(shape: &Shape) -> Value {
    let mut types = vec!["null"];
    types.extend(shape.scalar.then_some(["string", "number", "boolean"]).into_iter().flatten());
    types.extend(shape.list.then_some("array"));
    types.extend(shape.mapping.then_some("object"));
    let fields: Map<String, Value> =
        shape.fields.iter().map(|(name, inner)| (name.to_string(), json_schema(inner))).collect();
    let mut schema = json!({ "type": types, "properties": fields });
    match &shape.others {
        Others::Any => {}
        Others::None => schema["additionalProperties"] = json!(false),
        Others::Each(inner) => schema["additionalProperties"] = json_schema(inner),
    }
    if let Some(items) = &shape.items {
        schema["items"] = json_schema(items);
    }
    schema
}

/// A value that mostly fits.
fn value(shape: &Shape, random: &mut Random, depth: u32) -> Value {
    let scalars = [json!("a"), json!(7), json!(true), json!(null), json!(0.5)];
    let slip = random.below(20) == 0 || depth == 0;
    match (shape.mapping, shape.list) {
        _ if slip => scalars[random.below(scalars.len())].clone(),
        (true, _) => {
            let mut entries = Map::new();
            for _ in 0..random.below(4) {
                let known = shape.fields.iter().nth(random.below(shape.fields.len().max(1)));
                match known {
                    Some((name, inner)) if random.below(9) > 0 => {
                        entries.insert(name.to_string(), value(inner, random, depth - 1));
                    }
                    _ => {
                        let inner = if let Others::Each(inner) = &shape.others { inner } else { shape };
                        entries.insert("of-the-users".to_owned(), value(inner, random, depth - 1));
                    }
                }
            }
            Value::Object(entries)
        }
        (false, true) => {
            let inner = shape.items.as_deref().unwrap_or(shape);
            Value::Array((0..random.below(3)).map(|_| value(inner, random, depth - 1)).collect())
        }
        (false, false) if random.below(12) == 0 => json!({ "a": [1] }),
        (false, false) => scalars[random.below(scalars.len())].clone(),
    }
}

#[test]
fn misfits_are_those_that_a_validator_of_json_schema_finds() {
    let mut random = Random(8);
    let (mut sound, mut faulty) = (0, 0);
    for store in Store::ALL {
        let options = table(store);
        let mut sections: Vec<&str> =
            options.paths().filter_map(|path| path.split(['.', '[']).next()).collect();
        sections.dedup();
        for section in sections {
            let Some(shape) = Shape::of_section((store, options), options.newest, section) else { continue };
            let validator = jsonschema::validator_for(&json_schema(&shape)).unwrap();
            for _ in 0..20 {
                let value = value(&shape, &mut random, 5);
                let text = value.to_string();
                let stream = parse_yaml(&text.as_str().into());
                let root = stream.documents[0].root().unwrap();
                let own = shape.misfits(root, store, false);
                let mut own: Vec<(String, bool)> = own
                    .into_iter()
                    .filter(|misfit| !matches!(misfit.kind, MisfitKind::Scalar(_)))
                    .map(|misfit| (misfit.path, misfit.kind == MisfitKind::UnknownKey))
                    .collect();
                let mut theirs = Vec::new();
                for error in validator.iter_errors(&value) {
                    let path = error.instance_path().as_str().trim_start_matches('/').replace('/', ".");
                    match error.kind() {
                        jsonschema::error::ValidationErrorKind::AdditionalProperties { unexpected } => {
                            theirs.extend(unexpected.iter().map(|name| {
                                let path =
                                    if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                                (path, true)
                            }));
                        }
                        _ => theirs.push((path, false)),
                    }
                }
                own.sort();
                theirs.sort();
                assert_eq!(own, theirs, "{section}: {text}");
                if own.is_empty() { sound += 1 } else { faulty += 1 }
            }
        }
    }
    assert!(sound > 200 && faulty > 200, "{sound} sound, {faulty} faulty");
}

#[test]
fn shape_of_a_section_is_made_once() {
    let of = |path| Shape::of_section((Store::Loki, table(Store::Loki)), table(Store::Loki).newest, path);
    let (one, two) = (of("limits_config").unwrap(), of("limits_config").unwrap());
    assert!(Arc::ptr_eq(&one, &two));
    assert!(of("no_such_section").is_none());
}

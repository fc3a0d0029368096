//! Turns a store's configuration into where it keeps its data, in one form for values and rendered configuration.

use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;

/// Where a store keeps its data, in one form for values and rendered configuration.
pub(super) fn storage(kind: &str, config: &Fact) -> Fact {
    if kind == "mimir" {
        let backend = config.reach("blocks_storage.backend");
        let backend = if backend.is_null() { config.reach("common.storage.backend") } else { backend };
        let mut common = backend;
        if common.is_null() {
            common.place = config.reach("blocks_storage").place;
        }
        return Fact::map([("type", common)], config.reach("blocks_storage").place);
    }
    let values = config.reach("storage");
    if !values.is_null() {
        // The chart fills in a bucket named like its use.
        let bucket = |name: &str| values.reach(&format!("bucketNames.{name}")).or_default(name);
        return Fact::map(
            [
                ("type", values.reach("type").or_default("s3")),
                ("chunks", bucket("chunks")),
                ("ruler", bucket("ruler")),
                ("admin", bucket("admin")),
                ("admin_shown", Fact::bare(true)),
                ("region", values.reach("s3.region")),
                ("endpoint", values.reach("s3.endpoint")),
            ],
            values.place,
        );
    }
    let common = config.reach("common.storage");
    let (name, section) = common.entries().next().map_or(("", None), |(name, fact)| (name, Some(fact)));
    let bucket_of = |section: Option<&Fact>, place: Option<Place>| {
        section
            .and_then(|section| {
                ["bucketnames", "bucket_name", "container_name"].into_iter().find_map(|key| section.at(key))
            })
            .cloned()
            .unwrap_or(Fact::absent(place))
    };
    let ruler = config.reach("ruler.storage");
    let ruler_section =
        ruler.entries().find(|(_, fact)| matches!(fact.value, FactValue::Map(_))).map(|(_, fact)| fact);
    Fact::map(
        [
            ("type", Fact::new(Some(name).filter(|name| !name.is_empty()), common.place)),
            ("chunks", bucket_of(section, common.place)),
            // What is written of a ruler's store beats the common one, which it has otherwise.
            ("ruler", bucket_of(ruler_section.or(section), ruler.place.or(common.place))),
            ("admin", Fact::absent(common.place)),
            // The rendered configuration of open-source Loki has no admin bucket.
            ("admin_shown", Fact::bare(false)),
            ("region", common.reach("s3.region")),
            ("endpoint", common.reach("s3.endpoint")),
        ],
        common.place,
    )
}

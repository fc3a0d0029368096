//! Programs that real collectors run have no faults.

use super::*;

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads the shared corpus, where it is there")]
fn finds_no_fault_in_programs_that_collectors_run() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
    if !corpus.is_dir() {
        return crate::tests::not_run("../shared/corpus/ptd");
    }
    let (mut programs, mut components) = (0, 0);
    let mut folders = vec![corpus];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "alloy") {
                let text = std::fs::read_to_string(&path).unwrap();
                let file = alloy::parse(Arc::from(text.as_str()));
                for version in ["1.7.5", "1.18.1"] {
                    let running = Running {
                        version: Version::parse(version),
                        stability: Some(Stability::GenerallyAvailable),
                        community: Some(false),
                        ..Running::default()
                    };
                    let faults = faults_of(&[(DOC, &file)], &running);
                    assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
                }
                programs += 1;
                components += file.body.blocks().count();
            }
        }
    }
    println!("typed checks: {programs} programs of the corpus, {components} components, no fault");
    assert!(programs > 10);
}

/// The texts that the reference parser was asked about are full of oddities. What their components take is not theirs to
/// judge, so that nothing is said here but that each is looked at to its end, and points into itself.
#[test]
fn looks_at_every_odd_text_to_its_end() {
    let mut count = (0, 0);
    for data in ["syntax", "format"] {
        let Some(text) = crate::tests::shared(&format!("data/alloy-{data}-cases.json")) else { return };
        let cases: serde_json::Value = serde_json::from_str(&text).unwrap();
        for case in cases["cases"].as_array().unwrap() {
            // Those that are no UTF-8 are given in another way.
            let Some(text) = case["text"].as_str() else { continue };
            let file = alloy::parse(Arc::from(text));
            for fault in faults_of(&[(DOC, &file)], &Running::default()) {
                assert!(
                    file.text.get(fault.place.span.start as usize..fault.place.span.end as usize).is_some()
                );
                assert!(!fault.message.is_empty() && !fault.help.is_empty(), "{fault:?}");
                count.1 += 1;
            }
            count.0 += 1;
        }
    }
    println!("typed checks: {} odd texts, {} faults", count.0, count.1);
    assert!(count.0 > 1000);
}

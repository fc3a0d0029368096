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
                    let faults = faults(&[(DOC, &file)], &Environment::default(), &running);
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

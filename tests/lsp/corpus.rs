//! How long a round takes on a real stack.

use std::path::Path;
use std::time::Instant;

use crate::editor::Editor;
use crate::program::folder;

#[test]
fn round_over_a_real_stack_is_quick_enough_to_type() {
    let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd/aws-default/manifests");
    let Ok(entries) = std::fs::read_dir(&stack) else {
        println!("{} is not there: no real stack was opened", stack.display());
        return;
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let texts: Vec<(String, String)> = paths
        .filter(|path| path.is_file())
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    let files: Vec<(&str, &[u8])> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let folder = folder(&files);
    let mut editor = Editor::new(folder.path());
    let (name, text) = texts.iter().find(|(_, text)| text.contains("loki.write")).unwrap();
    let before = Instant::now();
    editor.open(name, text);
    let found = editor.found(name);
    println!("the first round: {} findings in {name} after {:?}", found.len(), before.elapsed());
    let line = text.lines().find(|line| line.contains("loki.write \"")).unwrap();
    let edited = format!("{line} // x");
    let before = Instant::now();
    editor.edit(name, line, &edited);
    let again = editor.found(name);
    println!("after an edit: {:?}", before.elapsed());
    assert_eq!(again.len(), found.len());
    assert_eq!(editor.end(), 0);
}

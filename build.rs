//! Lists `rules/**/*.yaml`, `fixtures/rules/**` and `templates/**` into sorted tables of embedded texts, so that adding a
//! file is all that it takes to add a rule, an example or a template. Of a rule it also writes down what a run asks of it
//! before it has anything to say: reading the YAML of all rules takes longer than most runs.
#![expect(clippy::disallowed_methods, reason = "a build script reads its folder and writes to OUT_DIR")]

#[path = "src/rule/outline.rs"]
mod outline;

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use granit_parser::Event;
use granit_parser::Parser;
use granit_parser::ScalarStyle;
use granit_parser::ScanError;
use granit_parser::Span;

fn main() -> io::Result<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(std::env::var("OUT_DIR").map_err(io::Error::other)?);
    std::fs::write(out.join("rules.rs"), rules(&root)?)?;
    let fixtures = root.join("fixtures/rules");
    let examples: Vec<PathBuf> = files(&fixtures)?.into_iter().filter(|path| is_example(path)).collect();
    std::fs::write(out.join("examples.rs"), table(&root, "fixtures/rules", &examples))?;
    let is_template = |path: &PathBuf| path.extension().is_some_and(|extension| extension != "md");
    let templates: Vec<PathBuf> = files(&root.join("templates"))?.into_iter().filter(is_template).collect();
    std::fs::write(out.join("templates.rs"), table(&root, "templates", &templates))?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/rule/outline.rs");
    println!("cargo::rerun-if-changed=templates");
    // A folder that is not there yet may appear: its parent is watched then.
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed={}", if fixtures.is_dir() { "fixtures/rules" } else { "Cargo.toml" });
    Ok(())
}

/// Whether a file is text that `explain` may show. Diffs of fixes are for tests alone.
fn is_example(path: &Path) -> bool {
    path.extension().is_none_or(|extension| extension != "diff") && std::fs::read_to_string(path).is_ok()
}

/// All files below `folder`, sorted; none where there is no such folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// The path of a file below `root`, with `/`.
fn name_of(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

/// What embeds the text of a file, named from the package's own folder: it is the same wherever that lies, and good for a
/// copy that shares the target folder.
fn embedded(path: &str) -> String {
    format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))", format!("/{path}"))
}

/// A slice of (path below `folder` with `/`, text).
fn table(root: &Path, folder: &str, files: &[PathBuf]) -> String {
    let mut code = String::from("&[\n");
    for file in files {
        let _ = writeln!(
            code,
            "    ({:?}, {}),",
            name_of(&root.join(folder), file),
            embedded(&name_of(root, file))
        );
    }
    code.push_str("]\n");
    code
}

/// A slice of `Builtin`, sorted by id.
fn rules(root: &Path) -> io::Result<String> {
    let mut rules = Vec::new();
    let folder = root.join("rules");
    for file in files(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
        let text = std::fs::read_to_string(&file)?;
        let name = name_of(&folder, &file);
        let value = |key: &str| outline::value_of(&text, key);
        let word = |key: &str| value(key).unwrap_or_default();
        let deciding =
            outline_of(&text).map_err(|reason| io::Error::other(format!("rules/{name}: {reason}")))?;
        let options: Vec<String> = outline::options_in(&text).collect();
        let code = format!(
            "    Builtin {{ path: {name:?}, text: {}, id: {:?}, over: {:?}, invariant: {:?}, \
             severity: {:?}, advisory: {}, profile: {:?}, if_declared: {:?}, options: &{options:?}, deciding: {deciding:?} }},\n",
            embedded(&name_of(root, &file)),
            word("id: "),
            word("over: "),
            word("invariant: "),
            word("severity: "),
            value("advisory: ") == Some("true"),
            word("profile: "),
            value("if_declared: "),
        );
        rules.push((word("id: ").to_owned(), code));
    }
    rules.sort();
    let code: String = rules.into_iter().map(|(_, code)| code).collect();
    Ok(format!("&[\n{code}]\n"))
}

/// A part of a rule file.
enum Node {
    /// A scalar, and whether it is written without quotes.
    Scalar(String, bool),
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
}

/// The part of a rule that says whether it is kept, in JSON: of its keys those in `DECIDING`, of a case its condition.
fn outline_of(text: &str) -> Result<String, String> {
    let mut parser = Parser::new_from_str(text);
    let mut nodes = Nodes { next: || parser.next_event() };
    let Some(Node::Map(mut entries)) = nodes.node()? else { return Err("a rule is a mapping".to_owned()) };
    entries.retain(|(key, _)| outline::DECIDING.contains(&&**key));
    for (key, value) in &mut entries {
        let ("cases", Node::List(cases)) = (&**key, value) else { continue };
        for case in cases {
            if let Node::Map(entries) = case {
                entries.retain(|(key, _)| key == "when");
            }
        }
    }
    let mut json = String::new();
    write_json(&Node::Map(entries), &mut json);
    Ok(json)
}

/// Makes nodes of events.
struct Nodes<F> {
    next: F,
}

impl<'t, F: FnMut() -> Option<Result<(Event<'t>, Span), ScanError>>> Nodes<F> {
    /// The next node; `None` at the end of what is around it.
    fn node(&mut self) -> Result<Option<Node>, String> {
        loop {
            let event = (self.next)().ok_or("it ends too early")?.map_err(|error| error.to_string())?.0;
            return Ok(Some(match event {
                Event::Scalar(text, style, ..) => {
                    Node::Scalar(text.into_owned(), matches!(style, ScalarStyle::Plain))
                }
                Event::SequenceStart(..) => Node::List(self.nodes()?),
                Event::MappingStart(..) => {
                    let mut nodes = self.nodes()?.into_iter();
                    let mut entries = Vec::new();
                    while let (Some(Node::Scalar(key, _)), Some(value)) = (nodes.next(), nodes.next()) {
                        entries.push((key, value));
                    }
                    Node::Map(entries)
                }
                Event::SequenceEnd | Event::MappingEnd | Event::DocumentEnd | Event::StreamEnd => {
                    return Ok(None);
                }
                Event::Alias(..) => return Err("a built-in rule has no aliases".to_owned()),
                _ => continue,
            }));
        }
    }

    /// The nodes of a collection.
    fn nodes(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        while let Some(node) = self.node()? {
            nodes.push(node);
        }
        Ok(nodes)
    }
}

/// Writes a node in JSON. A test holds what is made of it against the rule in YAML.
fn write_json(node: &Node, json: &mut String) {
    match node {
        Node::Scalar(text, true) if text.is_empty() || text == "~" => json.push_str("null"),
        Node::Scalar(text, true) if is_bare(text) => json.push_str(text),
        Node::Scalar(text, _) => write_text(text, json),
        Node::List(nodes) => {
            json.push('[');
            for (index, node) in nodes.iter().enumerate() {
                json.push_str(if index > 0 { "," } else { "" });
                write_json(node, json);
            }
            json.push(']');
        }
        Node::Map(entries) => {
            json.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                json.push_str(if index > 0 { "," } else { "" });
                write_text(key, json);
                json.push(':');
                write_json(value, json);
            }
            json.push('}');
        }
    }
}

/// Whether YAML and JSON agree on a word without quotes.
fn is_bare(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_number = digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'));
    is_number || matches!(text, "true" | "false" | "null")
}

fn write_text(text: &str, json: &mut String) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            character if character.is_control() => {
                // Writing to text does not fail.
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            character => json.push(character),
        }
    }
    json.push('"');
}

//! Imported texts, and values that differ by instance.

use std::collections::BTreeMap;

use super::*;
use crate::model::alloy::Content;
use crate::model::alloy::Data;
use crate::model::alloy::Inputs;
use crate::model::eval::Value;
use crate::text::Span;

/// A process that reads files.
#[derive(Debug)]
struct Files<'a> {
    /// By path, with the document of each; no document for a text that is none, and `true` for a secret.
    files: BTreeMap<&'a str, (DocId, &'a File, bool)>,
    computed: &'a Computed,
}

impl<'a> Inputs<'a> for Files<'a> {
    fn file(&self, path: &str) -> Result<Content<'a>, String> {
        let (doc, file, secret) = self.files.get(path).ok_or("not there")?;
        Ok(Content { text: file.text.clone(), program: Some((*doc, file)), secret: *secret })
    }

    fn folder(&self, _: &str) -> Option<Vec<Content<'a>>> {
        None
    }

    fn object(&self, _: &str, _: Option<&str>, _: &str) -> Result<Data<'a>, String> {
        Err("not there".to_owned())
    }

    fn nested(&self, _: DocId, _: Span) -> Option<(DocId, &'a File)> {
        None
    }

    fn module_path(&self) -> Option<String> {
        None
    }

    fn keep(&self, text: Arc<str>) -> &'a File {
        self.computed.keep(text)
    }
}

/// The faults of a program with files, each as `file:line:column kind 'text' message; help <- related`. The program is file 0.
fn told_with(program: &str, files: &[(&str, &str)], environment: Environment) -> Vec<String> {
    let texts: Vec<File> = [program]
        .into_iter()
        .chain(files.iter().map(|(_, text)| *text))
        .map(|text| alloy::parse(text.into()))
        .collect();
    assert!(texts[0].errors.is_empty(), "{:?}", texts[0].errors);
    let doc = |index: usize| DocId { file: u32::try_from(index).unwrap(), index: 0 };
    let computed = Computed::default();
    let named = files
        .iter()
        .enumerate()
        .map(|(index, (path, _))| (*path, (doc(index + 1), &texts[index + 1], path.contains("secret"))));
    let inputs = Files { files: named.collect(), computed: &computed };
    let program = Program::new(vec![(doc(0), &texts[0])], environment, &inputs);
    let place = |place: crate::document::Place| {
        let file = &texts[place.doc.file as usize];
        let before = &file.text[..place.span.start as usize];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        (format!("{}:{line}:{column}", place.doc.file), file.str(place.span).to_owned())
    };
    faults(&program, &Running::default())
        .iter()
        .map(|fault| {
            let (at, text) = place(fault.place);
            let related = fault
                .related
                .as_ref()
                .map_or_else(String::new, |(of, words)| format!(" <- {} {words}", place(*of).0));
            format!(
                "{at} {} `{text}` {}: {}; {}{related}",
                fault.kind.name(),
                fault.component,
                fault.message,
                fault.help
            )
        })
        .collect()
}

fn told_of(program: &str, files: &[(&str, &str)]) -> Vec<String> {
    told_with(program, files, Environment::default())
}

const SHIP: &str = "declare \"ship\" {
  argument \"to\" { }
  argument \"level\" {
    optional = true
  }
  loki.process \"p\" {
    forward_to = argument.to.value
    zzz        = 1
  }
  export \"receiver\" {
    value = loki.process.p.receiver
  }
}
";

#[test]
fn an_imported_text_is_checked_once_and_its_modules_are_known() {
    let program = "import.file \"one\" {
  filename = \"ship.alloy\"
}
import.file \"two\" {
  filename = \"ship.alloy\"
}
one.ship \"a\" {
  to = [loki.write.w.receiver]
}
one.ship \"b\" {
  too = []
}
two.ship \"c\" {
  to = []
  level { }
}
two.shop \"d\" { }
loki.write \"w\" { }
loki.relabel \"r\" {
  forward_to = [one.ship.a.receiver, one.ship.a.recevier]
}
prometheus.scrape \"s\" {
  targets    = []
  forward_to = [two.ship.c.receiver]
}
";
    assert_eq!(
        told_of(program, &[("ship.alloy", SHIP)]),
        [
            "0:11:3 module-argument `too` one.ship.b: Provided argument \"too\" is not defined in the module; did you mean `to`?",
            "0:15:3 module-argument `level` two.ship.c: unrecognized block name \"level\"; arguments of modules are attributes: write `name = value`",
            "0:17:1 unknown-component `two.shop \"d\"` two.shop.d: cannot find the definition of component name \"two.shop\"; did you mean `two.ship`?",
            "0:20:49 unknown-export `recevier` loki.relabel.r: field \"recevier\" does not exist: `one.ship.a` does not export it; did you mean `receiver`?",
            "0:24:17 wrong-receiver `two.ship.c.receiver` prometheus.scrape.s: `two.ship.c.receiver` is a receiver of logs, and `forward_to` takes a receiver of metrics; name a component that takes this kind of data, with a converter between if there is one",
            "1:8:5 unknown-argument `zzz` loki.process.p: unrecognized attribute name \"zzz\"; remove it, or correct the name",
        ]
    );
}

#[test]
fn an_imported_text_holds_modules_and_nothing_else() {
    let program = "import.file \"m\" {\n  filename = \"m.alloy\"\n}\nm.a \"x\" {\n  anything = 1\n}\n";
    let module = "declare \"a\" { }\nlogging { }\nloki.write \"w\" { }\n";
    let wrong = |at: &str, name: &str, id: &str| {
        format!(
            "{at} misplaced `{name}` {id}: only declare and import blocks are allowed in a module, got {name}; write `declare \"name\" {{ ... }}` around it, or do not import this text"
        )
    };
    assert_eq!(
        told_of(program, &[("m.alloy", module)]),
        [wrong("1:2:1", "logging", "logging"), wrong("1:3:1", "loki.write", "loki.write.w")]
    );
}

const ROLES: &str = "declare \"find\" {
  argument \"role\" {
    optional = true
    default  = \"pods\"
  }
  argument \"every\" {
    optional = true
  }
  discovery.kubernetes \"k\" {
    role = argument.role.value
  }
  prometheus.scrape \"s\" {
    targets         = discovery.kubernetes.k.targets
    forward_to      = []
    scrape_interval = argument.every.value
  }
}
";

#[test]
fn a_value_that_a_module_is_given_is_wrong_where_it_was_typed() {
    let program = format!(
        "{ROLES}find \"right\" {{\n  role = \"pod\"\n}}\nfind \"wrong\" {{\n  role  = \"nodes\"\n  every = \"often\"\n}}\nfind \"default\" {{ }}\nfind \"unknown\" {{\n  role = sys.env(\"ROLE\")\n}}\n"
    );
    let found = told_of(&program, &[]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert_eq!(
        found[0],
        "0:4:17 wrong-value `pods` find.default/argument.role: `role` cannot be \"pods\"; did you mean `pod`? <- 0:10:12 it is `role` here"
    );
    assert_eq!(
        found[1],
        "0:22:12 wrong-value `nodes` find.wrong: `role` cannot be \"nodes\"; did you mean `node`? <- 0:10:12 it is `role` here"
    );
    assert!(found[2].starts_with("0:23:12 wrong-type `often` find.wrong: "), "{found:#?}");
    assert!(
        found[2].ends_with(
            "`scrape_interval` takes a duration such as \"30s\" <- 0:15:23 it is `scrape_interval` here"
        ),
        "{found:#?}"
    );
}

#[test]
fn what_the_environment_and_files_hold_is_checked_and_secrets_are_not_shown() {
    let program = "discovery.kubernetes \"e\" {
  role = sys.env(\"ROLE\")
}
discovery.kubernetes \"s\" {
  role = sys.env(\"HIDDEN\")
}
local.file \"f\" {
  filename = \"role.txt\"
}
local.file \"secret\" {
  filename = \"secret.txt\"
}
discovery.kubernetes \"f\" {
  role = local.file.f.content
}
prometheus.scrape \"s\" {
  targets         = []
  forward_to      = []
  scrape_interval = local.file.secret.content
  job_name        = \"a\" + sys.env(\"HIDDEN\")
}
";
    let values = [
        ("ROLE".to_owned(), Value::Text("pods".into())),
        ("HIDDEN".to_owned(), Value::Secret("hush".into())),
    ];
    let environment = Environment { values: values.into(), complete: true };
    // A text that is no program: it parses to something with errors, which nobody looks at.
    let found = told_with(program, &[("role.txt", "nodes"), ("secret.txt", "hush")], environment);
    assert!(found.iter().all(|line| !line.contains("hush")), "{found:#?}");
    let starts: Vec<_> = found.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        starts,
        [
            "0:2:10 wrong-value `sys.env(\"ROLE\")` discovery.kubernetes.e",
            "0:14:10 wrong-value `local.file.f.content` discovery.kubernetes.f",
        ],
        "{found:#?}"
    );
}

#[test]
fn items_of_a_loop_are_checked_each() {
    let program = "foreach \"f\" {
  collection = [\"pod\", \"pods\", \"node\"]
  var        = \"role\"
  template {
    discovery.kubernetes \"k\" {
      role = role
    }
  }
}
";
    let found = told_of(program, &[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("0:6:14 wrong-value `role` "), "{found:#?}");
}

#[test]
fn a_module_may_import_and_texts_may_differ_by_instance() {
    let program = "declare \"outer\" {
  argument \"file\" { }
  import.file \"in\" {
    filename = argument.file.value
  }
  in.a \"x\" {
    only_in_one = 1
  }
}
outer \"one\" {
  file = \"one.alloy\"
}
outer \"two\" {
  file = \"two.alloy\"
}
";
    let one = "declare \"a\" {\n  argument \"only_in_one\" { }\n}\n";
    let two = "declare \"a\" {\n  argument \"other\" {\n    optional = yes\n  }\n}\n";
    let found = told_of(program, &[("one.alloy", one), ("two.alloy", two)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("2:3:16 unknown-reference `yes` argument.other: "), "{found:#?}");
}

#[test]
fn data_that_goes_round_through_a_module_is_a_circle() {
    let program = "import.file \"m\" {
  filename = \"ship.alloy\"
}
m.ship \"a\" {
  to = [loki.process.p.receiver]
}
loki.process \"p\" {
  forward_to = [m.ship.a.receiver]
}
";
    let module = SHIP.replace("    zzz        = 1\n", "");
    let found = told_of(program, &[("ship.alloy", &module)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0]
            .starts_with("0:5:9 cycle `loki.process.p.receiver` m.ship.a: cycle: m.ship.a, loki.process.p;"),
        "{found:#?}"
    );
}

//! Changes of Alloy programs and INI texts, each with the exact text that comes of it; and of texts in texts.

use super::append;
use super::at;
use super::block;
use super::list;
use super::make;
use super::map;
use super::nest;
use super::of;
use super::plain;
use super::put;
use super::read;
use super::remove;
use super::rename;
use super::replace;
use super::text;
use crate::document::Change;
use crate::document::Documents;
use crate::document::Language;
use crate::document::alloy;

fn alloy(before: &str, change: impl Fn(&Documents) -> Change) -> Result<String, String> {
    let documents = read(before, Language::Alloy);
    let after = make(&documents, &[change(&documents)])?;
    if alloy::format(&before.into()).as_deref() == Ok(before) {
        assert_eq!(
            alloy::format(&after.as_str().into()).as_deref(),
            Ok(&*after),
            "a neat program stays neat"
        );
    }
    Ok(after)
}

#[track_caller]
fn good(result: Result<String, String>, after: &str) {
    assert_eq!(result.unwrap_or_else(|why| panic!("{why}: {after}")), after);
}

const WRITE: &str = "loki.write \"out\" {\n\tendpoint {\n\t\turl       = \"http://x\" // why\n\t\ttenant_id = \"a\"\n\t}\n}\n";

#[test]
fn attributes_and_blocks_are_put_where_they_belong() {
    for (keys, value, after) in [
        ("endpoint.url", text("http://y"), WRITE.replace("http://x", "http://y")),
        ("endpoint.name", text("n"), WRITE.replace("= \"a\"\n", "= \"a\"\n\t\tname      = \"n\"\n")),
        (
            "endpoint.remote_timeout",
            text("n"),
            "loki.write \"out\" {\n\tendpoint {\n\t\turl            = \"http://x\" // why\n\t\ttenant_id      = \"a\"\n\t\tremote_timeout = \"n\"\n\t}\n}\n".to_owned(),
        ),
        (
            "endpoint.queue_config.capacity",
            plain("5"),
            WRITE.replace("= \"a\"\n", "= \"a\"\n\n\t\tqueue_config {\n\t\t\tcapacity = 5\n\t\t}\n"),
        ),
        (
            "external_labels",
            map(&[("cluster", text("c")), ("a-b", text("d"))]),
            WRITE.replace("\t}\n}", "\t}\n\n\texternal_labels = {\n\t\tcluster = \"c\",\n\t\t\"a-b\"   = \"d\",\n\t}\n}"),
        ),
        (
            "endpoint.basic_auth",
            block(&[("username", text("u")), ("password_file", text("/p"))]),
            WRITE.replace("= \"a\"\n", "= \"a\"\n\n\t\tbasic_auth {\n\t\t\tusername      = \"u\"\n\t\t\tpassword_file = \"/p\"\n\t\t}\n"),
        ),
    ] {
        good(alloy(WRITE, |d| put(of(d, 0, "loki.write \"out\""), keys, value.clone())), &after);
    }
}

#[test]
fn empty_and_one_line_blocks_are_opened() {
    for (before, after) in [
        ("logging { }\n", "logging {\n\tlevel = \"v\"\n}\n"),
        ("logging {\n}\n", "logging {\n\tlevel = \"v\"\n}\n"),
        ("logging {\n\t// none\n}\n", "logging {\n\t// none\n\tlevel = \"v\"\n}\n"),
        ("logging { format = \"json\" }\n", "logging {\n\tformat = \"json\"\n\tlevel = \"v\"\n}\n"),
        (
            "logging {\r\n  format = \"json\"\r\n}",
            "logging {\r\n  format = \"json\"\r\n  level  = \"v\"\r\n}",
        ),
        // A carriage return by itself ends no line of a program.
        ("// a\rb\nlogging { }\n", "// a\rb\nlogging {\n\tlevel = \"v\"\n}\n"),
        ("// a\rb\r\nlogging {\r\n}", "// a\rb\r\nlogging {\r\n\tlevel = \"v\"\r\n}"),
    ] {
        let after = if before.contains("{ f") {
            "logging {\n\tformat = \"json\"\n\tlevel  = \"v\"\n}\n"
        } else {
            after
        };
        good(alloy(before, |d| put(of(d, 0, "logging"), "level", text("v"))), after);
    }
}

#[test]
fn new_lines_are_indented_as_those_of_the_same_component() {
    let program = "  logging {\n    level = \"x\"\n  }\n  loki.write \"out\" {\n      a = 1\n  }\n  loki.echo \"e\" { }\n";
    let wide = program.replace("a = 1\n", "a = 1\n\n      queue_config {\n          capacity = 5\n      }\n");
    good(alloy(program, |d| put(of(d, 0, "loki.write"), "queue_config.capacity", plain("5"))), &wide);
    let before = program.replace("{ }", "{\n      a = 1\n  }");
    good(alloy(program, |d| put(of(d, 0, "loki.echo"), "a", plain("1"))), &before);
}

#[test]
fn objects_and_arrays_get_and_lose_children() {
    let before = "a \"b\" {\n\theaders = {\n\t\tx   = \"1\", // first\n\t\ty_z = \"2\",\n\t}\n\tlone = { a = 1 }\n\tto   = [p.q, r.s]\n\tmany = [\n\t\tp.q,\n\t\tr.s, // two\n\t]\n\tnone = []\n}\n";
    for (change, old, new) in [
        (
            put(of(&read(before, Language::Alloy), 0, "headers"), "X-Y", text("3")),
            "= \"2\",\n",
            "= \"2\",\n\t\t\"X-Y\" = \"3\",\n",
        ),
        (
            put(of(&read(before, Language::Alloy), 0, "lone"), "b", plain("2")),
            "{ a = 1 }",
            "{ a = 1, b = 2 }",
        ),
        (append(of(&read(before, Language::Alloy), 0, "to"), plain("t.u")), "[p.q, r.s]", "[p.q, r.s, t.u]"),
        (
            append(of(&read(before, Language::Alloy), 0, "many"), plain("t.u")),
            "// two\n",
            "// two\n\t\tt.u,\n",
        ),
        (append(of(&read(before, Language::Alloy), 0, "none"), plain("t.u")), "[]", "[t.u]"),
        (remove(of(&read(before, Language::Alloy), 0, "x   = \"1\"")), "\t\tx   = \"1\", // first\n", ""),
    ] {
        let documents = read(before, Language::Alloy);
        let after = make(&documents, &[change]).unwrap();
        let expected = before.replace(old, new);
        let expected = if new.contains("X-Y") {
            expected.replace("x   =", "x     =").replace("y_z =", "y_z   =")
        } else {
            expected
        };
        assert_eq!(after, expected);
    }
}

#[test]
fn items_that_go_to_the_end_may_have_lines_of_their_own() {
    for (before, after) in [
        ("a = [1,\n  [ // x\n    2],\n  b /* c */.d]\n", "a = [1,\n]\n"),
        ("a = [1 ,\n2 /* c */,\n3\t,]\n", "a = [1 ,\n]\n"),
    ] {
        let array = before.trim_end().trim_start_matches("a = ");
        good(alloy(before, |d| replace(of(d, 0, array), list(&[plain("1")]))), after);
    }
}

#[test]
fn statements_go_with_comments_and_one_empty_line() {
    let before = "// head\n\n// about a\na {\n\tx = 1\n\t// about y\n\ty = 2 // c\n}\n\n// about b\nb { }\n\nc { z = 1 }\n";
    for (what, after) in [
        ("y = 2", before.replace("\t// about y\n\ty = 2 // c\n", "")),
        ("b { }", before.replace("// about b\nb { }\n\n", "")),
        ("c { z = 1 }", before.replace("\nc { z = 1 }\n", "")),
        ("z = 1", before.replace("{ z = 1 }", "{ }")),
    ] {
        let documents = read(before, Language::Alloy);
        assert_eq!(make(&documents, &[remove(of(&documents, 0, what))]).as_deref(), Ok(&*after), "{what}");
    }
}

#[test]
fn names_change() {
    good(alloy("a \"b\" {\n\tx = 1\n}\n", |d| rename(of(d, 0, "x"), "y")), "a \"b\" {\n\ty = 1\n}\n");
    good(
        alloy("a \"b\" {\n\tx = 1\n}\n", |d| rename(of(d, 0, "a \"b\""), "c.d")),
        "c.d \"b\" {\n\tx = 1\n}\n",
    );
    assert!(alloy("a \"b\" {\n\tx = 1\n}\n", |d| rename(of(d, 0, "x"), "y-z")).is_err());
}

#[test]
fn components_are_added_behind_others() {
    let change = |d: &Documents| Change::AddComponent {
        after: of(d, 0, "x = 1"),
        text: "n \"m\" {\n\ty = `a\nb`\n}".into(),
    };
    good(alloy("a {\n\tx = 1\n}\n", change), "a {\n\tx = 1\n}\n\nn \"m\" {\n\ty = `a\nb`\n}\n");
    good(
        alloy("  a {\r\n    x = 1\r\n  } // c\r\n  b { }\r\n", change),
        "  a {\r\n    x = 1\r\n  } // c\r\n\r\n  n \"m\" {\r\n  \ty = `a\r\nb`\r\n  }\r\n\r\n  b { }\r\n",
    );
    good(
        alloy("declare \"d\" {\n\ta {\n\t\tx = 1\n\t}\n}\n", change),
        "declare \"d\" {\n\ta {\n\t\tx = 1\n\t}\n\n\tn \"m\" {\n\t\ty = `a\nb`\n\t}\n}\n",
    );
}

#[test]
fn settings_of_ini_are_put_and_removed() {
    let before = "; head\n[a]\nx = 1 ; c\n# about y\ny = \"2\"\n\n[b]\n";
    let ini = |change: &dyn Fn(&Documents) -> Change| {
        let documents = read(before, Language::Ini);
        make(&documents, &[change(&documents)])
    };
    good(ini(&|d| put(at(d, 0, ""), "a.x", plain("5"))), &before.replace("x = 1", "x = 5"));
    good(ini(&|d| put(at(d, 0, ""), "a.y", text("5"))), &before.replace("\"2\"", "\"5\""));
    good(ini(&|d| put(at(d, 0, ""), "a.z", text("5"))), &before.replace("\"2\"\n", "\"2\"\nz = 5\n"));
    good(ini(&|d| put(at(d, 0, ""), "b.z", text("a#b"))), &before.replace("[b]\n", "[b]\nz = `a#b`\n"));
    good(ini(&|d| put(at(d, 0, ""), "c.z", text("5"))), &format!("{before}\n[c]\nz = 5\n"));
    good(ini(&|d| remove(at(d, 0, "a.y"))), &before.replace("# about y\ny = \"2\"\n", ""));
}

#[test]
fn new_sections_of_ini_stand_as_close_as_the_others() {
    let put_in = |before: &str| {
        let documents = read(before, Language::Ini);
        make(
            &documents,
            &[put(at(&documents, 0, ""), "c.z", text("5")), put(at(&documents, 0, ""), "d.z", text("6"))],
        )
    };
    let close = "[a]\nx = 1\n; about b\n[b]\ny = 2\n";
    good(put_in(close), &format!("{close}[c]\nz = 5\n[d]\nz = 6\n"));
    let apart = "[a]\nx = 1\n\n; about b\n[b]\ny = 2";
    good(put_in(apart), &format!("{apart}\n\n[c]\nz = 5\n\n[d]\nz = 6"));
    good(put_in("[a]\nx = 1\n"), "[a]\nx = 1\n\n[c]\nz = 5\n\n[d]\nz = 6\n");
}

#[test]
fn texts_in_texts_change_in_the_style_of_their_hosts() {
    let inner = "a:\n  b: 1\nc: |\n  x {\n    y = 1\n  }\n";
    let outer = |header: &str, indentation: &str, line_break: &str| {
        let lines =
            inner.lines().map(|line| format!("{indentation}{line}")).collect::<Vec<_>>().join(line_break);
        format!("k: {header}{line_break}{lines}{line_break}z: 1{line_break}")
    };
    for (header, indentation, line_break) in
        [("|", "  ", "\n"), ("|4", "    ", "\r\n"), ("|+", "      ", "\n")]
    {
        let before = outer(header, indentation, line_break);
        let mut documents = read(&before, Language::Yaml);
        nest(&mut documents, "k", Language::Yaml);
        nest(&mut documents, "c", Language::Alloy);
        let changes = [
            put(at(&documents, 0, ""), "z", plain("2")),
            put(at(&documents, 1, ""), "a.d.e", list(&[text("f")])),
            put(of(&documents, 2, "x"), "z", text("q\"")),
        ];
        let after = make(&documents, &changes).unwrap();
        let i = indentation;
        let expected = before
            .replace("b: 1", &format!("b: 1{line_break}{i}  d:{line_break}{i}    e:{line_break}{i}      - f"))
            .replace("y = 1", &format!("y = 1{line_break}{i}    z = \"q\\\"\""))
            .replace("z: 1", "z: 2");
        assert_eq!(after, expected);
    }
    let before = format!("{{\"k\": {}}}", serde_json::Value::from(inner));
    let mut documents = read(&before, Language::Json);
    nest(&mut documents, "k", Language::Yaml);
    let after = make(&documents, &[put(at(&documents, 1, ""), "a.d", text("e\"f"))]).unwrap();
    assert_eq!(after, before.replace("b: 1", "b: 1\\n  d: e\\\"f"));
    assert!(make(&documents, &[replace(at(&documents, 1, "a"), plain("a: b"))]).is_err());
}

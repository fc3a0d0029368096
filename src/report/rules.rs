//! Turns rules into a list, and one rule into a page.

use std::io::Write;

use super::clean;
use crate::finding::Invariant;
use crate::finding::RuleDoc;

/// Writes a table: id, severity, invariant, family, profile, the fault in one line.
pub(crate) fn write_list(rules: &[RuleDoc], out: &mut impl Write) -> std::io::Result<()> {
    let width = |text: fn(&RuleDoc) -> &str| rules.iter().map(|rule| text(rule).len()).max().unwrap_or(0);
    let id_width = width(|rule| &rule.id);
    let severity_width = width(|rule| rule.severity.name());
    let invariant_width = width(|rule| rule.invariant.id());
    let family_width = width(|rule| &rule.family);
    let profile_width = width(|rule| rule.profile.name());
    for rule in rules {
        let line = format!(
            "{:id_width$}  {:severity_width$}  {:invariant_width$}  {:family_width$}  {:profile_width$}  {}",
            rule.id,
            rule.severity.name(),
            rule.invariant.id(),
            rule.family,
            rule.profile.name(),
            rule.summary
        );
        writeln!(out, "{}", clean::line(line.trim_end()))?;
    }
    Ok(())
}

/// Writes a table of what rules may read: route, type, meaning.
pub(crate) fn write_fields(
    fields: &[(String, &'static str, &'static str)],
    out: &mut impl Write,
) -> std::io::Result<()> {
    let route_width = fields.iter().map(|(route, ..)| route.len()).max().unwrap_or(0);
    let type_width = fields.iter().map(|(_, kind, _)| kind.len()).max().unwrap_or(0);
    for (route, kind, meaning) in fields {
        writeln!(out, "{route:route_width$}  {kind:type_width$}  {meaning}")?;
    }
    Ok(())
}

/// Writes all that is known of one rule. Parts that a rule does not have are left out.
pub(crate) fn write_explanation(rule: &RuleDoc, out: &mut impl Write) -> std::io::Result<()> {
    let invariant = rule.invariant;
    writeln!(out, "{}: {}", clean::line(&rule.id), clean::line(&rule.summary))?;
    writeln!(out, "{}, {} ({})", rule.severity.name(), invariant.id(), invariant.promise())?;
    write_part(out, "Why", &rule.why)?;
    write_part(out, "How to mend it", &rule.help)?;
    let fixes = rule
        .fixes
        .iter()
        .map(|(title, is_safe)| format!("{title}{}", if *is_safe { "" } else { " (only with --unsafe)" }));
    write_part(out, "What `ptd-lint fix` does", &fixes.collect::<Vec<_>>().join("\n"))?;
    let settings = rule.settings.iter().map(|setting| {
        let default = format!("{} {}", setting.default, setting.unit);
        format!("{} = {}\n  {}", setting.name, default.trim_end(), setting.meaning.replace('\n', "\n  "))
    });
    write_part(out, "Settings", &settings.collect::<Vec<_>>().join("\n"))?;
    write_part(out, "Where its values come from", &rule.source)?;
    write_part(out, "Read on", &rule.references.join("\n"))?;
    write_part(out, "Wrong", &joined(&rule.failing))?;
    write_part(out, "Right", &joined(&rule.mended))?;
    write_part(out, "Its page", &rule.address().unwrap_or_default())
}

/// Writes all that is known of one promise, with the rules that guard it.
pub(crate) fn write_promise(
    invariant: Invariant,
    rules: &[RuleDoc],
    out: &mut impl Write,
) -> std::io::Result<()> {
    writeln!(out, "{}: {}", invariant.id(), invariant.promise())?;
    write_part(out, "Why", invariant.why())?;
    write_part(out, "What is looked at", invariant.scope())?;
    let guards: Vec<RuleDoc> = rules.iter().filter(|rule| rule.invariant == invariant).cloned().collect();
    let mut list = Vec::new();
    write_list(&guards, &mut list)?;
    write_part(out, "Rules that guard it", &String::from_utf8_lossy(&list))?;
    write_part(out, "Its page", &invariant.address())
}

/// Files as one text, each behind its name where there are several.
fn joined(files: &[(String, String)]) -> String {
    match files {
        [(_, text)] => text.clone(),
        files => {
            let named: Vec<String> = files.iter().map(|(name, text)| format!("# {name}\n{text}")).collect();
            named.join("\n")
        }
    }
}

fn write_part(out: &mut impl Write, title: &str, text: &str) -> std::io::Result<()> {
    if text.trim().is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}:")?;
    for line in clean::lines(text.trim_matches('\n')).lines() {
        let line = line.trim_end();
        if line.is_empty() { writeln!(out)? } else { writeln!(out, "  {line}")? }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Invariant;
    use crate::finding::Profile;
    use crate::finding::RuleSetting;
    use crate::finding::Severity;

    #[test]
    fn fields_are_told_in_columns() {
        let fields =
            [("mimir".to_owned(), "map", "a Mimir"), ("mimir.config.*".to_owned(), "any", "as it is")];
        let mut out = Vec::new();
        write_fields(&fields, &mut out).unwrap();
        let expected = "mimir           map  a Mimir\nmimir.config.*  any  as it is\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    fn rule() -> RuleDoc {
        RuleDoc {
            id: "retention-short".to_owned(),
            subject: "mimir".to_owned(),
            family: "mimir".to_owned(),
            profile: Profile::Stack,
            severity: Severity::Warning,
            severities: Vec::new(),
            advisory: false,
            invariant: Invariant::StoreRetention,
            summary: "a store forgets too early".to_owned(),
            why: "People look back a month.\nSo should the store.\n".to_owned(),
            help: "Raise it.".to_owned(),
            fixes: vec![("set it to {settings.least}".to_owned(), true), ("remove it".to_owned(), false)],
            settings: vec![RuleSetting {
                name: "least".to_owned(),
                default: "720h".to_owned(),
                unit: String::new(),
                kind: "text",
                meaning: "the shortest retention that is accepted".to_owned(),
            }],
            source: "monitoring guide, stores".to_owned(),
            references: vec!["https://grafana.com/docs/mimir/".to_owned()],
            failing: vec![("a.yaml".to_owned(), "retention: 24h\n".to_owned())],
            mended: vec![("a.yaml".to_owned(), "retention:\n\n  period: 720h\n".to_owned())],
        }
    }

    #[test]
    fn list_is_aligned() {
        let other = RuleDoc {
            id: "log-sink-outside".to_owned(),
            severity: Severity::Error,
            family: "flow".to_owned(),
            profile: Profile::Ptd,
            invariant: Invariant::LogBoundary,
            summary: "logs leave".to_owned(),
            ..rule()
        };
        let mut out = Vec::new();
        write_list(&[rule(), other], &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "retention-short   warning  store-retention  mimir  stack  a store forgets too early\n\
             log-sink-outside  error    log-boundary     flow   ptd    logs leave\n"
        );
    }

    #[test]
    fn explanation_has_every_part() {
        let mut out = Vec::new();
        write_explanation(&rule(), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\
retention-short: a store forgets too early
warning, store-retention (Mimir and Loki keep data as long as agreed)

Why:
  People look back a month.
  So should the store.

How to mend it:
  Raise it.

What `ptd-lint fix` does:
  set it to {settings.least}
  remove it (only with --unsafe)

Settings:
  least = 720h
    the shortest retention that is accepted

Where its values come from:
  monitoring guide, stores

Read on:
  https://grafana.com/docs/mimir/

Wrong:
  retention: 24h

Right:
  retention:

    period: 720h

Its page:
  https://ptd-lint.dev/rules/mimir/retention-short.html
"
        );
    }

    #[test]
    fn explanation_leaves_out_what_a_rule_does_not_have() {
        let bare = RuleDoc {
            family: String::new(),
            fixes: Vec::new(),
            settings: Vec::new(),
            source: String::new(),
            references: Vec::new(),
            failing: Vec::new(),
            mended: Vec::new(),
            ..rule()
        };
        let mut out = Vec::new();
        write_explanation(&bare, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            !["What `ptd", "Settings", "Where its", "Read on", "Wrong", "Right", "Its page"]
                .iter()
                .any(|title| text.contains(title)),
            "{text}"
        );
    }
}

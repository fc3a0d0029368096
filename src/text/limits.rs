//! Turns names into limits: what protects the machine from inputs that were made to take its memory, its time or its
//! stack. Each has a default, says how it is raised where it is met, and can be raised no further than is safe.
//!
//! They belong to the process, as the number of threads does, and are set once, before anything is read. Only the command
//! line sets them: settings among the inputs would let a change to what is linted take away what protects from it.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// One file, standard input, one answer of a server.
    InputSize,
    /// Collections in collections, in YAML.
    YamlNesting,
    /// Collections in collections, in JSON.
    JsonNesting,
    /// Blocks, brackets and operators in each other, in Alloy.
    AlloyNesting,
    /// What a document stands for when its aliases are followed.
    Aliases,
    /// Documents in documents.
    EmbeddedDepth,
    /// Embedded text that aliases make of one file, beyond what the file could hold as written.
    EmbeddedSize,
    /// Values in one value, as rules see it, or in one object that is searched.
    Parts,
    /// Components that modules and `foreach` make of one program.
    Components,
    /// Work of one condition of a rule on one subject.
    RuleSteps,
    /// A compiled regular expression.
    RegexSize,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Bytes: written with `KiB`, `MiB`, `GiB`.
    Bytes,
    /// Things of this name.
    Of(&'static str),
}

/// What is known of a limit.
struct Bound {
    limit: Limit,
    /// How the command line names it.
    name: &'static str,
    default: u64,
    /// It is never raised above this.
    most: u64,
    unit: Unit,
    /// What it is the limit of, for the help.
    says: &'static str,
    /// What is nested here is walked by recursion: what raises it must raise the stack of the threads.
    recursive: bool,
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// All limits, in the order of [`Limit`].
///
/// - Sizes: places are counted in 32 bits, so no text may reach 4 GiB.
/// - Nesting: [`stack`] grows with it, and `most` is what 64-bit systems have addresses for on every thread.
/// - `aliases`: far above any manifest (a rendered stack of 5 MB has 170,000 nodes), and few enough to visit in no time.
/// - `embedded-depth`: real inputs have three (Alloy in values in a `HelmChart`).
/// - `components`: a module that doubles at each level makes thousands of a few lines.
/// - `regex-size`: a pattern of ten bytes can make an automaton of any size; a list of a thousand names of metrics takes
///   less than 2 MiB.
const BOUNDS: [Bound; 11] = [
    Bound {
        limit: Limit::InputSize,
        name: "input-size",
        default: 64 * MIB,
        most: 2 * GIB,
        unit: Unit::Bytes,
        says: "one file, standard input, one answer of a cluster",
        recursive: false,
    },
    Bound {
        limit: Limit::YamlNesting,
        name: "yaml-nesting",
        default: 255,
        most: 4096,
        unit: Unit::Of("levels"),
        says: "collections in collections, in YAML",
        recursive: true,
    },
    Bound {
        limit: Limit::JsonNesting,
        name: "json-nesting",
        default: 512,
        most: 4096,
        unit: Unit::Of("levels"),
        says: "the same in JSON",
        recursive: true,
    },
    Bound {
        limit: Limit::AlloyNesting,
        name: "alloy-nesting",
        default: 128,
        most: 1024,
        unit: Unit::Of("levels"),
        says: "blocks, brackets and operators in each other, in Alloy",
        recursive: true,
    },
    Bound {
        limit: Limit::Aliases,
        name: "aliases",
        default: 2_000_000,
        most: 1_000_000_000,
        unit: Unit::Of("nodes"),
        says: "what a YAML document stands for when its aliases are followed",
        recursive: false,
    },
    Bound {
        limit: Limit::EmbeddedDepth,
        name: "embedded-depth",
        default: 8,
        most: 64,
        unit: Unit::Of("documents"),
        says: "documents in documents",
        recursive: true,
    },
    Bound {
        limit: Limit::EmbeddedSize,
        name: "embedded-size",
        default: 4 * MIB,
        most: 64 * GIB,
        unit: Unit::Bytes,
        says: "embedded text that aliases make of a file, beyond what it holds as written",
        recursive: false,
    },
    Bound {
        limit: Limit::Parts,
        name: "parts",
        default: 200_000,
        most: 100_000_000,
        unit: Unit::Of("parts"),
        says: "values in one object or in the values of one chart",
        recursive: false,
    },
    Bound {
        limit: Limit::Components,
        name: "components",
        default: 20_000,
        most: 10_000_000,
        unit: Unit::Of("components"),
        says: "what modules and `foreach` make of one program",
        recursive: false,
    },
    Bound {
        limit: Limit::RuleSteps,
        name: "rule-steps",
        default: 2_000_000,
        most: 1_000_000_000_000,
        unit: Unit::Of("steps"),
        says: "work of one condition of a rule on one subject",
        recursive: false,
    },
    Bound {
        limit: Limit::RegexSize,
        name: "regex-size",
        default: 4 * MIB,
        most: GIB,
        unit: Unit::Bytes,
        says: "memory of one compiled regular expression",
        recursive: false,
    },
];

/// What the command line set; 0 where it set nothing.
static SET: [AtomicU64; BOUNDS.len()] = [const { AtomicU64::new(0) }; BOUNDS.len()];

impl Limit {
    /// The limit in its unit.
    pub(crate) fn get(self) -> u64 {
        match SET[self as usize].load(Ordering::Relaxed) {
            0 => self.bound().default,
            set => set,
        }
    }

    /// The same, for what is counted in memory.
    pub(crate) fn count(self) -> usize {
        usize::try_from(self.get()).unwrap_or(usize::MAX)
    }

    /// Sets it for this process.
    pub(crate) fn set(self, value: u64) {
        SET[self as usize].store(value.clamp(1, self.bound().most), Ordering::Relaxed);
    }

    const fn bound(self) -> &'static Bound {
        &BOUNDS[self as usize]
    }

    /// The value as people read it: `64 MiB`, `512 levels`.
    pub(crate) fn shown(self) -> String {
        match self.bound().unit {
            Unit::Bytes => bytes(self.get(), " "),
            Unit::Of(things) => format!("{} {things}", self.get()),
        }
    }

    /// How it is raised, for messages: twice as high, or that it cannot be.
    pub(crate) fn remedy(self) -> String {
        let (now, bound) = (self.get(), self.bound());
        if now >= bound.most {
            return format!("`--limit {}` goes no higher", bound.name);
        }
        let next = now.saturating_mul(2).min(bound.most);
        let next = if bound.unit == Unit::Bytes { bytes(next, "") } else { next.to_string() };
        format!("raise it with `--limit {}={next}`", bound.name)
    }
}

/// How much stack a thread needs, in bytes, where a limit was raised; `None` where what threads have is enough. What is
/// nested is walked by recursion, so that the stack grows with the depth: at the defaults, less than 2 MiB is enough.
pub(crate) fn stack() -> Option<usize> {
    const ENOUGH: u64 = 8 * MIB;
    let factor = |bound: &Bound| bound.limit.get().div_ceil(bound.default);
    let highest = BOUNDS.iter().filter(|bound| bound.recursive).map(factor).max().unwrap_or(1);
    (highest > 1).then(|| usize::try_from(highest.saturating_mul(ENOUGH)).unwrap_or(usize::MAX))
}

/// A limit and its value, as in `input-size=128MiB` or `json-nesting=1024`.
pub(crate) fn parse(text: &str) -> Result<(Limit, u64), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("write it as NAME=VALUE, such as `input-size=128MiB`".to_owned());
    };
    let Some(bound) = BOUNDS.iter().find(|bound| bound.name == name) else {
        let names: Vec<&str> = BOUNDS.iter().map(|bound| bound.name).collect();
        return Err(format!("there is no limit `{name}`; there are {}", names.join(", ")));
    };
    let Some(wanted) = number(value, bound.unit).filter(|wanted| *wanted > 0) else {
        return Err(match bound.unit {
            Unit::Bytes => format!("`{value}` is no size above 0, such as `128MiB`"),
            Unit::Of(things) => format!("`{value}` is no number of {things} above 0"),
        });
    };
    if wanted > bound.most {
        let most = if bound.unit == Unit::Bytes { bytes(bound.most, "") } else { bound.most.to_string() };
        return Err(format!("`{name}` goes no higher than {most}"));
    }
    Ok((bound.limit, wanted))
}

/// All limits with their defaults and the highest values, a line for each.
pub(crate) fn help() -> String {
    let mut text = String::new();
    for bound in &BOUNDS {
        let shown = |value| if bound.unit == Unit::Bytes { bytes(value, "") } else { value.to_string() };
        let (name, says, default, most) = (bound.name, bound.says, shown(bound.default), shown(bound.most));
        let _ = write!(text, "\n  {name:<15} {says} [default: {default}, at most {most}]");
    }
    text
}

fn number(text: &str, unit: Unit) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let scale = match (unit, &text[digits.len()..]) {
        (_, "") => 1,
        (Unit::Bytes, "KiB") => KIB,
        (Unit::Bytes, "MiB") => MIB,
        (Unit::Bytes, "GiB") => GIB,
        _ => return None,
    };
    // Signs and what is too large are no numbers here.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse::<u64>().ok()?.checked_mul(scale))?
}

/// A size in the largest unit that divides it.
fn bytes(value: u64, space: &str) -> String {
    for (scale, unit) in [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")] {
        if value >= scale && value.is_multiple_of(scale) {
            return format!("{}{space}{unit}", value / scale);
        }
    }
    if space.is_empty() { value.to_string() } else { format!("{value} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_stands_at_its_own_place() {
        for (index, bound) in BOUNDS.iter().enumerate() {
            assert_eq!(bound.limit as usize, index, "{}", bound.name);
            assert!(bound.default <= bound.most, "{}", bound.name);
        }
    }

    #[test]
    fn values_are_read_in_their_units() {
        assert_eq!(parse("input-size=128MiB"), Ok((Limit::InputSize, 128 * MIB)));
        assert_eq!(parse("input-size=1000"), Ok((Limit::InputSize, 1000)));
        assert_eq!(parse("regex-size=512KiB"), Ok((Limit::RegexSize, 512 * KIB)));
        assert_eq!(parse("json-nesting=1024"), Ok((Limit::JsonNesting, 1024)));
        for (text, error) in [
            ("json-nesting", "write it as NAME=VALUE, such as `input-size=128MiB`"),
            ("json-nesting=0", "`0` is no number of levels above 0"),
            ("json-nesting=-5", "`-5` is no number of levels above 0"),
            ("json-nesting=+5", "`+5` is no number of levels above 0"),
            ("json-nesting=", "`` is no number of levels above 0"),
            ("json-nesting=1KiB", "`1KiB` is no number of levels above 0"),
            ("json-nesting=4097", "`json-nesting` goes no higher than 4096"),
            ("input-size=3GiB", "`input-size` goes no higher than 2GiB"),
            (
                "input-size=99999999999999999999GiB",
                "`99999999999999999999GiB` is no size above 0, such as `128MiB`",
            ),
            ("input-size=64MB", "`64MB` is no size above 0, such as `128MiB`"),
            (
                "depth=1",
                "there is no limit `depth`; there are input-size, yaml-nesting, json-nesting, alloy-nesting, aliases, \
                 embedded-depth, embedded-size, parts, components, rule-steps, regex-size",
            ),
        ] {
            assert_eq!(parse(text), Err(error.to_owned()));
        }
    }

    #[test]
    fn defaults_hold_where_nothing_is_set_and_say_how_they_are_raised() {
        assert_eq!((Limit::InputSize.get(), Limit::InputSize.shown().as_str()), (64 << 20, "64 MiB"));
        assert_eq!(Limit::InputSize.remedy(), "raise it with `--limit input-size=128MiB`");
        assert_eq!(Limit::YamlNesting.remedy(), "raise it with `--limit yaml-nesting=510`");
        assert_eq!(Limit::JsonNesting.shown(), "512 levels");
        assert_eq!(stack(), None);
        assert_eq!(bytes(1500, " "), "1500 bytes");
    }
}

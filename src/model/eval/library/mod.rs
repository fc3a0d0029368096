//! Turns calls of the standard library into values.

mod encoding;
mod list;
mod path;
mod text;

use std::sync::Arc;

use super::alternatives::combine;
use super::alternatives::gather;
use super::convert;
use super::fault::Fault;
use super::fault::Outcome;
use super::sprintf::sprintf;
use super::traced::Fields;
use super::traced::Kind;
use super::traced::Traced;
use super::traced::fresh;
use super::value::Scope;

/// What an argument is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    /// `string`.
    Text,
    /// `secret`.
    Secret,
    /// `list(string)`.
    Texts,
    /// `any`.
    Any,
}

/// How a function takes its arguments.
#[derive(Clone, Copy)]
enum Form {
    /// A function of converted arguments.
    Plain(&'static [Parameter], Body),
    /// A function of converted arguments whose last parameter repeats.
    Variadic(&'static [Parameter], Body),
    /// A function that looks at its arguments as they are.
    Raw(fn(&[Traced]) -> Outcome),
}

/// What a function does with its converted arguments.
#[derive(Clone, Copy)]
enum Body {
    /// It always gives a value.
    Sure(fn(&[Argument]) -> Traced),
    /// It may refuse, with a reason.
    May(fn(&[Argument]) -> Result<Traced, String>),
    /// It asks the environment.
    Asks(fn(&[Argument], &dyn Scope) -> Traced),
}

/// A converted argument.
enum Argument {
    /// For [`Parameter::Text`] and [`Parameter::Secret`].
    Text(Arc<[u8]>),
    /// For [`Parameter::Texts`].
    Texts(Vec<Arc<[u8]>>),
    /// For [`Parameter::Any`].
    Any(Traced),
}

impl Argument {
    fn text(&self) -> &[u8] {
        match self {
            Self::Text(text) => text,
            _ => &[],
        }
    }

    fn texts(&self) -> &[Arc<[u8]>] {
        match self {
            Self::Texts(texts) => texts,
            _ => &[],
        }
    }
}

/// The functions by their full names. Source: `stdlib` of the component facts.
const FUNCTIONS: &[(&str, Form)] = {
    use Body::Asks;
    use Body::May;
    use Body::Sure;
    use Form::Plain;
    use Form::Raw;
    use Form::Variadic;
    use Parameter::Any;
    use Parameter::Secret;
    use Parameter::Text;
    use Parameter::Texts;
    &[
        ("coalesce", Raw(list::coalesce)),
        ("json_path", Plain(&[Text, Text], Sure(path::json_path))),
        ("sys.env", Plain(&[Text], Asks(env))),
        ("convert.nonsensitive", Plain(&[Secret], Sure(first_text))),
        ("array.concat", Raw(list::concat)),
        ("array.combine_maps", Raw(list::combine_maps)),
        ("array.group_by", Raw(list::group_by)),
        ("encoding.from_json", Plain(&[Text], May(encoding::from_json))),
        ("encoding.from_yaml", Plain(&[Text], May(encoding::from_yaml))),
        ("encoding.from_base64", Plain(&[Text], May(encoding::from_base64))),
        ("encoding.from_URLbase64", Plain(&[Text], May(encoding::from_url_base64))),
        ("encoding.to_json", Plain(&[Any], May(encoding::to_json))),
        ("encoding.to_base64", Plain(&[Text], Sure(encoding::to_base64))),
        ("encoding.to_URLbase64", Plain(&[Text], Sure(encoding::to_url_base64))),
        ("encoding.url_encode", Plain(&[Text], Sure(encoding::url_encode))),
        ("encoding.url_decode", Plain(&[Text], May(encoding::url_decode))),
        ("string.format", Variadic(&[Text, Any], Sure(format))),
        ("string.join", Plain(&[Texts, Text], Sure(text::join))),
        ("string.replace", Plain(&[Text, Text, Text], Sure(text::replace))),
        ("string.split", Plain(&[Text, Text], Sure(text::split))),
        ("string.to_lower", Plain(&[Text], Sure(text::to_lower))),
        ("string.to_upper", Plain(&[Text], Sure(text::to_upper))),
        ("string.trim", Plain(&[Text, Text], Sure(text::trim))),
        ("string.trim_prefix", Plain(&[Text, Text], Sure(text::trim_prefix))),
        ("string.trim_suffix", Plain(&[Text, Text], Sure(text::trim_suffix))),
        ("string.trim_space", Plain(&[Text], Sure(text::trim_space))),
        ("file.path_join", Variadic(&[Text], Sure(path::path_join))),
    ]
};

/// The flat names of old, and what they are now.
const OLD_NAMES: &[(&str, &str)] = &[
    ("env", "sys.env"),
    ("nonsensitive", "convert.nonsensitive"),
    ("concat", "array.concat"),
    ("json_decode", "encoding.from_json"),
    ("yaml_decode", "encoding.from_yaml"),
    ("base64_decode", "encoding.from_base64"),
    ("format", "string.format"),
    ("join", "string.join"),
    ("replace", "string.replace"),
    ("split", "string.split"),
    ("to_lower", "string.to_lower"),
    ("to_upper", "string.to_upper"),
    ("trim", "string.trim"),
    ("trim_prefix", "string.trim_prefix"),
    ("trim_suffix", "string.trim_suffix"),
    ("trim_space", "string.trim_space"),
];

/// What `constants` holds; only the running process knows the values.
const CONSTANTS: &[&str] = &["hostname", "os", "arch", "version"];

/// The objects of the library. Their places in this list are their identities.
const SPACES: &[&str] = &["sys", "convert", "array", "encoding", "string", "file", "constants"];

/// Identities of functions and of library objects start here: each has one for good, as in the reference.
const FUNCTION_IDS: u64 = 1024;
const SPACE_IDS: u64 = 2048;

/// The value of a bare name of the library.
pub(crate) fn lookup(name: &str) -> Option<Traced> {
    if let Some((_, full)) = OLD_NAMES.iter().find(|(old, _)| *old == name) {
        return Some(function(full));
    }
    if let Some(index) = SPACES.iter().position(|space| *space == name) {
        let kind = Kind::Object(Arc::new(space(name)));
        return Some(Traced { id: SPACE_IDS + index as u64, kind });
    }
    FUNCTIONS.iter().any(|(full, _)| *full == name).then(|| function(name))
}

/// The name that a function of an old name has now.
pub(crate) fn newer_name(name: &str) -> Option<&'static str> {
    OLD_NAMES.iter().find(|(old, _)| *old == name).map(|(_, full)| *full)
}

/// Whether a bare name belongs to the library, old names included.
pub(crate) fn is_name(name: &str) -> bool {
    lookup(name).is_some()
}

/// A function by its full name.
pub(crate) fn function(name: &str) -> Traced {
    let index = FUNCTIONS.iter().position(|(full, _)| *full == name).unwrap_or(FUNCTIONS.len());
    Traced { id: FUNCTION_IDS + index as u64, kind: Kind::Function(name.into()) }
}

fn space(name: &str) -> Fields {
    if name == "constants" {
        return CONSTANTS
            .iter()
            .map(|field| {
                let reason = format!("constants.{field} is known to the running process only");
                ((*field).into(), Traced::unknown(reason))
            })
            .collect();
    }
    FUNCTIONS
        .iter()
        .filter_map(|(full, _)| {
            let field = full.strip_prefix(name)?.strip_prefix('.')?;
            Some((field.into(), function(full)))
        })
        .collect()
}

/// Calls a function.
pub(crate) fn call(function: &Traced, arguments: &[Traced], scope: &dyn Scope) -> Outcome {
    let name = match &function.kind {
        Kind::Function(name) => name,
        Kind::Unknown(_) => return Ok(function.clone()),
        Kind::OneOf(functions) => {
            return gather(functions.iter().map(|function| call(function, arguments, scope)));
        }
        _ => return Err(Fault::wrong_type(function, "function")),
    };
    match FUNCTIONS.iter().find(|(full, _)| *full == name.as_ref()).map(|(_, form)| *form) {
        Some(Form::Raw(body)) => body(arguments),
        Some(Form::Plain(parameters, body)) => {
            if arguments.len() != parameters.len() {
                let reason = format!("expected {} args, got {}", parameters.len(), arguments.len());
                return Err(Fault::about(function, reason));
            }
            converted(function, arguments, parameters, body, scope)
        }
        Some(Form::Variadic(parameters, body)) => {
            let least = parameters.len() - 1;
            if arguments.len() < least {
                let reason = format!("expected at least {least} args, got {}", arguments.len());
                return Err(Fault::about(function, reason));
            }
            converted(function, arguments, parameters, body, scope)
        }
        None => Ok(Traced::unknown(format!("the function {name} is not known"))),
    }
}

/// Calls a function with converted arguments; all of them have to be known.
fn converted(
    function: &Traced,
    arguments: &[Traced],
    parameters: &[Parameter],
    body: Body,
    scope: &dyn Scope,
) -> Outcome {
    combine(arguments, &mut |arguments| {
        let mut converted = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.iter().enumerate() {
            let parameter = parameters.get(index).or(parameters.last());
            converted.push(take(argument, parameter.copied().unwrap_or(Parameter::Any))?);
        }
        match body {
            // The empty text that a function gives is not the one that was written somewhere.
            Body::Sure(body) => Ok(Traced { id: fresh(), kind: body(&converted).kind }),
            Body::May(body) => body(&converted).map_err(|reason| Fault::about(function, reason)),
            Body::Asks(body) => Ok(body(&converted, scope)),
        }
    })
}

/// Converts a known argument.
fn take(argument: &Traced, parameter: Parameter) -> Result<Argument, Fault> {
    match parameter {
        Parameter::Text => convert::text(argument).map(Argument::Text),
        Parameter::Any => Ok(Argument::Any(argument.clone())),
        Parameter::Secret => match convert::assign(argument, &convert::TypeName::Secret)?.kind {
            Kind::Secret(text) => Ok(Argument::Text(text)),
            _ => Err(Fault::wrong_type(argument, "capsule")),
        },
        Parameter::Texts => {
            if matches!(argument.kind, Kind::Null) {
                return Ok(Argument::Texts(Vec::new()));
            }
            let Some(items) = argument.items() else { return Err(Fault::wrong_type(argument, "array")) };
            let mut texts = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                let text =
                    convert::text(item).map_err(|fault| fault.inside(argument, format!("[{index}]")))?;
                texts.push(text);
            }
            Ok(Argument::Texts(texts))
        }
    }
}

fn first_text(arguments: &[Argument]) -> Traced {
    Traced::text(arguments.first().map(Argument::text).unwrap_or_default())
}

fn env(arguments: &[Argument], scope: &dyn Scope) -> Traced {
    let name = arguments.first().map(Argument::text).unwrap_or_default();
    Traced::import(&scope.env(&String::from_utf8_lossy(name)))
}

fn format(arguments: &[Argument]) -> Traced {
    let Some((format, rest)) = arguments.split_first() else { return Traced::text("") };
    let values: Vec<Traced> = rest
        .iter()
        .filter_map(|argument| match argument {
            Argument::Any(value) => Some(value.clone()),
            _ => None,
        })
        .collect();
    sprintf(format.text(), &values)
}

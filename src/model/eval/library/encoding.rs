//! Turns text into values and back: `encoding.*`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;

use super::Argument;
use crate::model::eval::goquote::append;
use crate::model::eval::json;
use crate::model::eval::traced::Kind;
use crate::model::eval::traced::Traced;
use crate::model::eval::yaml;

/// What a function of the library gives. Reasons do not repeat the text: it may come from a secret.
type Given = Result<Traced, String>;

/// Go wants padding and does not mind leftover bits.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
    .with_decode_allow_trailing_bits(true);

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

fn text(arguments: &[Argument]) -> &[u8] {
    arguments.first().map(Argument::text).unwrap_or_default()
}

/// `encoding.from_json`: all numbers become floats.
pub(super) fn from_json(arguments: &[Argument]) -> Given {
    match json::parse(text(arguments), json::Numbers::Floats) {
        Ok(value) => Ok(value),
        Err(json::Refused::Invalid(at)) => Err(format!("invalid JSON at byte {at}")),
        Err(json::Refused::TooDeep) => Ok(Traced::unknown("the JSON text is nested too deeply to be read")),
    }
}

/// `encoding.from_yaml`.
pub(super) fn from_yaml(arguments: &[Argument]) -> Given {
    match std::str::from_utf8(text(arguments)) {
        Ok(text) => yaml::parse(text),
        Err(_) => Err("the YAML text is not UTF-8".to_owned()),
    }
}

/// `encoding.to_json`: objects only. Secrets come out in clear, as in the reference.
pub(super) fn to_json(arguments: &[Argument]) -> Given {
    let Some(Argument::Any(value @ Traced { kind: Kind::Object(_), .. })) = arguments.first() else {
        return Err("jsonEncode only supports map".to_owned());
    };
    let mut out = String::new();
    match json::write(value, &mut out) {
        Ok(()) => Ok(Traced::text(out)),
        Err(json::Unwritable::Refused(reason)) => Err(reason.to_owned()),
        Err(json::Unwritable::Unknown) => Ok(Traced::unknown("a component's export has no known JSON form")),
    }
}

/// `encoding.from_base64`.
pub(super) fn from_base64(arguments: &[Argument]) -> Given {
    decode(&STANDARD, text(arguments))
}

/// `encoding.from_URLbase64`.
pub(super) fn from_url_base64(arguments: &[Argument]) -> Given {
    decode(&URL, text(arguments))
}

fn decode(engine: &GeneralPurpose, text: &[u8]) -> Given {
    // Line breaks may stand anywhere.
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    match engine.decode(text) {
        Ok(bytes) => Ok(Kind::Bytes(bytes.into()).into()),
        Err(_) => Err("illegal base64 data".to_owned()),
    }
}

/// `encoding.to_base64`.
pub(super) fn to_base64(arguments: &[Argument]) -> Traced {
    Traced::text(STANDARD.encode(text(arguments)))
}

/// `encoding.to_URLbase64`.
pub(super) fn to_url_base64(arguments: &[Argument]) -> Traced {
    Traced::text(URL.encode(text(arguments)))
}

/// `encoding.url_encode`, for a query: a blank becomes `+`.
pub(super) fn url_encode(arguments: &[Argument]) -> Traced {
    let mut out = String::new();
    for byte in text(arguments) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(*byte));
            }
            b' ' => out.push('+'),
            _ => append(&mut out, format_args!("%{byte:02X}")),
        }
    }
    Traced::text(out)
}

/// `encoding.url_decode`, of a query.
pub(super) fn url_decode(arguments: &[Argument]) -> Given {
    let mut out = Vec::new();
    let mut rest = text(arguments);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let code = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                let code = code.and_then(|digits| std::str::from_utf8(digits).ok());
                match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(byte) => out.push(byte),
                    None => return Err("invalid URL escape".to_owned()),
                }
                rest = after.get(2..).unwrap_or_default();
            }
            _ => out.push(*byte),
        }
    }
    Ok(Traced::text(out))
}

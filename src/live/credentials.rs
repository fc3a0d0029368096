//! Tells what a context's user shows, and when that ends by its own words.

use std::time::Duration;
use std::time::SystemTime;

use kube::Config;
use kube::config::Kubeconfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::cause::Cause;
use super::cause::Refusal;

/// When credentials end, and what they are.
pub(super) type End = (SystemTime, &'static str);

/// When the credentials of a configuration end, as far as they tell: its token, or else its certificate.
pub(super) fn end(config: &Config) -> Option<End> {
    use secrecy::ExposeSecret as _;
    let user = &config.auth_info;
    if let Some(token) = &user.token {
        return Some((end_of_token(token.expose_secret())?, "token"));
    }
    let pem = match (&user.client_certificate_data, &user.client_certificate) {
        (Some(data), _) => base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).ok()?,
        #[expect(clippy::disallowed_methods, reason = "`live` is where what kubeconfigs name is read")]
        (None, Some(file)) => std::fs::read(file).ok()?,
        (None, None) => return None,
    };
    let certificate = CertificateDer::from_pem_slice(&pem).ok()?;
    Some((end_of_certificate(&certificate)?, "certificate"))
}

/// The user that a context names and nobody describes. `kube` would ask as nobody, and the refusals would mislead.
pub(super) fn missing_user<'k>(kubeconfig: &'k Kubeconfig, context: &str) -> Option<&'k str> {
    let context = kubeconfig.contexts.iter().find(|own| own.name == context)?.context.as_ref()?;
    let user = context.user.as_deref().filter(|user| !user.is_empty())?;
    kubeconfig.auth_infos.iter().all(|own| own.name != user).then_some(user)
}

/// The configuration with the token of its token file. `kube` takes it with the end of its line, which no header can hold.
pub(super) fn with_token(mut config: Config) -> Result<Config, Refusal> {
    let user = &mut config.auth_info;
    if let Some(file) = user.token_file.as_ref().filter(|_| user.token.is_none()) {
        #[expect(clippy::disallowed_methods, reason = "`live` is where what kubeconfigs name is read")]
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|error| {
            let message = format!("the token file {file} cannot be read: {error}");
            Refusal::new(Cause::NotConfigured, message)
        })?;
        user.token = Some(text.trim().to_owned().into());
    }
    Ok(config)
}

/// Reads any bytes as a token and as a certificate; see `live/invariants.rs`.
#[cfg(any(test, feature = "fuzzing"))]
pub(super) fn survive(bytes: &[u8]) {
    let _ = (end_of_certificate(bytes), end_of_token(&String::from_utf8_lossy(bytes)));
}

/// When a token ends: tokens of service accounts and of `OpenID Connect` are JSON in the middle of three parts.
fn end_of_token(token: &str) -> Option<SystemTime> {
    let body = token.split('.').nth(1)?;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let bytes = base64::Engine::decode(&engine, body.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(claims.get("exp")?.as_u64()?))
}

/// Tags of DER that are met on the way (X.690).
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const SHORT_TIME: u8 = 0x17;
const LONG_TIME: u8 = 0x18;

/// When a certificate ends (RFC 5280, 4.1): behind version, number, algorithm and issuer is from when and until when it counts.
fn end_of_certificate(der: &[u8]) -> Option<SystemTime> {
    let (certificate, _) = inside(der, SEQUENCE)?;
    let (mut rest, _) = inside(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = item(rest)?.2;
    }
    for _ in ["number", "algorithm", "issuer"] {
        rest = item(rest)?.2;
    }
    let (times, _) = inside(rest, SEQUENCE)?;
    let (tag, text, _) = item(item(times)?.2)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// What an item of that tag holds, and what follows it.
fn inside(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, inner, rest) = item(der)?;
    (tag == wanted).then_some((inner, rest))
}

/// Tag and content of the first item, and what follows it. A length is one byte, or behind a byte that says how many it takes.
fn item(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f).min(5))?;
        let length =
            bytes.iter().try_fold(0_u32, |sum, byte| sum.checked_mul(256)?.checked_add((*byte).into()))?;
        (usize::try_from(length).ok()?, rest)
    };
    let (inner, rest) = rest.split_at_checked(length)?;
    Some((tag, inner, rest))
}

/// `YYMMDDhhmmssZ` of the years 1950 to 2049, or with a whole year.
fn time(tag: u8, text: &str) -> Option<SystemTime> {
    let text = match tag {
        SHORT_TIME if text < "50" => format!("20{text}"),
        SHORT_TIME => format!("19{text}"),
        LONG_TIME => text.to_owned(),
        _ => return None,
    };
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    // Days since the first of March of year 0, when the day that leap years have is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    // The first of January 1970, counted in the same way. What ended before that ended.
    let days = days.saturating_sub(719_469);
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_end_of_a_token_is_read_from_it() {
        // {"exp":1700000000}
        assert_eq!(
            end_of_token("eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.sig"),
            Some(after(1_700_000_000))
        );
        assert_eq!(end_of_token("opaque"), None);
        assert_eq!(end_of_token("a.%%%.b"), None);
    }

    #[test]
    fn times_of_certificates_are_days_of_the_calendar() {
        assert_eq!(time(SHORT_TIME, "700101000000Z"), Some(after(0)));
        assert_eq!(time(SHORT_TIME, "231114221320Z"), Some(after(1_700_000_000)));
        assert_eq!(time(LONG_TIME, "20000301000000Z"), Some(after(951_868_800)));
        assert_eq!(time(LONG_TIME, "21000228235959Z"), Some(after(4_107_542_399)));
        assert_eq!(time(SHORT_TIME, "500101000000Z"), Some(after(0)));
        assert_eq!(time(LONG_TIME, "2000"), None);
        assert_eq!(time(2, "231114221320Z"), None);
    }

    #[test]
    fn the_end_of_a_certificate_is_read_from_it() {
        let mut params = rcgen::CertificateParams::new(["a".repeat(300)]).unwrap();
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        assert_eq!(end_of_certificate(&der), Some(after(1_577_836_800)));
        // Whatever comes is read to its end, or not at all.
        for cut in 0..der.len() {
            end_of_certificate(&der[..cut]);
        }
        assert_eq!(end_of_certificate(b"\x30\x85\xff\xff\xff\xff\xff"), None);
    }
}

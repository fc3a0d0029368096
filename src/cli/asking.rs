//! Turns questions and the lines that a person types into what is said of a workload.

use std::io::BufRead;
use std::io::Write;

use crate::generate::Given;
use crate::generate::Topic;

/// How often a question is put again before the person is believed to have no answer.
const ATTEMPTS: usize = 5;

/// Asks for everything that nobody has said. An empty line gives the answer in brackets.
pub(super) fn ask(given: &mut Given, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<(), String> {
    for topic in Topic::open(given) {
        let Some((question, default)) = topic.question(given) else { continue };
        let shown =
            default.filter(|text| !text.is_empty()).map(|text| format!(" [{text}]")).unwrap_or_default();
        let mut answered = false;
        for _ in 0..ATTEMPTS {
            write!(out, "{question}{shown}: ")
                .and_then(|()| out.flush())
                .map_err(|error| error.to_string())?;
            let mut line = String::new();
            if input.read_line(&mut line).map_err(|error| error.to_string())? == 0 {
                return Err("the input ended before all questions were answered".to_owned());
            }
            let line = line.trim();
            let text = if line.is_empty() { default.unwrap_or_default() } else { line };
            match topic.answer(text, given) {
                Ok(()) => {
                    answered = true;
                    break;
                }
                // Nobody is left to tell if standard error is gone.
                Err(why) => drop(writeln!(out, "{}", crate::report::printable(&why))),
            }
        }
        if !answered {
            return Err(format!("no answer to: {question}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Wanted;

    /// What is said after these lines, and what was printed.
    fn asked(lines: &str) -> (Result<(), String>, Given, String) {
        let (mut given, mut out) = (Given::default(), Vec::new());
        let done = ask(&mut given, &mut lines.as_bytes(), &mut out);
        (done, given, String::from_utf8(out).unwrap())
    }

    #[test]
    fn enter_gives_the_answer_in_brackets() {
        let (done, given, printed) = asked("\nacme01-production\nacme.example.com\n\n\n\n\n\n\n");
        assert_eq!(done, Ok(()));
        assert!(printed.starts_with("Cloud, aws or azure [aws]: Name of the workload"), "{printed}");
        assert!(!printed.contains("subscription"), "that is Azure's: {printed}");
        let (wanted, _) = Wanted::new(&given).unwrap();
        assert_eq!((wanted.workload.as_str(), wanted.region.as_str()), ("acme01-production", "us-east-2"));
        assert_eq!((wanted.control_room, wanted.system_logs, wanted.release), (None, false, None));
    }

    #[test]
    fn a_wrong_answer_is_asked_for_again() {
        let lines = "gcp\nazure\nA b\nacme\nx.example.com\n\n\nme\n\n\ncr.example.com\nmaybe\nyes\nno\n";
        let (done, given, printed) = asked(lines);
        assert_eq!(done, Ok(()));
        for told in [
            "`gcp` is not a cloud",
            "`A b` is not a workload's name",
            "`me` is not an Azure tenant",
            "answer yes or no",
        ] {
            assert!(printed.contains(told), "{told}: {printed}");
        }
        let (wanted, _) = Wanted::new(&given).unwrap();
        assert_eq!((wanted.control_room.as_deref(), wanted.system_logs), (Some("cr.example.com"), true));
    }

    #[test]
    fn what_was_said_is_not_asked() {
        let (_, full, _) = asked("\nacme\nx.example.com\n\n\n111122223333\ncr.example.com\n\n\n");
        let mut given = full.clone();
        let mut out = Vec::new();
        // The release alone was left out.
        assert_eq!(ask(&mut given, &mut "1\n".as_bytes(), &mut out), Ok(()));
        let printed = String::from_utf8(out).unwrap();
        assert!(
            printed.starts_with("Release") && !printed.contains('\n') && printed.len() < 100,
            "{printed}"
        );
        assert_eq!(given.release.map(|said| said.value), Some("1".to_owned()));
    }

    #[test]
    fn an_end_of_the_input_is_told() {
        let (done, ..) = asked("aws\n");
        assert!(done.unwrap_err().contains("ended before"));
        let (done, ..) = asked(&"\n".repeat(20));
        assert!(done.unwrap_err().starts_with("no answer to: Name of the workload"));
    }
}

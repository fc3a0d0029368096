//! Turns the words of `ptd-lint generate` into a stack on standard output or in a folder.
//!
//! Standard output carries the stack alone. What was assumed, and what has to be there beside it, goes to standard error.

use std::sync::Arc;

use super::Stop;
use super::args::GenerateArgs;
use super::declared;
use super::exit;
use super::output;
use super::output::say;
use super::unwritten;
use super::written;
use crate::generate;
use crate::generate::Agreed;
use crate::generate::Fault;
use crate::generate::Form;
use crate::generate::Wanted;

/// Writes a stack and gives the exit code.
pub(super) fn generate(args: &GenerateArgs) -> Result<u8, Stop> {
    let form = Form::from(args.form);
    let declared::Declared { given, overrides } = declared::declared(args)?;
    let (wanted, assumed) = Wanted::new(&given).map_err(|faults| failed(&faults))?;
    let agreed = Arc::new(Agreed::new(overrides));
    let files = generate::generate(&wanted, form, &agreed).map_err(|fault| failed(&[fault]))?;
    if files.is_empty() {
        return Err(Stop::Failed(vec![format!("`--as {}` cannot be written yet", form.name())]));
    }
    let code = if let Some(folder) = &args.out {
        written::write(folder, &files, args.force, args.quiet)?
    } else {
        let text = generate::stream(&files);
        output::to_stdout(|out| out.write_all(text.as_bytes())).map_err(|error| unwritten(&error))?;
        exit::CLEAN
    };
    if !args.quiet {
        for line in assumed {
            say(&format!("assumed: {line}"));
        }
        for line in generate::needed(&wanted, &agreed).map_err(|fault| failed(&[fault]))? {
            say(&format!("has to be there: {line}"));
        }
    }
    Ok(code)
}

/// A line for each fault.
fn failed(faults: &[Fault]) -> Stop {
    Stop::Failed(faults.iter().map(ToString::to_string).collect())
}

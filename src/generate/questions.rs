//! What can be asked of a person: one question for each thing that nobody has said, with the answer that Enter gives.

use super::given::Given;
use super::given::Said;
use super::wanted::Cloud;
use super::words;
use super::words::Word;

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// `aws` or `azure`.
    Cloud,
    /// The compound name.
    Workload,
    /// The main site's domain.
    Domain,
    /// The cluster's release.
    Release,
    /// The region.
    Region,
    /// AWS account or Azure tenant.
    Account,
    /// Azure subscription.
    Subscription,
    /// The control room's domain.
    ControlRoom,
    /// The nodes' journals.
    SystemLogs,
    /// Telemetry of makers.
    Telemetry,
}

/// All topics, in the order in which they are asked.
const TOPICS: [Topic; 10] = [
    Topic::Cloud,
    Topic::Workload,
    Topic::Domain,
    Topic::Release,
    Topic::Region,
    Topic::Account,
    Topic::Subscription,
    Topic::ControlRoom,
    Topic::SystemLogs,
    Topic::Telemetry,
];

impl Topic {
    /// What nobody has said and may be asked.
    pub(crate) fn open(given: &Given) -> Vec<Self> {
        TOPICS.into_iter().filter(|topic| !topic.is_said(given)).collect()
    }

    fn is_said(self, given: &Given) -> bool {
        match self {
            Self::Cloud => given.cloud.is_some(),
            Self::Workload => given.workload.is_some(),
            Self::Domain => given.domain.is_some() || !given.sites.is_empty(),
            Self::Release => given.release.is_some(),
            Self::Region => given.region.is_some(),
            Self::Account => given.account.is_some(),
            Self::Subscription => given.subscription.is_some(),
            Self::ControlRoom => given.control_room.is_some(),
            Self::SystemLogs => given.system_logs.is_some(),
            Self::Telemetry => given.third_party_telemetry.is_some(),
        }
    }

    /// The question, and what Enter answers; `None` where there is no answer but the person's. No question where what was
    /// answered before makes it void.
    pub(crate) fn question(self, given: &Given) -> Option<(&'static str, Option<&'static str>)> {
        let azure = is_azure(given);
        Some(match self {
            Self::Cloud => ("Cloud, aws or azure", Some("aws")),
            Self::Workload => ("Name of the workload, such as acme01-production", None),
            Self::Domain => ("Domain of the main site", None),
            Self::Release => {
                ("Release of the cluster, such as 20260115; empty: the workload has one cluster", Some(""))
            }
            Self::Region if azure => ("Region", Some(Cloud::Azure.region())),
            Self::Region => ("Region", Some(Cloud::Aws.region())),
            Self::Account if azure => {
                ("Azure tenant, a UUID; empty: the control room knows the workload by its name", Some(""))
            }
            Self::Account => {
                ("AWS account, 12 digits; empty: the control room knows the workload by its name", Some(""))
            }
            Self::Subscription if azure => ("Azure subscription, a UUID; empty: from a Secret", Some("")),
            Self::Subscription => return None,
            Self::ControlRoom => ("Domain of the control room; empty: there is none", Some("")),
            Self::SystemLogs => ("Collect the nodes' journals, yes or no", Some("no")),
            Self::Telemetry => ("Let programs tell their makers how they are used, yes or no", Some("no")),
        })
    }

    /// Takes an answer, or says what is wrong with it.
    pub(crate) fn answer(self, text: &str, given: &mut Given) -> Result<(), String> {
        let said = |word: Word| {
            let value = word.read(text)?;
            Ok::<_, String>(Some(Said { value, by: "the answer".to_owned() }))
        };
        let unless_empty = |word: Word| if text.is_empty() { Ok(None) } else { said(word) };
        match self {
            Self::Cloud => given.cloud = said(words::CLOUD)?,
            Self::Workload => given.workload = said(words::WORKLOAD)?,
            Self::Domain => given.domain = said(words::DOMAIN)?,
            Self::Release => given.release = unless_empty(words::RELEASE)?,
            Self::Region => given.region = said(words::REGION)?,
            Self::Account if is_azure(given) => given.account = unless_empty(words::TENANT)?,
            Self::Account => given.account = unless_empty(words::ACCOUNT)?,
            Self::Subscription => given.subscription = unless_empty(words::SUBSCRIPTION)?,
            Self::ControlRoom => given.control_room = unless_empty(words::DOMAIN)?,
            Self::SystemLogs => given.system_logs = Some(yes(text)?),
            Self::Telemetry => given.third_party_telemetry = Some(yes(text)?),
        }
        Ok(())
    }
}

fn is_azure(given: &Given) -> bool {
    given.cloud.as_ref().is_some_and(|said| said.value == Cloud::Azure.name())
}

fn yes(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err("answer yes or no".to_owned()),
    }
}

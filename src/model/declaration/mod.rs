//! Turns declarations (`ptd.yaml`, `site.yaml`) into what they expect of the stack, and tells what nobody reads in them.

mod faults;
mod sites;
mod table;
mod versions;

pub(super) use faults::flag;
pub(crate) use faults::subjects as declaration_subjects;
pub(crate) use sites::declared_products;
pub(crate) use sites::products;
pub(crate) use sites::sites;
pub(crate) use versions::cluster_subject;
pub(super) use versions::components;
pub(crate) use versions::subjects as version_subjects;

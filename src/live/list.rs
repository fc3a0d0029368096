//! Reads all objects of a kind, page by page.

use serde_json::Value;

use super::call::Accept;
use super::call::Action;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::connection::Connection;

/// Objects of a page: as many as `kubectl` asks for, and fewer where all of each comes.
const fn page_size(accept: Accept) -> u32 {
    match accept {
        Accept::Metadata => 500,
        Accept::Objects | Accept::Anything => 250,
    }
}

/// How often a list is begun anew when its place expires while it is read.
const BEGINNINGS: u32 = 3;

/// The most objects of one kind that are read.
const MOST: usize = 200_000;

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    /// The path of the collection.
    pub(super) path: String,
    /// Whole objects or metadata.
    pub(super) accept: Accept,
    /// Only objects with these labels.
    pub(super) labels: Option<String>,
    /// Only objects with these fields.
    pub(super) fields: Option<String>,
}

/// A step of reading a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// An object.
    Object(Value),
    /// The list begins anew: what came so far comes again.
    Anew,
}

/// Hands `take` each object of the collection, which may drop it: no more than a page is held here.
///
/// Where it fails after some pages, what came before has been given, and the refusal says how much that was.
pub(super) async fn list(
    connection: &Connection,
    listing: &Listing,
    mut take: impl FnMut(Step),
) -> Result<usize, Refusal> {
    let mut beginnings = 1;
    let mut place: Option<String> = None;
    let mut count = 0;
    loop {
        let refusal = match page(connection, listing, place.as_deref()).await {
            Ok(page) => {
                count += page.items.len();
                page.items.into_iter().map(Step::Object).for_each(&mut take);
                match page.next {
                    None if page.left > 0 => {
                        let message = format!("the server ended the list with {} objects to come", page.left);
                        Refusal::new(Cause::Truncated, message)
                    }
                    None => return Ok(count),
                    Some(_) if count >= MOST => Refusal::new(
                        Cause::Truncated,
                        format!("there are more than {MOST}, the most that are read"),
                    ),
                    Some(next) if place.as_deref() == Some(&*next) => {
                        Refusal::new(Cause::Truncated, "the server does not go on with the list")
                    }
                    Some(next) => {
                        place = Some(next);
                        continue;
                    }
                }
            }
            // The kind was there a page ago.
            Err(refusal) if refusal.cause == Cause::Gone && place.is_some() => {
                Refusal { cause: Cause::Truncated, ..refusal }
            }
            Err(refusal) => refusal,
        };
        if refusal.cause == Cause::Truncated && place.is_some() && count < MOST && beginnings < BEGINNINGS {
            beginnings += 1;
            place = None;
            count = 0;
            take(Step::Anew);
            continue;
        }
        return Err(if place.is_some() { after(refusal, count) } else { refusal });
    }
}

/// The refusal, with how much came before it.
fn after(refusal: Refusal, count: usize) -> Refusal {
    let Refusal { cause, message, wait } = refusal;
    Refusal { cause, message: format!("after {count} objects: {message}"), wait }
}

struct Page {
    items: Vec<Value>,
    next: Option<String>,
    /// How many the server says are still to come.
    left: u64,
}

async fn page(connection: &Connection, listing: &Listing, place: Option<&str>) -> Result<Page, Refusal> {
    let mut query = vec![("limit", page_size(listing.accept).to_string())];
    query.extend(listing.labels.clone().map(|labels| ("labelSelector", labels)));
    query.extend(listing.fields.clone().map(|fields| ("fieldSelector", fields)));
    query.extend(place.map(|place| ("continue", place.to_owned())));
    let call = Call { action: Action::List, path: listing.path.clone(), query, accept: listing.accept };
    let answer = connection.send(&call).await?;
    let no_list = |why: &str| Refusal::new(Cause::NotUnderstood, format!("the answer is no list: {why}"));
    let mut value: Value = serde_json::from_slice(&answer.body).map_err(|_| no_list("it is no JSON"))?;
    if listing.accept == Accept::Metadata
        && value.get("kind").and_then(Value::as_str) != Some("PartialObjectMetadataList")
    {
        return Err(no_list("the server was asked for metadata alone, and answers with something else"));
    }
    let items = value.get_mut("items").map(Value::take);
    // Go writes an empty list as null.
    let items = match items {
        Some(Value::Array(items)) => items,
        Some(Value::Null) => Vec::new(),
        _ => return Err(no_list("it has no `items`")),
    };
    // Whatever else may come of one without a name, it is none of the server's objects.
    if items.iter().any(|item| item.pointer("/metadata/name").is_none_or(|name| !name.is_string())) {
        return Err(no_list("an item of it has no name"));
    }
    let next = value.pointer("/metadata/continue").and_then(Value::as_str);
    let next = next.filter(|next| !next.is_empty()).map(str::to_owned);
    let left = value.pointer("/metadata/remainingItemCount").and_then(Value::as_u64).unwrap_or_default();
    Ok(Page { items, next, left })
}

//! Vaults as a whole: what one holds, and moving it to another, into a file, or out of one. They belong to the machine,
//! so no project is needed.

use crate::failure::{Failure, Kind, Result};
use crate::secret::{Credentials, Item, Keeper, Parcel};

/// What one item holds, or what would become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The item: `<project id>/<environment>`.
    pub item: String,
    /// The credentials that are new there.
    pub set: Vec<String>,
    /// Those whose value becomes another.
    pub changed: Vec<String>,
    /// Those that stay.
    pub same: Vec<String>,
}

/// Everything a vault holds; items known by name are asked for where a vault cannot tell.
///
/// # Errors
/// The vault is not ready.
pub async fn holdings(keeper: &Keeper, known: &[Item]) -> Result<Parcel> {
    let mut found = Vec::new();
    for item in keeper.items(known.to_vec()).await? {
        let credentials = keeper.read(&item).await?;
        found.push((item, credentials));
    }
    Ok(Parcel(found))
}

/// What would become of a vault that takes all this.
///
/// # Errors
/// The vault is not ready.
pub async fn compare(parcel: &Parcel, keeper: &Keeper) -> Result<Vec<Move>> {
    let mut moves = Vec::new();
    for (item, credentials) in &parcel.0 {
        let there = keeper.read(item).await?;
        let mut found = Move { item: item.name(), set: Vec::new(), changed: Vec::new(), same: Vec::new() };
        for (name, credential) in credentials {
            let list = match there.get(name) {
                None => &mut found.set,
                Some(other) if other.value.same(&credential.value) => &mut found.same,
                Some(_) => &mut found.changed,
            };
            list.push(name.clone());
        }
        moves.push(found);
    }
    Ok(moves)
}

/// Lays all this over what a vault holds, and makes sure that it is there.
///
/// # Errors
/// The vault is not ready, or does not give back what it was given.
pub async fn take(parcel: &Parcel, keeper: &Keeper) -> Result<()> {
    for (item, credentials) in &parcel.0 {
        put(item, credentials, keeper).await?;
    }
    keeper.settle().await
}

async fn put(item: &Item, credentials: &Credentials, keeper: &Keeper) -> Result<()> {
    let there = keeper.merge(item, credentials.clone()).await?;
    let whole = credentials.iter().all(|(name, credential)| {
        there.get(name).is_some_and(|other| other.value.same(&credential.value) && other.set == credential.set)
    });
    if whole {
        return Ok(());
    }
    Err(Failure::new(Kind::Vault, format!("{} does not give {} back as it was given", keeper.kind(), item.name()))
        .hint("nothing was removed where it came from"))
}

/// Moves all this: an item is removed where it came from once it is there. Returns the items moved.
///
/// # Errors
/// A vault is not ready, or the other holds another value; what is not moved yet stays where it is.
pub async fn migrate(parcel: &Parcel, from: &Keeper, to: &Keeper, removes: bool) -> Result<()> {
    let differing: Vec<String> = compare(parcel, to)
        .await?
        .iter()
        .flat_map(|found| found.changed.iter().map(|name| format!("{} of {}", name, found.item)))
        .collect();
    if !differing.is_empty() {
        return Err(Failure::new(
            Kind::Blocked,
            format!("{} holds another value for {}", to.kind(), differing.join(", ")),
        )
        .because("nothing is moved over a value that is there")
        .hint("look which one is right, and remove the other: landfall creds rm ENV FIELD --vault VAULT"));
    }
    for (item, credentials) in &parcel.0 {
        put(item, credentials, to).await?;
        if removes {
            from.remove(item).await?;
        }
    }
    to.settle().await?;
    from.settle().await
}

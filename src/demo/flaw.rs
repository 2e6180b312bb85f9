//! What can be wrong around a cluster before anything is deployed into it: each is found by a check.

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// The directories on the nodes belong to root until a setup gives them away.
    WrongOwner,
    /// There is little room on the disk of the nodes.
    DiskLow,
    /// The database does not answer.
    DatabaseDown,
    /// The database server has no such database.
    NoDatabase,
    /// The database user may not create tables.
    NoRight,
    /// A newer MLflow made the tables of the database.
    NewerTables,
    /// The artifact store has no such bucket.
    NoBucket,
    /// The registry refuses every token.
    RegistryDenied,
    /// No node has memory enough for the pods.
    SmallNodes,
    /// The user may not create Services, nor read logs.
    RightsMissing,
    /// A quota leaves no room.
    Quota,
    /// The namespace enforces the level "baseline" of PodSecurity.
    PodSecurity,
    /// What is deployed loses its artifacts.
    ArtifactsLost,
}

impl Flaw {
    /// Every flaw.
    pub const ALL: [Self; 13] = [
        Self::WrongOwner,
        Self::DiskLow,
        Self::DatabaseDown,
        Self::NoDatabase,
        Self::NoRight,
        Self::NewerTables,
        Self::NoBucket,
        Self::RegistryDenied,
        Self::SmallNodes,
        Self::RightsMissing,
        Self::Quota,
        Self::PodSecurity,
        Self::ArtifactsLost,
    ];

    /// The word a person types for it, and what it shows.
    pub(super) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::WrongOwner => ("wrong-owner", "directories on the node belong to root until they are set up"),
            Self::DiskLow => ("disk-low", "the node has 6 GiB left for packages"),
            Self::DatabaseDown => ("database-down", "the database does not answer"),
            Self::NoDatabase => ("no-database", "the database server has no such database"),
            Self::NoRight => ("no-right", "the database user may not create tables"),
            Self::NewerTables => ("newer-tables", "a newer MLflow made the tables of the database"),
            Self::NoBucket => ("no-bucket", "the artifact store has no such bucket"),
            Self::RegistryDenied => ("registry-denied", "the registry refuses the token to this machine"),
            Self::SmallNodes => ("small-nodes", "the nodes have 384Mi of memory each"),
            Self::RightsMissing => ("rights-missing", "you may not create Services, nor read logs"),
            Self::Quota => ("quota", "a quota of 256Mi memory leaves no room"),
            Self::PodSecurity => ("pod-security", "the namespace takes no directories of the node"),
            Self::ArtifactsLost => ("artifacts-lost", "what is deployed cannot store artifacts"),
        }
    }
}

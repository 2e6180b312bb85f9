//! How a credential here and the same one in the cluster stand to each other. Pure: three comparisons in, one word out.

use std::fmt;

use jiff::Timestamp;

use crate::failure::Failure;
use crate::secret::Stage;

/// What the vault says of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// The vault cannot be read now.
    Locked,
    /// It holds none.
    Unset,
    /// It holds one.
    Set,
}

/// What the cluster says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum There {
    /// It cannot be read, or not be told from what is there.
    Untold,
    /// It has none.
    Absent,
    /// It has one.
    Set,
}

/// The three comparisons: here with there, and each with what was last applied from here (none where nothing is known).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// What the vault says.
    pub here: Here,
    /// What the cluster says.
    pub there: There,
    /// Whether both are the same value.
    pub same: bool,
    /// Whether the value here is the one last applied.
    pub here_is_applied: Option<bool>,
    /// Whether the value there is the one last applied.
    pub there_is_applied: Option<bool>,
}

/// How both stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accord {
    /// The same value on both sides.
    InSync,
    /// It was changed here and not applied yet.
    NewerHere,
    /// It was changed in the cluster.
    ChangedThere,
    /// It was changed on both sides.
    ChangedBoth,
    /// Both differ, and nothing was applied from here that would tell which is newer.
    Differs,
    /// It is here and not in the cluster.
    NotApplied,
    /// It is only in the cluster.
    OnlyThere,
    /// It is on neither side.
    Unset,
    /// The vault cannot be read now.
    Locked,
    /// The cluster's side cannot be told.
    Untold,
}

impl Accord {
    /// How the sides stand to each other.
    pub fn of(sides: Sides) -> Self {
        match (sides.here, sides.there) {
            (Here::Locked, There::Untold | There::Absent | There::Set) => Self::Locked,
            (Here::Unset | Here::Set, There::Untold) => Self::Untold,
            (Here::Unset, There::Absent) => Self::Unset,
            (Here::Unset, There::Set) => Self::OnlyThere,
            (Here::Set, There::Absent) => Self::NotApplied,
            (Here::Set, There::Set) if sides.same => Self::InSync,
            (Here::Set, There::Set) => match (sides.here_is_applied, sides.there_is_applied) {
                (Some(true), _) => Self::ChangedThere,
                (Some(false) | None, Some(true)) => Self::NewerHere,
                (Some(false), Some(false) | None) => Self::ChangedBoth,
                (None, Some(false) | None) => Self::Differs,
            },
        }
    }

    /// One word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InSync => "in-sync",
            Self::NewerHere => "newer-here",
            Self::ChangedThere => "changed-there",
            Self::ChangedBoth => "changed-both",
            Self::Differs => "differs",
            Self::NotApplied => "not-applied",
            Self::OnlyThere => "only-there",
            Self::Unset => "not-set",
            Self::Locked => "locked",
            Self::Untold => "untold",
        }
    }

    /// Whether both sides have a value and somebody has to say which one holds.
    pub const fn is_apart(self) -> bool {
        match self {
            Self::ChangedThere | Self::ChangedBoth | Self::Differs => true,
            Self::InSync
            | Self::NewerHere
            | Self::NotApplied
            | Self::OnlyThere
            | Self::Unset
            | Self::Locked
            | Self::Untold => false,
        }
    }

    /// Whether it is worth a word beside the credential of an environment that is deployed.
    pub const fn is_off(self) -> bool {
        match self {
            Self::NewerHere
            | Self::ChangedThere
            | Self::ChangedBoth
            | Self::Differs
            | Self::NotApplied
            | Self::OnlyThere => true,
            Self::InSync | Self::Unset | Self::Locked | Self::Untold => false,
        }
    }
}

impl fmt::Display for Accord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InSync => "in sync",
            Self::NewerHere => "newer here",
            Self::ChangedThere => "changed in the cluster",
            Self::ChangedBoth => "changed here and in the cluster",
            Self::Differs => "differs from the cluster",
            Self::NotApplied => "not applied",
            Self::OnlyThere => "only in the cluster",
            Self::Unset => "not set",
            Self::Locked => "locked",
            Self::Untold => "cannot be told",
        })
    }
}

/// Who wrote a value in the cluster last, and when, as far as the object says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Who: a person where a release knows one, else the field manager.
    pub by: String,
    /// When.
    pub when: Option<Timestamp>,
}

/// One credential, compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name: `pgsql.password`.
    pub field: String,
    /// How both sides stand to each other.
    pub accord: Accord,
    /// Where it stands in the cluster: "PGPASSWORD of Secret mlflow-secrets-dev".
    pub place: Option<String>,
    /// Who wrote the cluster's value last; none where the cluster has none.
    pub edit: Option<Edit>,
    /// When it was last applied from here.
    pub applied: Option<Timestamp>,
    /// Why the cluster's value cannot be taken over, if so.
    pub stuck: Option<String>,
    /// How far its rotation is, if one is under way.
    pub turn: Option<Stage>,
}

impl Compared {
    /// Whether the cluster has another value, and it can be taken over.
    pub fn can_be_taken(&self) -> bool {
        let other = match self.accord {
            Accord::NewerHere | Accord::ChangedThere | Accord::ChangedBoth | Accord::Differs | Accord::OnlyThere => {
                true
            }
            Accord::InSync | Accord::NotApplied | Accord::Unset | Accord::Locked | Accord::Untold => false,
        };
        other && self.stuck.is_none()
    }
}

/// The credentials of an environment, compared with the cluster's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The environment.
    pub environment: String,
    /// Each credential that goes into a Secret, in the order of the module's schema.
    pub fields: Vec<Compared>,
    /// Why the cluster could not be asked, if so; every credential is untold then.
    pub trouble: Option<Failure>,
}

impl Comparison {
    /// The credential of a name.
    pub fn field(&self, name: &str) -> Option<&Compared> {
        self.fields.iter().find(|compared| compared.field == name)
    }

    /// How many are worth a word.
    pub fn off(&self) -> usize {
        self.fields.iter().filter(|compared| compared.accord.is_off()).count()
    }

    /// How many somebody has to decide about, since another value stands in the cluster.
    pub fn apart(&self) -> usize {
        self.fields.iter().filter(|compared| compared.accord.is_apart()).count()
    }
}

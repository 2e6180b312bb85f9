//! What keys can do, and the places in which they do it.

use serde::Deserialize;

/// What a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Up by one.
    Up,
    /// Down by one.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// To the beginning.
    First,
    /// To the end.
    Last,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the next pane or field.
    NextPane,
    /// To the pane or field before.
    PrevPane,
    /// Forward, or open.
    Open,
    /// Sign in to the cluster.
    SignIn,
    /// Back; never loses input.
    Back,
    /// The help.
    Help,
    /// Leave.
    Leave,
    /// Stop what runs.
    Stop,
    /// To the shell for a while.
    Suspend,
    /// Draw anew.
    Redraw,
    /// Ask again, plan again.
    Again,
    /// To the credentials.
    Credentials,
    /// Open the vault.
    Unlock,
    /// Watch what is there.
    Watch,
    /// Show and copy the address.
    Url,
    /// Make a value.
    Generate,
    /// Make all values that are empty or flagged.
    GenerateAll,
    /// Show a value for a while.
    Reveal,
    /// Take the cluster's value over.
    Adopt,
    /// Give a credential a new value everywhere.
    Rotate,
    /// Give a rotation up.
    GiveUp,
    /// Save and go on.
    Save,
    /// Empty a field.
    Clear,
    /// Ask once more, then apply.
    Apply,
    /// Differences or the whole object.
    Toggle,
    /// Fields that the cluster fills.
    Filled,
    /// Take over what others hold of the chosen object, or the chosen field.
    TakeThis,
    /// Take over all that others hold.
    TakeOver,
    /// Another value in this run.
    Value,
    /// Copy.
    Copy,
    /// Choose a log.
    Log,
    /// The log of the previous run.
    Previous,
    /// Enter credentials anew.
    Renew,
    /// Try again.
    Retry,
    /// Save what is known.
    Evidence,
    /// The next step.
    Next,
    /// Let landfall mend what a check found.
    Mend,
    /// Run the checks that need a pod.
    Pods,
    /// Ask whether it really works.
    Smoke,
    /// Show only rows with some words.
    Filter,
    /// Show all rows again.
    Unfilter,
}

impl Action {
    /// Whether it stands at the end of the key bar and is never dropped from it.
    pub const fn is_leaving(self) -> bool {
        matches!(self, Self::Help | Self::Leave | Self::Back | Self::Unfilter | Self::Stop)
    }
}

/// A place in which keys have their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Every place.
    Everywhere,
    /// The environments.
    Matrix,
    /// The vault is missing or locked.
    Vault,
    /// The credentials.
    Credentials,
    /// The checklist.
    Checks,
    /// The plan.
    Preview,
    /// The question before applying.
    Confirm,
    /// Another value.
    Value,
    /// The passphrase of the vault.
    Unlock,
    /// A rotation.
    Rotation,
    /// The rollout.
    Rollout,
    /// The choice of a log.
    Containers,
    /// How it ended.
    Outcome,
    /// The words that rows must have.
    Filter,
    /// A text to read: help, details.
    Text,
    /// The question before leaving.
    Leave,
}

impl Mode {
    /// Every place.
    pub const ALL: [Self; 15] = [
        Self::Matrix,
        Self::Vault,
        Self::Credentials,
        Self::Checks,
        Self::Preview,
        Self::Confirm,
        Self::Value,
        Self::Unlock,
        Self::Rotation,
        Self::Rollout,
        Self::Containers,
        Self::Outcome,
        Self::Filter,
        Self::Text,
        Self::Leave,
    ];

    /// Whether letters are text there.
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Credentials | Self::Confirm | Self::Value | Self::Unlock | Self::Rotation | Self::Filter)
    }
}

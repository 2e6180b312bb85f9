//! Ways out of trouble that can be carried out from here.

/// One way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Enter these credentials anew, apply, and go on.
    Credentials {
        /// The fields, the one to start with first.
        fields: Vec<String>,
        /// In words: "enter a new token, apply only that Secret, retry".
        label: String,
    },
    /// Use another value in this run.
    Value {
        /// The dotted path of the value: `port_external`.
        path: String,
        /// Its value now.
        current: String,
        /// A value that would do, if one is known.
        suggestion: Option<String>,
        /// In words: "use port 30503 in this run".
        label: String,
    },
    /// Commands for somebody to run elsewhere.
    Commands {
        /// The lines.
        lines: Vec<String>,
        /// In words: "copy the commands for node worker-1".
        label: String,
    },
    /// Delete the pods that are stuck, so that they are made anew, and watch again.
    Retry {
        /// In words: "it is mended, try again".
        label: String,
    },
}

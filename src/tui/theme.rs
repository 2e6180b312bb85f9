//! What roles look like. The code speaks of roles; only this file knows colours.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::failure::{Failure, Result};

/// What a piece of text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Facts.
    Text,
    /// Labels, finished things, ages.
    Muted,
    /// Titles.
    Title,
    /// The one place where keys go.
    Focus,
    /// A key in the key bar.
    Key,
    /// A good verdict.
    Ok,
    /// A warning.
    Warn,
    /// A bad verdict.
    Fail,
    /// Things in motion.
    Busy,
    /// What is added.
    Add,
    /// What changes.
    Change,
    /// What is taken away.
    Drop,
    /// Masked values.
    Secret,
    /// What happened within the last two seconds.
    Fresh,
    /// Rules and frames.
    Frame,
    /// The badge of the first environment.
    BadgeCalm,
    /// The badge of an environment in between.
    BadgeCare,
    /// The badge of a protected environment.
    BadgeDanger,
}

/// Whether colours may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorMode {
    /// As the terminal and `NO_COLOR` say.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Plain {
    Bold,
    Dim,
    Reverse,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Look {
    color: Option<String>,
    on: Option<String>,
    bold: bool,
    dim: bool,
    plain: Vec<Plain>,
}

/// The look of every role.
#[derive(Debug, Clone)]
pub struct Theme(BTreeMap<Role, Style>);

/// The default theme, as a commented file.
pub const DEFAULT: &str = include_str!("../../assets/defaults/theme.yaml");

impl Theme {
    /// Reads a theme, and lays a user's own looks over it: `focus: {color: magenta}`.
    ///
    /// # Errors
    /// When either is not a theme, or names a colour that there is not.
    pub fn load(text: &str, own: Option<&str>, colors: ColorMode) -> Result<Self> {
        let read = |text: &str, what: &str| -> Result<BTreeMap<Role, Look>> {
            serde_saphyr::from_str(text).map_err(|error| Failure::input(what).because(error.to_string()))
        };
        let mut looks = read(text, "this is not a theme")?;
        looks.extend(own.map_or_else(|| Ok(BTreeMap::new()), |own| read(own, "your theme.yaml cannot be used"))?);
        let mut styles = BTreeMap::new();
        for (role, look) in looks {
            let style = match colors {
                ColorMode::Never => plain(&look.plain),
                ColorMode::Auto | ColorMode::Always => colored(&look)?,
            };
            styles.insert(role, style);
        }
        Ok(Self(styles))
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.0.get(&role).copied().unwrap_or_default()
    }
}

fn plain(attributes: &[Plain]) -> Style {
    attributes.iter().fold(Style::default(), |style, attribute| {
        style.add_modifier(match attribute {
            Plain::Bold => Modifier::BOLD,
            Plain::Dim => Modifier::DIM,
            Plain::Reverse => Modifier::REVERSED,
        })
    })
}

fn colored(look: &Look) -> Result<Style> {
    let color = |name: &String| {
        name.parse::<Color>().map_err(|_| {
            Failure::input(format!("there is no colour {name:?}"))
                .hint("take a name of the palette, such as cyan, or #rrggbb")
        })
    };
    let mut style = Style {
        fg: look.color.as_ref().map(color).transpose()?,
        bg: look.on.as_ref().map(color).transpose()?,
        ..Style::default()
    };
    if look.bold {
        style = style.add_modifier(Modifier::BOLD);
    }
    if look.dim {
        style = style.add_modifier(Modifier::DIM);
    }
    Ok(style)
}

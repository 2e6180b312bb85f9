//! Rows, medians, and the page they are written to.

use std::fmt::{self, Write as _};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::plane::Plane;

/// How often a figure is taken where one run says little.
pub(crate) const RUNS: usize = 5;

/// Several measurements of the same, sorted.
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    pub(crate) fn new(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// Of durations, in milliseconds.
    pub(crate) fn millis(values: impl IntoIterator<Item = Duration>) -> Self {
        Self::new(values.into_iter().map(|value| value.as_secs_f64() * 1e3))
    }

    /// The smallest value that so many percent of all do not exceed (nearest rank).
    pub(crate) fn percent(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0[rank.clamp(1, self.0.len()) - 1]
    }

    pub(crate) fn median(&self) -> f64 {
        self.percent(50)
    }

    /// The median with the smallest and the largest.
    pub(crate) fn words(&self, unit: &str) -> String {
        let (low, high) = (self.percent(0), self.percent(100));
        format!("{} {unit} ({} to {}, {} runs)", Short(self.median()), Short(low), Short(high), self.0.len())
    }

    /// Median and 99th percentile.
    pub(crate) fn tail(&self, unit: &str) -> String {
        let (low, high) = (Short(self.median()), Short(self.percent(99)));
        format!("{low} {unit} at the median, {high} {unit} at p99 ({} times)", self.0.len())
    }
}

/// A number with as many digits as mean something.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.0 >= 100.0 {
            0
        } else if self.0 >= 1.0 {
            1
        } else {
            3
        };
        write!(f, "{:.digits$}", self.0)
    }
}

/// What was promised, and whether it holds.
pub(crate) enum Bar {
    /// Below a limit, in words.
    Under(String, bool),
    /// Only told.
    None,
}

impl Bar {
    pub(crate) fn under(measured: f64, limit: f64, unit: &str) -> Self {
        Self::Under(format!("under {limit} {unit}"), measured < limit)
    }

    pub(crate) fn is(what: &str, holds: bool) -> Self {
        Self::Under(what.to_owned(), holds)
    }
}

struct Row {
    what: String,
    measured: String,
    /// What kubectl and helm need for the same.
    others: [String; 2],
    bar: Bar,
}

/// All rows, and whom landfall was measured beside.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    beside: Vec<String>,
}

impl Table {
    pub(crate) fn row(&mut self, what: impl Into<String>, measured: impl Into<String>, bar: Bar) {
        self.rows.push(Row { what: what.into(), measured: measured.into(), others: Default::default(), bar });
    }

    /// landfall, kubectl and helm beside each other; how many times as much is said of the others.
    pub(crate) fn beside(&mut self, what: impl Into<String>, all: &[Spread; 3], unit: &str, bar: Bar) {
        let [landfall, others @ ..] = all;
        let own = landfall.median();
        let others = others.each_ref().map(|other| {
            let more = Short(other.median() / own);
            format!("{} {unit} ({more} times)", Short(other.median()))
        });
        self.rows.push(Row { what: what.into(), measured: landfall.words(unit), others, bar });
    }

    /// The versions of those beside landfall.
    pub(crate) fn versions(&mut self, plane: &Plane) {
        let says = |program: &str, arguments: &[&str]| {
            let said = Command::new(plane.path(program)).args(arguments).output().unwrap().stdout;
            String::from_utf8(said).unwrap().trim().to_owned()
        };
        let kubectl: Value =
            serde_json::from_str(&says("bin/kubectl", &["version", "--client", "-o", "json"])).unwrap();
        let kubectl = kubectl["clientVersion"]["gitVersion"].as_str().unwrap();
        let server = says("bin/kube-apiserver", &["--version"]);
        let helm = says("bin/helm", &["version", "--template", "{{.Version}}"]);
        self.beside = vec![format!("kubectl {kubectl}"), format!("helm {helm}"), server];
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::from("| figure | landfall | kubectl | helm | bar | |\n|---|---|---|---|---|---|\n");
        for Row { what, measured, others: [kubectl, helm], bar } in &self.rows {
            let (bar, verdict) = match bar {
                Bar::Under(words, true) => (words.as_str(), "holds"),
                Bar::Under(words, false) => (words.as_str(), "**missed**"),
                Bar::None => ("", ""),
            };
            let _ = writeln!(text, "| {what} | {measured} | {kubectl} | {helm} | {bar} | {verdict} |");
        }
        text
    }

    /// The table with where and when it was measured.
    pub(crate) fn page(&self) -> String {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let rustc = Command::new("rustc").arg("--version").output().unwrap().stdout;
        let rustc = String::from_utf8_lossy(&rustc);
        format!(
            "# Figures\n\nWritten by `benches/run`. Measured on {} on a {cores}-core {} {} machine that others use too, \
             with landfall {}, {}. \
             Where a figure has several runs it is their median with the smallest and the largest. \
             Milliseconds depend on the machine; sizes, counts and ratios do not.\n\n{}",
            jiff::Timestamp::now().strftime("%Y-%m-%d"),
            std::env::consts::ARCH,
            match std::env::consts::OS {
                "linux" => "Linux",
                other => other,
            },
            env!("CARGO_PKG_VERSION"),
            [self.beside.as_slice(), &[rustc.split(' ').take(2).collect::<Vec<_>>().join(" ")]].concat().join(", "),
            self.text()
        )
    }
}

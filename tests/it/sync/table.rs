//! Every combination of what can be told, and the one word for it.

use landfall::deploy::{Accord, Here, Sides, There};

const KNOWN: [Option<bool>; 3] = [None, Some(false), Some(true)];

#[test]
fn every_combination_has_its_word() {
    let mut seen = 0;
    for here in [Here::Locked, Here::Unset, Here::Set] {
        for there in [There::Untold, There::Absent, There::Set] {
            for same in [false, true] {
                for here_is_applied in KNOWN {
                    for there_is_applied in KNOWN {
                        let sides = Sides { here, there, same, here_is_applied, there_is_applied };
                        assert_eq!(Accord::of(sides), expected(sides), "{sides:?}");
                        seen += 1;
                    }
                }
            }
        }
    }
    assert_eq!(seen, 3 * 3 * 2 * 3 * 3);
}

/// The table of the states, row by row, the first that fits.
fn expected(sides: Sides) -> Accord {
    type Row = (Option<Here>, Option<There>, Option<bool>, Known, Known, Accord);
    type Known = &'static [Option<bool>];
    const ANY: Known = &KNOWN;
    const YES: Known = &[Some(true)];
    const NO: Known = &[Some(false)];
    const NOT: Known = &[None, Some(false)];
    const UNKNOWN: Known = &[None];
    const TABLE: &[Row] = &[
        // here, there, same, here is applied, there is applied
        (Some(Here::Locked), None, None, ANY, ANY, Accord::Locked),
        (None, Some(There::Untold), None, ANY, ANY, Accord::Untold),
        (Some(Here::Unset), Some(There::Absent), None, ANY, ANY, Accord::Unset),
        (Some(Here::Unset), Some(There::Set), None, ANY, ANY, Accord::OnlyThere),
        (Some(Here::Set), Some(There::Absent), None, ANY, ANY, Accord::NotApplied),
        (Some(Here::Set), Some(There::Set), Some(true), ANY, ANY, Accord::InSync),
        (Some(Here::Set), Some(There::Set), Some(false), YES, ANY, Accord::ChangedThere),
        (Some(Here::Set), Some(There::Set), Some(false), NOT, YES, Accord::NewerHere),
        (Some(Here::Set), Some(There::Set), Some(false), NO, NOT, Accord::ChangedBoth),
        (Some(Here::Set), Some(There::Set), Some(false), UNKNOWN, NOT, Accord::Differs),
    ];
    let fits = |row: &&Row| {
        row.0.is_none_or(|here| here == sides.here)
            && row.1.is_none_or(|there| there == sides.there)
            && row.2.is_none_or(|same| same == sides.same)
            && row.3.contains(&sides.here_is_applied)
            && row.4.contains(&sides.there_is_applied)
    };
    TABLE.iter().find(fits).unwrap().5
}

#[test]
fn words_are_different_and_what_somebody_decides_about_is_off() {
    let all = [
        Accord::InSync,
        Accord::NewerHere,
        Accord::ChangedThere,
        Accord::ChangedBoth,
        Accord::Differs,
        Accord::NotApplied,
        Accord::OnlyThere,
        Accord::Unset,
        Accord::Locked,
        Accord::Untold,
    ];
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            assert_ne!(one.word(), other.word());
            assert_ne!(one.to_string(), other.to_string());
        }
        assert!(!one.is_apart() || one.is_off(), "{one}");
    }
}

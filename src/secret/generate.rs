//! Makes values that nobody has to think up.

use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::Secret;
use crate::failure::{Failure, Kind, Result};

/// The length of a value where a recipe asks for no other: 187 bits.
pub const LENGTH: usize = 32;

/// Safe in URLs, YAML, shells and `.pgpass`, without characters that look alike.
const ALPHABET: &[u8; 58] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789_-";

/// A random value of so many characters.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn generate(length: usize) -> Result<Secret> {
    let mut value = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while value.len() < length {
        SysRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_| {
            Failure::new(Kind::Failed, "no value can be generated").because("the system gives no random bytes")
        })?;
        // Six bits each; those beyond the alphabet are thrown away, so that every character is equally likely.
        let missing = length - value.len();
        let drawn = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
        value.extend(drawn.take(missing).map(|&byte| char::from(byte)));
    }
    Ok(Secret::new(value.as_str()))
}

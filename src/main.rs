//! landfall: the program.

fn main() {}

//! guiyi
fn main(){}

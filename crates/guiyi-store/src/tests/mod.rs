mod commit;
pub(crate) mod crash;
mod files;
mod world;
